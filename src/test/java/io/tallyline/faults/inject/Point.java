package io.tallyline.faults.inject;

/** Moments at which a hub can be made to end, as a SIGKILL would end it. */
public enum Point {
  R1("relay: rows claimed, nothing published"),
  R2("relay: published, not yet confirmed"),
  R3("relay: confirmed, rows not yet cleared"),
  R4("relay: rows cleared, not yet committed"),
  R5("relay: committed"),
  C1("finance: received, nothing written"),
  C2("finance: journals written, not yet committed"),
  C3("finance: committed, not yet acknowledged"),
  C4("finance: published to a wait queue, not yet confirmed"),
  C5("finance: in a wait queue, not yet acknowledged"),
  C6("finance: in the dead-letter queue, not yet acknowledged");

  private final String where;

  Point(String where) {
    this.where = where;
  }

  /** In words. */
  public String where() {
    return where;
  }
}
