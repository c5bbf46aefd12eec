package io.tallyline.mapping;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * What a message means for the ledger, before accounts are looked up.
 *
 * @param reference the transaction id in lower case
 * @param date the transaction's moment
 * @param currency ISO 4217
 * @param lines in order, without zero amounts; empty if every amount is zero
 */
public record PostingDraft(
    String reference, Instant date, String currency, String description, List<Line> lines) {
  public PostingDraft {
    lines = List.copyOf(lines);
  }

  /** Exactly one of debit and credit is above zero, the other is zero; at most 4 decimals. */
  public record Line(String account, BigDecimal debit, BigDecimal credit, String description) {}
}
