package io.tallyline.bench;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.UUID;

/**
 * Invents sales, and keeps account of what the ledger must hold once all of them are posted.
 *
 * <p>Used by one thread at a time.
 */
final class Sales {
  /** A domain event as it stands in the outbox. */
  record Row(String aggregateId, String payload) {}

  private static final String HEAD =
      """
      {"id":"%s","type":"Sales","transactionDate":"2025-03-04T05:06:07Z","currency":"USD",\
      "salesDetails":{"customerId":"8c3b2a10-6f1d-4a56-8f8b-2f8a6f0b9d21",\
      "salesOrderNumber":"SO-%d","invoiceNumber":"INV-%d"},"lines":[""";
  private static final String LINE =
      """
      {"itemId":"3d7f6a0c-58f1-4d3c-9e0a-%012x","item":{"itemNumber":"LAMP-%d"},"quantity":%s,\
      "unitOfMeasure":{"symbol":"EA"},"unitSellingPrice":%s,"unitCost":%s}""";
  private static final String POISON = "{\"id\":17,\"lines\":[]}";

  private final int lines;
  private final int duplicatesPercent;
  private final int poisonPercent;
  private Row last = new Row("", "");
  private long rows;
  private long journals;
  private long poison;
  private BigDecimal debits = BigDecimal.ZERO;

  /**
   * @param lines of each sale
   * @param duplicatesPercent how many rows of a hundred repeat the transaction before them
   * @param poisonPercent how many of a hundred no mapping can translate
   */
  Sales(int lines, int duplicatesPercent, int poisonPercent) {
    this.lines = lines;
    this.duplicatesPercent = duplicatesPercent;
    this.poisonPercent = poisonPercent;
  }

  static Sales ofFiveLines() {
    return new Sales(5, 0, 0);
  }

  Row next() {
    long of100 = rows++ % 100;
    if (of100 >= 100 - poisonPercent) {
      poison++;
      return new Row(UUID.randomUUID().toString(), POISON);
    }
    // Spread out: with 10 %, every tenth row.
    if (duplicatesPercent > 0 && of100 % (100 / duplicatesPercent) == 1) {
      return last;
    }
    last = sale();
    return last;
  }

  private Row sale() {
    String id = UUID.randomUUID().toString();
    var payload = new StringBuilder(300 + lines * 190);
    payload.append(HEAD.formatted(id, rows, rows));
    for (int i = 0; i < lines; i++) {
      BigDecimal quantity = BigDecimal.valueOf(1 + (rows + i) % 900, 1);
      BigDecimal price = BigDecimal.valueOf(10_000 + (rows * 7 + i) % 90_000, 2);
      BigDecimal cost = BigDecimal.valueOf(1_000_000 + (rows * 11 + i) % 5_000_000, 4);
      payload.append(i == 0 ? "" : ",");
      payload.append(LINE.formatted(rows % 4_096 + i, i, quantity, price, cost));
      debits = debits.add(extended(quantity, price)).add(extended(quantity, cost));
    }
    journals++;
    return new Row(id, payload.append("]}").toString());
  }

  private static BigDecimal extended(BigDecimal quantity, BigDecimal unitAmount) {
    return quantity.multiply(unitAmount).setScale(4, RoundingMode.HALF_UP);
  }

  /** Rows so far. */
  long rows() {
    return rows;
  }

  /** Journals that they must become. */
  long journals() {
    return journals;
  }

  /** Dead letters that they must become. */
  long poison() {
    return poison;
  }

  /** What all those journals debit together. */
  BigDecimal debits() {
    return debits;
  }
}
