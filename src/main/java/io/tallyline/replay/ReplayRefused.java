package io.tallyline.replay;

/** What was asked for cannot be done; nothing has changed. */
public final class ReplayRefused extends RuntimeException {
  private final String code;

  /**
   * @param code listed in src/docs/errors.md
   * @param sentence what is wrong, where, and what to do
   */
  public ReplayRefused(String code, String sentence) {
    super(code + " " + sentence);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
