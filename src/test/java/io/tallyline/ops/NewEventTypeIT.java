package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A new event type is schemas, mappings and a line in each route file; no Java. */
class NewEventTypeIT {
  @TempDir Path folder;

  @Test
  void posts_a_new_event_type_that_was_added_by_files_alone() throws Exception {
    Path routes = CopiedTree.of("routes", folder);
    Path mappings = CopiedTree.of("mappings", folder);
    write(
        mappings.resolve("inventory/scrap-recorded/event.schema.json"),
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
    write(
        mappings.resolve("inventory/scrap-recorded/v1/message.schema.json"),
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
    write(
        mappings.resolve("inventory/scrap-recorded/v1/message.jslt"),
        """
        {"transactionId": .id, "transactionDate": .at, "currencyCode": .currency,
         "scrappedValue": extended(.quantity, .unitCost), "createdAt": $occurredAt}
        """);
    write(mappings.resolve("inventory/scrap-recorded/v1/totals.jslt"), "[]\n");
    write(
        mappings.resolve("finance/scrap-recorded/v1/journal.jslt"),
        """
        {"reference": .transactionId, "date": .transactionDate, "currency": .currencyCode,
         "description": "Scrap",
         "lines": [
           {"account": "5100", "debit": .scrappedValue, "description": "Inventory Loss"},
           {"account": "1300", "credit": .scrappedValue, "description": "Inventory"}]}
        """);
    addLine(
        routes.resolve("inventory/relay-outbox.camel.yaml"),
        "AdjustmentTransactionCreated -> inventory/adjustment-transaction-created/v1",
        "ScrapRecorded -> inventory/scrap-recorded/v1");
    addLine(
        routes.resolve("finance/post-journals.camel.yaml"),
        "inventory.adjustment-transaction-created.v1 -> finance/adjustment-transaction-created/v1/journal.jslt",
        "inventory.scrap-recorded.v1 -> finance/scrap-recorded/v1/journal.jslt");
    RabbitNode node = RabbitNode.shared();
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");

    try (TestHub hub =
        new TestHub.Settings()
            .roles("relay,finance")
            .database(inventory)
            .database(finance)
            .broker(node, node.newVirtualHost())
            .with("hub.routes-directory", routes.toString())
            .with("hub.mappings-directory", mappings.toString())
            .start()) {
      String id = UUID.randomUUID().toString();
      new Outbox(inventory.ownerDataSource())
          .record(
              id,
              "ScrapRecorded",
              "{\"id\":\"%s\",\"at\":\"2025-05-06T07:08:09Z\",\"currency\":\"EUR\",\"quantity\":2.5,\"unitCost\":34.9901}"
                  .formatted(id));

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> hub.context().isActive() && TestHub.journals(finance) == 1);
    }
    assertThat(
            JdbcClient.create(finance.dataSource())
                .sql(
                    "SELECT account_code || ' ' || debit || ' ' || credit FROM finance.ledger_journal_line ORDER BY line_no")
                .query(String.class)
                .list())
        .containsExactly("5100 87.4753 0.0000", "1300 0.0000 87.4753");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void addLine(Path file, String after, String line) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(after);
    Files.writeString(file, text.replace(after, after + "\n                " + line));
  }
}
