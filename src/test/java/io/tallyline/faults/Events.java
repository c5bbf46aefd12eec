package io.tallyline.faults;

import io.tallyline.testing.SaleMessages;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Invents inventory transactions from a seed, and works out by itself, with nothing of the hub's
 * own code, what the ledger must say about them.
 */
public final class Events {
  private static final String[] CURRENCIES = {"USD", "EUR", "GBP", "CHF", "JPY"};
  private static final String[] ITEMS = {"BOLT-M8", "FRAME-58", "GLUE", "WHEEL-700C", "SADDLE"};
  private static final String[] OFFSETS = {"Z", "+00:00", "+05:30", "-08:00", "+13:00"};
  private static final int SHARED_AGGREGATES = 7;

  private final Random random;
  private final Expected expected;
  private final int poisonPerMille;
  private int number;
  private int poisonous;
  private Load.@Nullable Row last;
  private String lastReference = "";

  /**
   * @param expected learns what each event must become
   * @param poisonPerMille how many of a thousand cannot be posted
   */
  public Events(long seed, Expected expected, int poisonPerMille) {
    this.random = new Random(seed);
    this.expected = expected;
    this.poisonPerMille = poisonPerMille;
  }

  /** The next so many events, poison and repetitions included. */
  public Load next(int count) {
    List<Load.Row> rows = new ArrayList<>();
    List<Load.Foreign> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      number++;
      if (number * (long) poisonPerMille / 1_000 > poisonous) {
        poison(rows, messages);
      } else if (last != null && random.nextInt(40) == 0) {
        rows.add(new Load.Row(id(), last.aggregateId(), last.eventType(), last.payload(), ""));
      } else {
        last = row();
        rows.add(last);
      }
    }
    return new Load(rows, messages);
  }

  /** Nothing but poison, as messages of another publisher. */
  public Load poison(int count) {
    List<Load.Foreign> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      number++;
      messages.add(foreign(SaleMessages.KEY, "{\"number\":" + number, "not-json", ""));
    }
    return new Load(List.of(), messages);
  }

  private Load.Row row() {
    return switch (random.nextInt(4)) {
      case 0 -> transaction("Purchase", "\"purchaseDetails\":{\"vendorId\":\"" + id() + "\"}");
      case 1 ->
          transaction(
              "Sales",
              "\"salesDetails\":{\"customerId\":\"%s\",\"salesOrderNumber\":\"SO-%d\"}"
                  .formatted(id(), number));
      case 2 ->
          transaction(
              "Assembly", "\"assemblyDetails\":{\"workOrderNumber\":\"WO-%d\"}".formatted(number));
      default -> transaction("Adjustment", "\"adjustmentDetails\":{\"reasonCode\":\"COUNT\"}");
    };
  }

  private Load.Row transaction(String type, String details) {
    String transaction = id().toString();
    if (random.nextInt(10) == 0) {
      transaction = transaction.toUpperCase(Locale.ROOT);
    }
    String date = date();
    String currency = CURRENCIES[random.nextInt(CURRENCIES.length)];
    boolean worthless = random.nextInt(50) == 0;
    int count = (type.equals("Assembly") ? 2 : 1) + random.nextInt(5);
    Sums sums = new Sums();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < count; i++) {
      lines.append(i == 0 ? "" : ",").append(line(type, i, worthless, sums));
    }
    String reference = transaction.toLowerCase(Locale.ROOT);
    expected.transaction(
        new Expected.Journal("Inventory", reference, utcDate(date), currency, sums.lines(type)));
    lastReference = reference;
    String payload =
        "{\"id\":\"%s\",\"type\":\"%s\",\"transactionDate\":\"%s\",\"currency\":\"%s\",%s,\"lines\":[%s]}"
            .formatted(transaction, type, date, currency, details, lines);
    String aggregate =
        random.nextInt(5) == 0 ? "item-" + random.nextInt(SHARED_AGGREGATES) : reference;
    return new Load.Row(id(), aggregate, type + "TransactionCreated", payload, "");
  }

  private String line(String type, int index, boolean worthless, Sums sums) {
    BigDecimal quantity = decimal(1, 200, random.nextInt(4));
    if (type.equals("Adjustment") && random.nextBoolean()) {
      quantity = quantity.negate();
    }
    BigDecimal cost = worthless ? BigDecimal.ZERO : price(900);
    BigDecimal price = worthless ? BigDecimal.ZERO : price(2_000);
    boolean produced = index == 0;
    String role =
        type.equals("Assembly") ? ",\"role\":\"" + (produced ? "Produced" : "Consumed") + "\"" : "";
    String selling = type.equals("Sales") ? ",\"unitSellingPrice\":" + price.toPlainString() : "";
    sums.add(type, produced, quantity, price, cost);
    return """
    {"itemId":"%s","item":{"itemNumber":"%s"},"quantity":%s,"unitOfMeasure":{"symbol":"EA"},"unitCost":%s%s%s}"""
        .formatted(
            id(),
            ITEMS[random.nextInt(ITEMS.length)],
            quantity.toPlainString(),
            cost.toPlainString(),
            selling,
            role);
  }

  /** Sums of rounded lines, by what the postings need. */
  private static final class Sums {
    private BigDecimal cost = BigDecimal.ZERO;
    private BigDecimal sales = BigDecimal.ZERO;
    private BigDecimal produced = BigDecimal.ZERO;
    private BigDecimal consumed = BigDecimal.ZERO;
    private BigDecimal gain = BigDecimal.ZERO;
    private BigDecimal loss = BigDecimal.ZERO;

    void add(String type, boolean output, BigDecimal quantity, BigDecimal price, BigDecimal unit) {
      BigDecimal costs = quantity.multiply(unit).setScale(4, RoundingMode.HALF_UP);
      cost = cost.add(costs);
      sales = sales.add(quantity.multiply(price).setScale(4, RoundingMode.HALF_UP));
      if (type.equals("Assembly")) {
        produced = output ? produced.add(costs) : produced;
        consumed = output ? consumed : consumed.add(costs);
      } else if (costs.signum() > 0) {
        gain = gain.add(costs);
      } else {
        loss = loss.subtract(costs);
      }
    }

    List<Expected.Line> lines(String type) {
      List<Expected.Line> lines = new ArrayList<>();
      switch (type) {
        case "Purchase" -> pair(lines, "1300", "2000", cost);
        case "Sales" -> {
          pair(lines, "1100", "4000", sales);
          pair(lines, "5000", "1300", cost);
        }
        case "Assembly" -> {
          debit(lines, "1310", produced);
          credit(lines, "1320", consumed);
          debit(lines, "5200", consumed.subtract(produced).max(BigDecimal.ZERO));
          credit(lines, "5200", produced.subtract(consumed).max(BigDecimal.ZERO));
        }
        default -> {
          pair(lines, "1300", "4100", gain);
          pair(lines, "5100", "1300", loss);
        }
      }
      return lines;
    }

    private static void pair(
        List<Expected.Line> lines, String debited, String credited, BigDecimal amount) {
      debit(lines, debited, amount);
      credit(lines, credited, amount);
    }

    private static void debit(List<Expected.Line> lines, String account, BigDecimal amount) {
      if (amount.signum() != 0) {
        lines.add(new Expected.Line(account, amount.setScale(4), BigDecimal.ZERO.setScale(4)));
      }
    }

    private static void credit(List<Expected.Line> lines, String account, BigDecimal amount) {
      if (amount.signum() != 0) {
        lines.add(new Expected.Line(account, BigDecimal.ZERO.setScale(4), amount.setScale(4)));
      }
    }
  }

  private void poison(List<Load.Row> rows, List<Load.Foreign> messages) {
    int kind = poisonous++ % 9;
    String transaction = id().toString();
    switch (kind) {
      case 0 ->
          rows.add(dead("StockCounted", "{\"id\":\"" + transaction + "\"}", "unsupported-type"));
      case 1 -> rows.add(dead("SalesTransactionCreated", "{\"id\": 17, \"lines\": []}", "schema"));
      case 2 ->
          messages.add(foreign(SaleMessages.KEY, "{\"transactionId\": \u00e9", "not-json", ""));
      case 3 ->
          messages.add(
              foreign(
                  SaleMessages.KEY,
                  SaleMessages.with(
                      transaction, "\"totalSalesValue\":31.5", "\"totalSalesValue\":31.51"),
                  "totals",
                  ""));
      case 4 ->
          messages.add(
              foreign(
                  "inventory.sales-transaction-created.v9",
                  SaleMessages.valid(transaction),
                  "unsupported-version",
                  ""));
      case 5 ->
          messages.add(
              foreign(
                  SaleMessages.KEY,
                  SaleMessages.with(transaction, ",\"currencyCode\":\"USD\"", ""),
                  "schema",
                  ""));
      case 6 ->
          messages.add(
              foreign(
                  "inventory.stock-counted.v1",
                  SaleMessages.valid(transaction),
                  "unsupported-type",
                  ""));
      case 7 -> messages.add(foreign(SaleMessages.KEY, "[" + number + ",", "not-json", ""));
      default ->
          messages.add(
              lastReference.isEmpty()
                  ? foreign(SaleMessages.KEY, "", "not-json", "")
                  : foreign(
                      SaleMessages.KEY,
                      SaleMessages.valid(lastReference),
                      "conflict",
                      lastReference));
    }
  }

  private Load.Row dead(String type, String payload, String reason) {
    return new Load.Row(id(), "poison-" + number, type, payload, reason);
  }

  private Load.Foreign foreign(String key, String body, String reason, String after) {
    String messageId = id().toString();
    byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
    expected.deadLetter(new Expected.DeadLetter("finance.journal.dead", messageId, bytes, reason));
    return new Load.Foreign(messageId, key, "application/json", bytes, reason, after);
  }

  private UUID id() {
    return new UUID(random.nextLong(), random.nextLong());
  }

  /** Some dates have another day in UTC than where they were written. */
  private String date() {
    LocalDateTime local =
        LocalDateTime.of(2024, 1, 1, 0, 0).plusSeconds(random.nextInt(365 * 24 * 3_600));
    return local.format(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss"))
        + OFFSETS[random.nextInt(OFFSETS.length)];
  }

  private static LocalDate utcDate(String date) {
    return OffsetDateTime.parse(date).withOffsetSameInstant(ZoneOffset.UTC).toLocalDate();
  }

  private BigDecimal price(int below) {
    return decimal(0, below, random.nextInt(7));
  }

  /** Drawn as a whole number of the smallest step, never as a fraction. */
  private BigDecimal decimal(int from, int below, int decimals) {
    long steps = BigDecimal.TEN.pow(decimals).longValueExact();
    return BigDecimal.valueOf(random.nextLong(from * steps, below * steps), decimals);
  }
}
