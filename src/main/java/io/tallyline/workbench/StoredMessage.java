package io.tallyline.workbench;

/**
 * A message or an outbox row that was kept.
 *
 * @param place where it is kept, for example {@code line 12}
 * @param form what it is
 * @param name a message's routing key, or a row's event type
 * @param body JSON as it was sent or recorded
 */
public record StoredMessage(String place, Form form, String name, String body) {
  /** Which schema a stored body has to fit. */
  public enum Form {
    /** What was on the broker. */
    MESSAGE,
    /** A domain event as it stands in an outbox. */
    OUTBOX_ROW
  }
}
