package io.tallyline.audit;

/**
 * The audit cannot go on as it was begun, so the hub does not start: one sentence that says what,
 * where and how to fix it, and never the key.
 */
public final class AuditRefused extends RuntimeException {
  private final String code;

  /**
   * @param code {@code AUD-0nn}, listed in src/docs/errors.md
   * @param sentence what is wrong, where, and what to do
   */
  public AuditRefused(String code, String sentence) {
    super(code + " " + sentence);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
