package io.tallyline.relay;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A domain event as a module recorded it: one row of its outbox.
 *
 * @param seq orders the events of one aggregate
 * @param payload the domain event as JSON text; null if it is too large to be read at all
 * @param payloadBytes length of that text in UTF-8, also where it was not read
 */
record OutboxRow(
    long seq,
    UUID eventId,
    String aggregateType,
    String aggregateId,
    String eventType,
    @Nullable String payload,
    long payloadBytes,
    @Nullable String correlationId,
    @Nullable String traceparent,
    Instant occurredAt) {

  /** Events of one aggregate are sent one after the other; others may go together. */
  String aggregate() {
    return aggregateType + "\u0000" + aggregateId;
  }
}
