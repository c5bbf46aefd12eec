package io.tallyline.reconcile;

import java.util.Locale;

/** What is not as it should be; the first four are events without a journal. */
public enum Kind {
  /** Younger than hub.reconcile.grace. */
  EVENT_ON_ITS_WAY,
  /** May be on its redelivery ladder, or was sent again from the desk. */
  EVENT_RETRYING,
  /** Lies in the dead letters. */
  EVENT_DEAD_LETTERED,
  /** Nobody has it. */
  EVENT_MISSING,
  JOURNAL_WITHOUT_EVENT,
  /** From what the mapping would write today. */
  JOURNAL_DIFFERS;

  /** As it is stored and shown: {@code event-missing}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * @throws IllegalArgumentException if no kind is called so
   */
  public static Kind of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
