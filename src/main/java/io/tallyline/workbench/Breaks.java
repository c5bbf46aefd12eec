package io.tallyline.workbench;

/** Whom a changed schema would hurt within one major version. */
public enum Breaks {
  /** What fitted is refused now: its producers, messages in flight, stored ones, replays. */
  PRODUCER("producers"),
  /** What fits now did not fit, or lost a meaning: consumers that still have the old schema. */
  CONSUMER("consumers"),
  /** The same message counts as other content, so that its repetition becomes a conflict. */
  CONTENT_HASH("content hash"),
  /** Both rules are too rich to compare, so it could be any of these. */
  UNKNOWN("cannot be judged");

  private final String inWords;

  Breaks(String inWords) {
    this.inWords = inWords;
  }

  public String inWords() {
    return inWords;
  }
}
