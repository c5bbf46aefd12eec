package io.tallyline.contracts;

/**
 * A message or an outbox row that cannot succeed by waiting. Carries no stack trace: it says what
 * is wrong with the data, not where the code was.
 */
public final class Rejected extends Exception {
  private static final int LONGEST_DETAIL = 1_000;

  private final Reason reason;
  private final String code;

  /**
   * @param reason becomes the header hub-reason
   * @param code three letters of the package and three digits, listed in src/docs/errors.md
   * @param detail what, which one, the numbers, what to do next; never a secret
   */
  public Rejected(Reason reason, String code, String detail) {
    super(code + " " + bounded(detail), null, false, false);
    this.reason = reason;
    this.code = code;
  }

  private static String bounded(String detail) {
    return detail.length() <= LONGEST_DETAIL
        ? detail
        : detail.substring(0, LONGEST_DETAIL - 1) + "…";
  }

  public Reason reason() {
    return reason;
  }

  public String code() {
    return code;
  }
}
