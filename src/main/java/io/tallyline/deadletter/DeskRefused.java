package io.tallyline.deadletter;

/** What somebody asked of the desk cannot be done; says why, and what can be done instead. */
public final class DeskRefused extends RuntimeException {
  /** What a caller can do about it. */
  public enum Kind {
    /** There is no such thing. */
    UNKNOWN,
    /** What was given is wrong. */
    INVALID,
    /** The thing is not in a state for it. */
    CONFLICT,
    /** Somebody else has to do it. */
    FORBIDDEN
  }

  private final Kind kind;
  private final String code;

  DeskRefused(Kind kind, String code, String sentence) {
    super(code + " " + sentence, null, false, false);
    this.kind = kind;
    this.code = code;
  }

  static DeskRefused unknown(String what, long id) {
    return new DeskRefused(
        Kind.UNKNOWN, "DLQ-010", "there is no %s %d. Look at the list.".formatted(what, id));
  }

  public Kind kind() {
    return kind;
  }

  public String code() {
    return code;
  }
}
