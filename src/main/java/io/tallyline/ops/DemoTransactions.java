package io.tallyline.ops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.UUID;

/**
 * Invented inventory transactions of all four types, as an inventory module would record them:
 * several lines, fractional quantities, prices of up to six decimals.
 */
final class DemoTransactions {
  private static final String[] ITEMS = {
    "BOLT-M8", "FRAME-58", "GLUE-EPOXY", "WHEEL-700C", "CHAIN-116L", "SADDLE-COMFORT", "PAINT-RED"
  };
  private static final String[] REASONS = {"COUNT", "DAMAGE", "FOUND"};
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private final Random random;
  private final Instant now;
  private int number;

  /**
   * @param seed the same seed makes the same amounts; ids are always new
   */
  DemoTransactions(long seed, Instant now) {
    this.random = new Random(seed);
    this.now = now;
  }

  /** One transaction: its id, the event type, and the domain event. */
  record Recorded(UUID id, String eventType, ObjectNode payload) {}

  Recorded next() {
    return switch (number++ % 4) {
      case 0 -> purchase();
      case 1 -> sale();
      case 2 -> assembly();
      default -> adjustment();
    };
  }

  private Recorded purchase() {
    ObjectNode payload = transaction("Purchase");
    payload
        .putObject("purchaseDetails")
        .put("vendorId", UUID.randomUUID().toString())
        .put("purchaseOrderNumber", "PO-" + number);
    lines(payload, 1 + random.nextInt(5), false);
    return recorded("Purchase", payload);
  }

  private Recorded sale() {
    ObjectNode payload = transaction("Sales");
    ObjectNode details = payload.putObject("salesDetails");
    details.put("customerId", UUID.randomUUID().toString()).put("salesOrderNumber", "SO-" + number);
    if (random.nextBoolean()) {
      details.put("invoiceNumber", "INV-" + number);
    }
    lines(payload, 1 + random.nextInt(5), true);
    return recorded("Sales", payload);
  }

  private Recorded assembly() {
    ObjectNode payload = transaction("Assembly");
    payload.putObject("assemblyDetails").put("workOrderNumber", "WO-" + number);
    ArrayNode lines = lines(payload, 2 + random.nextInt(4), false);
    for (int i = 0; i < lines.size(); i++) {
      ((ObjectNode) lines.get(i)).put("role", i == 0 ? "Produced" : "Consumed");
    }
    return recorded("Assembly", payload);
  }

  private Recorded adjustment() {
    ObjectNode payload = transaction("Adjustment");
    payload
        .putObject("adjustmentDetails")
        .put("reasonCode", REASONS[random.nextInt(REASONS.length)])
        .put("adjustmentNumber", "ADJ-" + number);
    for (var line : lines(payload, 1 + random.nextInt(3), false)) {
      if (random.nextBoolean()) {
        ((ObjectNode) line).put("quantity", line.get("quantity").decimalValue().negate());
      }
    }
    return recorded("Adjustment", payload);
  }

  private static Recorded recorded(String type, ObjectNode payload) {
    return new Recorded(
        UUID.fromString(payload.get("id").textValue()), type + "TransactionCreated", payload);
  }

  private ObjectNode transaction(String type) {
    Instant date = now.minus(random.nextInt(60 * 24 * 30), ChronoUnit.MINUTES);
    return JSON.objectNode()
        .put("id", UUID.randomUUID().toString())
        .put("type", type)
        .put("transactionDate", date.truncatedTo(ChronoUnit.SECONDS).toString())
        .put("currency", "USD");
  }

  private ArrayNode lines(ObjectNode payload, int count, boolean sold) {
    ArrayNode lines = payload.putArray("lines");
    for (int i = 0; i < count; i++) {
      String item = ITEMS[random.nextInt(ITEMS.length)];
      ObjectNode line = lines.addObject();
      line.put("itemId", UUID.nameUUIDFromBytes(item.getBytes()).toString());
      line.putObject("item").put("itemNumber", item);
      line.put("quantity", decimal(1, 200, random.nextInt(3)));
      line.putObject("unitOfMeasure").put("symbol", "EA");
      if (sold) {
        line.put("unitSellingPrice", decimal(5, 2_000, 2 + random.nextInt(5)));
      }
      line.put("unitCost", decimal(1, 900, 2 + random.nextInt(5)));
    }
    return lines;
  }

  /**
   * Between from and below, with so many decimals: drawn as a whole number, never as a fraction.
   */
  private BigDecimal decimal(int from, int below, int decimals) {
    long steps = BigDecimal.TEN.pow(decimals).longValueExact();
    return BigDecimal.valueOf(random.nextLong(from * steps, below * steps), decimals);
  }
}
