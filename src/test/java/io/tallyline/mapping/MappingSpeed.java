package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Names;
import java.nio.file.Path;
import java.time.Instant;

/** Prints microseconds a sale of five lines takes at each stage. Run by hand; asserts nothing. */
public final class MappingSpeed {
  private interface Stage {
    Object run() throws Exception;
  }

  private static volatile Object sink;

  private MappingSpeed() {}

  public static void main(String[] args) throws Exception {
    Mappings mappings = Mappings.open(Path.of(args.length > 0 ? args[0] : "mappings"));
    MessageTranslation translation = mappings.translation("inventory/sales-transaction-created/v1");
    MessageContract contract = translation.contract();
    Posting posting = mappings.posting("finance/sales-transaction-created/v1/journal.jslt");
    Instant occurredAt = Instant.parse("2025-03-04T05:06:07.089Z");
    JsonNode event = fiveLines();
    String payload = event.toString();
    byte[] body = translation.translate(event, occurredAt);
    JsonNode message = StrictJson.parse(body, Names.LARGEST_BODY_BYTES);
    System.out.println("body " + body.length + " bytes");

    for (int round = 0; round < 3; round++) {
      measure("strict parse", () -> StrictJson.parse(body, Names.LARGEST_BODY_BYTES));
      measure(
          "schema and totals",
          () -> {
            contract.check(message);
            return contract;
          });
      measure("content hash", () -> contract.contentHash(message));
      measure("posting", () -> posting.apply(message));
      measure("parse payload", () -> StrictJson.parse(payload));
      measure("translate", () -> translation.translate(event, occurredAt));
    }
  }

  private static void measure(String name, Stage stage) throws Exception {
    int runs = 40_000;
    long start = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      sink = stage.run();
    }
    System.out.printf("%-18s %7.2f µs%n", name, (System.nanoTime() - start) / 1e3 / runs);
  }

  private static JsonNode fiveLines() throws Exception {
    ObjectNode event =
        (ObjectNode)
            StrictJson.parse(
                """
                {"id":"0b0e7f8a-1c2d-4e3f-8a9b-0c1d2e3f4a5b","type":"Sales",
                 "transactionDate":"2025-03-04T05:06:07Z","currency":"EUR",
                 "salesDetails":{"customerId":"9a8b7c6d-5e4f-4a3b-9c8d-7e6f5a4b3c2d",
                   "salesOrderNumber":"SO-7001","invoiceNumber":"INV-9001"},"lines":[]}
                """);
    for (int i = 0; i < 5; i++) {
      ((ArrayNode) event.get("lines"))
          .add(
              StrictJson.parse(
                  """
                  {"itemId":"1b0e7f8a-1c2d-4e3f-8a9b-0c1d2e3f4a5b",
                   "item":{"itemNumber":"PUMP-4%d"},"quantity":%d.25,
                   "unitOfMeasure":{"symbol":"EA"},"unitSellingPrice":120.455%d,
                   "unitCost":77.12345%d}
                  """
                      .formatted(i, i + 1, i, i)));
    }
    return event;
  }
}
