package io.tallyline.contracts;

/** Why a message or an outbox row became a dead letter: the values of the header hub-reason. */
public enum Reason {
  NOT_JSON("not-json"),
  WRONG_CONTENT_TYPE("wrong-content-type"),
  TOO_LARGE("too-large"),
  SCHEMA("schema"),
  TOTALS("totals"),
  UNSUPPORTED_TYPE("unsupported-type"),
  UNSUPPORTED_VERSION("unsupported-version"),
  UNKNOWN_ACCOUNT("unknown-account"),
  CONFLICT("conflict"),
  EXHAUSTED("exhausted");

  private final String text;

  Reason(String text) {
    this.text = text;
  }

  /** As it stands in the header, for example {@code not-json}. */
  public String text() {
    return text;
  }
}
