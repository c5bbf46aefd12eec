package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.eventstore.StoredEvent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A stored event as the API shows it.
 *
 * @param revisionOf number of the event that this is a corrected copy of
 * @param size of the body in bytes
 * @param body as text, if it is UTF-8 and was asked for
 * @param bodyBase64 else so
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownEvent(
    long id,
    Instant receivedAt,
    @Nullable Instant occurredAt,
    String routingKey,
    String name,
    int version,
    @Nullable String messageId,
    @Nullable String correlationId,
    @Nullable String aggregateId,
    @Nullable Long revisionOf,
    int size,
    @Nullable JsonNode properties,
    @Nullable JsonNode headers,
    @Nullable String body,
    @Nullable String bodyBase64) {

  /** For a list. */
  static ShownEvent brief(StoredEvent event) {
    return of(event, false);
  }

  /** With all that was received. */
  static ShownEvent whole(StoredEvent event) {
    return of(event, true);
  }

  private static ShownEvent of(StoredEvent event, boolean whole) {
    String text = whole ? text(event.body()) : null;
    return new ShownEvent(
        event.id(),
        event.receivedAt(),
        event.occurredAt(),
        event.routingKey(),
        event.name(),
        event.version(),
        event.messageId(),
        event.correlationId(),
        event.aggregateId(),
        event.revisionOf(),
        event.body().length,
        whole ? event.properties() : null,
        whole ? event.headers() : null,
        text,
        whole && text == null ? Base64.getEncoder().encodeToString(event.body()) : null);
  }

  /** Null if the bytes are no UTF-8. */
  static @Nullable String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException noText) {
      return null;
    }
  }
}
