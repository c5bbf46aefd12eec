package io.tallyline.eventstore;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A message of {@code erp.events} as it was received.
 *
 * @param id its number, which grows; not without gaps
 * @param month first day of the UTC month it was received in
 * @param name {@code <module>.<event>}; the whole routing key if that has another form
 * @param version major version; 0 if the routing key has another form
 * @param aggregateId what it is about, for example the transaction's id
 * @param occurredAt when it happened, as its publisher says
 * @param revisionOf number of the event that this is a corrected copy of
 * @param properties AMQP properties by their names in the protocol, {@code content-type} and so on
 * @param headers AMQP headers; see {@link HeaderJson} for those that JSON has no type for
 */
public record StoredEvent(
    long id,
    LocalDate month,
    Instant receivedAt,
    String routingKey,
    String name,
    int version,
    @Nullable String messageId,
    @Nullable String correlationId,
    @Nullable String aggregateId,
    @Nullable Instant occurredAt,
    @Nullable Long revisionOf,
    JsonNode properties,
    JsonNode headers,
    byte[] body) {

  /** A property of text, for example {@code content-type}; null if it has none. */
  public @Nullable String property(String property) {
    return properties.path(property).textValue();
  }

  /** A header of text; null if it has none or another type. */
  public @Nullable String header(String header) {
    return headers.path(header).textValue();
  }
}
