package io.tallyline.finance;

import io.tallyline.contracts.Names;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * When things happened to a message, as its publisher tells. For measuring only: nothing is decided
 * by it, so whoever lies spoils a figure and nothing else.
 */
final class Times {
  private static final String OCCURRED = Names.CLOUD_EVENTS_PREFIX + "time";

  /** Room for what RFC 3339 allows; anything longer is not worth parsing. */
  private static final int LONGEST = 40;

  private Times() {}

  /** When the relay published it; null for a message of another publisher. */
  static @Nullable Instant published(Message message) {
    Object header = message.getMessageProperties().getHeaders().get(Names.HUB_PUBLISHED_AT);
    return header instanceof Long millis ? Instant.ofEpochMilli(millis) : null;
  }

  /** When the event happened: to the microsecond if the header tells, else to the second. */
  static @Nullable Instant occurred(Message message) {
    Object header = message.getMessageProperties().getHeaders().get(OCCURRED);
    if (header != null) {
      String text = header.toString();
      try {
        if (text.length() <= LONGEST) {
          return Instant.parse(text);
        }
      } catch (DateTimeException notOurs) {
        // The property below is better than nothing.
      }
    }
    Date timestamp = message.getMessageProperties().getTimestamp();
    return timestamp == null ? null : timestamp.toInstant();
  }
}
