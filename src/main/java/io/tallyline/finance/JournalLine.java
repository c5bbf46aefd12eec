package io.tallyline.finance;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One side of a journal: exactly one of the amounts is greater than zero, the other is zero.
 *
 * @param account code of an account in finance.ledger_account
 * @param debit at most 15 digits and 4 decimals
 * @param credit at most 15 digits and 4 decimals
 */
public record JournalLine(
    String account, BigDecimal debit, BigDecimal credit, @Nullable String description) {
  private static final int DECIMALS = 4;
  private static final int INTEGER_DIGITS = 15;

  /**
   * @throws IllegalArgumentException FIN-001 if an amount is negative or does not fit, or not
   *     exactly one side has one
   */
  public JournalLine {
    if (debit.signum() < 0 || credit.signum() < 0 || debit.signum() == credit.signum()) {
      throw new IllegalArgumentException(
          "FIN-001 a line of account %s needs an amount on one side: debit %s, credit %s; correct the mapping."
              .formatted(account, debit, credit));
    }
    requireFits(account, debit);
    requireFits(account, credit);
  }

  /** The database would round silently. */
  private static void requireFits(String account, BigDecimal amount) {
    BigDecimal shortest = amount.stripTrailingZeros();
    if (shortest.scale() > DECIMALS || shortest.precision() - shortest.scale() > INTEGER_DIGITS) {
      throw new IllegalArgumentException(
          "FIN-001 amount %s of account %s has more than %d decimals or %d digits before them; round it in the mapping."
              .formatted(amount, account, DECIMALS, INTEGER_DIGITS));
    }
  }
}
