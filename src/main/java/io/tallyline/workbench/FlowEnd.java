package io.tallyline.workbench;

import java.util.Locale;

/**
 * What a flow begins or ends at.
 *
 * @param name of the queue, table and so on; more than one, separated by commas, where they act
 *     alike
 * @param detail a few words more; may be empty
 */
record FlowEnd(Kind kind, String name, String detail) {
  /** What it is, and the word for it in pictures. */
  enum Kind {
    EXCHANGE("exchange", Look.BROKER, true),
    QUEUE("queue", Look.BROKER, true),
    TABLE("table", Look.DATABASE, true),
    LEDGER("finance database", Look.DATABASE, true),
    NOTIFICATION("wake-up", Look.WAKE, false),
    CLOCK("clock", Look.WAKE, false),
    DIRECT("direct, in this process", Look.PROCESS, false),
    SEDA("seda, in this process", Look.PROCESS, false),
    ROUTE("route", Look.PROCESS, false),
    OTHER("", Look.PLAIN, true);

    private final String word;
    private final Look look;
    private final boolean carries;

    Kind(String word, Look look, boolean carries) {
      this.word = word;
      this.look = look;
      this.carries = carries;
    }

    /** Messages or rows pass here; otherwise it only wakes a flow. */
    boolean carries() {
      return carries;
    }
  }

  /** Who keeps what is there. */
  enum Look {
    BROKER,
    DEAD,
    DATABASE,
    WAKE,
    PROCESS,
    PLAIN
  }

  FlowEnd(Kind kind, String name) {
    this(kind, name, "");
  }

  Look look() {
    return kind == Kind.QUEUE && name.endsWith(".dead") ? Look.DEAD : kind.look;
  }

  /** What it is, in lower case: {@code queue}. */
  String label() {
    return look() == Look.DEAD ? "queue of dead letters" : kind.word.toLowerCase(Locale.ROOT);
  }

  boolean same(FlowEnd other) {
    return kind == other.kind && name.equals(other.name);
  }
}
