package io.tallyline.embedded;

/**
 * The embedded servers cannot be started, or the settings do not say clearly whether they should
 * be: one sentence that says what, where and how to fix it, and never a password.
 */
public final class EmbeddedServersFailed extends RuntimeException {
  private final String code;

  /**
   * @param code {@code EMB-0nn}, listed in src/docs/errors.md
   * @param sentence what is wrong, where, and what to do; never a password
   */
  public EmbeddedServersFailed(String code, String sentence) {
    super(code + " " + sentence);
    this.code = code;
  }

  public EmbeddedServersFailed(String code, String sentence, Throwable cause) {
    super(code + " " + sentence, cause);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
