package io.tallyline.reconcile;

/** What was asked for cannot be done; nothing has changed. */
public final class ReconcileRefused extends RuntimeException {
  private final String code;

  /**
   * @param code listed in src/docs/errors.md
   * @param sentence what is wrong, where, and what to do
   */
  public ReconcileRefused(String code, String sentence) {
    super(code + " " + sentence);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
