package io.tallyline.workbench;

import java.util.EnumSet;
import java.util.Set;

/** What a schema is a contract about, and so who relies on what it says. */
enum SchemaKind {
  /** On the broker: producers of one version and consumers of the same one both rely on it. */
  MESSAGE(EnumSet.allOf(Breaks.class)),
  /**
   * In an outbox: only the hub reads it, and it does so with the newest schema. Accepting more
   * hurts nobody, and nothing is hashed; what was accepted must go on being accepted.
   */
  DOMAIN_EVENT(EnumSet.of(Breaks.PRODUCER, Breaks.UNKNOWN));

  private final Set<Breaks> counted;

  SchemaKind(Set<Breaks> counted) {
    this.counted = counted;
  }

  Set<Breaks> counted(Set<Breaks> breaks) {
    EnumSet<Breaks> kept = EnumSet.noneOf(Breaks.class);
    kept.addAll(breaks);
    kept.retainAll(counted);
    return kept;
  }
}
