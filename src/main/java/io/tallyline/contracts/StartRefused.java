package io.tallyline.contracts;

/**
 * Something configured is wrong, so the hub does not start: ends the process with status 2 and this
 * one sentence, which says what, where and how to fix it.
 */
public final class StartRefused extends RuntimeException {
  private final String code;

  /**
   * @param code three letters of the package and three digits, listed in src/docs/errors.md
   * @param sentence what is wrong, where, and what to do; never a password
   */
  public StartRefused(String code, String sentence) {
    super(code + " " + sentence);
    this.code = code;
  }

  public StartRefused(String code, String sentence, Throwable cause) {
    super(code + " " + sentence, cause);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
