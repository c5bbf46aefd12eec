package io.tallyline.finance;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.UUID;

/** Journals for tests. */
final class Sales {
  private Sales() {}

  static Journal sale(String ref) {
    return sale(ref, "hash of " + ref);
  }

  static Journal sale(String ref, String hash) {
    return journal(
        ref,
        hash,
        List.of(
            debit("1100", "4381.9753"),
            credit("4000", "4381.9753"),
            debit("5000", "2638.6184"),
            credit("1300", "2638.6184")));
  }

  static Journal zero(String ref, String hash) {
    return journal(ref, hash, List.of());
  }

  static Journal journal(String ref, String hash, List<JournalLine> lines) {
    return new Journal(
        "Inventory",
        ref,
        LocalDate.of(2024, 10, 1),
        "Sale " + ref,
        "USD",
        UUID.randomUUID(),
        "inventory.sales-transaction-created",
        1,
        null,
        new Journal.Content(hash),
        lines);
  }

  static JournalLine debit(String account, String amount) {
    return new JournalLine(account, new BigDecimal(amount), BigDecimal.ZERO, null);
  }

  static JournalLine credit(String account, String amount) {
    return new JournalLine(account, BigDecimal.ZERO, new BigDecimal(amount), null);
  }
}
