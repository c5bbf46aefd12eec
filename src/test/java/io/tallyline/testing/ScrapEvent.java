package io.tallyline.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event type that the project does not have, scrap of goods, as files to add to a copy of it.
 */
public final class ScrapEvent {
  public static final String TYPE = "ScrapRecorded";

  private ScrapEvent() {}

  /** File contents by their names below the folder of mappings. */
  public static Map<String, String> mappings() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(
        "inventory/scrap-recorded/event.schema.json",
        """
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
         "required": ["id", "at", "currency", "quantity", "unitCost"],
         "properties": {
           "id": {"type": "string", "format": "uuid"},
           "at": {"type": "string", "format": "timestamp"},
           "currency": {"type": "string", "format": "currency"},
           "quantity": {"type": "number", "exclusiveMinimum": 0, "maxDecimals": 6},
           "unitCost": {"type": "number", "minimum": 0, "maxDecimals": 6}}}
        """);
    files.put(
        "inventory/scrap-recorded/v1/message.schema.json",
        """
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
         "required": ["transactionId", "transactionDate", "currencyCode", "scrappedValue", "createdAt"],
         "properties": {
           "transactionId": {"type": "string", "format": "uuid"},
           "transactionDate": {"type": "string", "format": "timestamp"},
           "currencyCode": {"type": "string", "format": "currency"},
           "scrappedValue": {"type": "number", "minimum": 0, "maxDecimals": 4},
           "createdAt": {"type": "string", "format": "timestamp", "x-content": false}}}
        """);
    files.put(
        "inventory/scrap-recorded/v1/message.jslt",
        """
        {"transactionId": .id, "transactionDate": .at, "currencyCode": .currency,
         "scrappedValue": extended(.quantity, .unitCost), "createdAt": $occurredAt}
        """);
    files.put("inventory/scrap-recorded/v1/totals.jslt", "[]\n");
    files.put(
        "finance/scrap-recorded/v1/journal.jslt",
        """
        {"reference": .transactionId, "date": .transactionDate, "currency": .currencyCode,
         "description": "Scrap",
         "lines": [
           {"account": "5100", "debit": .scrappedValue, "description": "Inventory Loss"},
           {"account": "1300", "credit": .scrappedValue, "description": "Inventory"}]}
        """);
    return files;
  }

  /** Adds the event to the relay's table. */
  public static void addToRelay(Path routes) {
    addLine(
        routes.resolve("inventory/relay-outbox.camel.yaml"),
        "AdjustmentTransactionCreated -> inventory/adjustment-transaction-created/v1",
        "ScrapRecorded -> inventory/scrap-recorded/v1");
  }

  /** Adds the message to finance's table. */
  public static void addToFinance(Path routes) {
    addLine(
        routes.resolve("finance/post-journals.camel.yaml"),
        "inventory.adjustment-transaction-created.v1 -> finance/adjustment-transaction-created/v1/journal.jslt",
        "inventory.scrap-recorded.v1 -> finance/scrap-recorded/v1/journal.jslt");
  }

  /** 2.5 at 34.9901: posts 87.4753. */
  public static String event(String id) {
    return "{\"id\":\"%s\",\"at\":\"2025-05-06T07:08:09Z\",\"currency\":\"EUR\",\"quantity\":2.5,\"unitCost\":34.9901}"
        .formatted(id);
  }

  private static void addLine(Path file, String after, String line) {
    Edits.replace(file, after, after + "\n                " + line);
  }

  /** Writes all files of {@link #mappings}. */
  public static void addMappings(Path mappings) throws IOException {
    for (Map.Entry<String, String> file : mappings().entrySet()) {
      Path path = mappings.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }
}
