package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that gave up, as it was taken from its dead queue, without its body.
 *
 * @param queue the work queue or outbox it failed in
 * @param routingKey the key it was first routed by
 * @param name {@code <module>.<event>}, or the event type of an outbox row
 * @param code which the error starts with; empty if none
 * @param ofDeadLetter first failure of the message, if this is a later one
 * @param undoUntil until when a discarded one can be taken back
 */
public record DeadLetter(
    long id,
    String deadQueue,
    String queue,
    String routingKey,
    String name,
    @Nullable String messageId,
    @Nullable String correlationId,
    @Nullable String aggregateId,
    String reason,
    String code,
    String error,
    int attempts,
    JsonNode properties,
    JsonNode headers,
    Instant firstFailedAt,
    Instant lastFailedAt,
    Instant takenAt,
    @Nullable Long ofDeadLetter,
    DeadLetterStatus status,
    Instant changedAt,
    @Nullable Instant undoUntil) {

  /** How it is named in marks, the audit and errors. */
  public String subject() {
    return subject(id);
  }

  static String subject(long id) {
    return "dead-letter:" + id;
  }
}
