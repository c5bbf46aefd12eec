package io.tallyline.relay;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Outgoing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The message for an outbox's dead queue: the payload as body, the row's columns as headers, and
 * why.
 */
public final class OutboxDeadLetters {
  /** Room for properties and headers below the broker's limit of a message. */
  static final int LARGEST_PLAIN_BYTES = Names.LARGEST_MESSAGE_BYTES - 1024 * 1024;

  /** A header is part of one frame of 128 KiB, which all headers share. */
  private static final int LONGEST_HEADER_CHARACTERS = 4_096;

  private final RelayedOutbox outbox;
  private final InstantSource clock;

  public OutboxDeadLetters(RelayedOutbox outbox, InstantSource clock) {
    this.outbox = outbox;
    this.clock = clock;
  }

  Outgoing of(OutboxRow row, Rejected rejected) {
    String now = clock.instant().toString();
    Map<String, Object> headers = new HashMap<>();
    headers.put(Names.HUB_REASON, rejected.reason().text());
    headers.put(Names.HUB_ERROR, rejected.getMessage());
    headers.put(Names.HUB_ATTEMPTS, 1);
    headers.put(Names.HUB_FIRST_FAILED_AT, now);
    headers.put(Names.HUB_LAST_FAILED_AT, now);
    headers.put(Names.HUB_QUEUE, outbox.table());
    headers.put("seq", row.seq());
    headers.put("event_id", row.eventId().toString());
    put(headers, "aggregate_type", row.aggregateType());
    put(headers, "aggregate_id", row.aggregateId());
    put(headers, "event_type", row.eventType());
    put(headers, "correlation_id", row.correlationId());
    put(headers, "traceparent", row.traceparent());
    headers.put("occurred_at", row.occurredAt().toString());

    byte[] body = Objects.requireNonNullElse(row.payload(), "").getBytes(StandardCharsets.UTF_8);
    boolean compressed = body.length > LARGEST_PLAIN_BYTES;
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType(Names.JSON)
            .contentEncoding(compressed ? "gzip" : "UTF-8")
            .deliveryMode(2)
            .messageId(row.eventId().toString())
            .appId(outbox.name())
            .headers(headers)
            .build();
    return new Outgoing(
        Names.DEAD_EXCHANGE, outbox.deadQueue(), properties, compressed ? gzip(body) : body, true);
  }

  private static void put(Map<String, Object> headers, String name, @Nullable String value) {
    if (value != null) {
      headers.put(
          name,
          value.length() <= LONGEST_HEADER_CHARACTERS
              ? value
              : value.substring(0, LONGEST_HEADER_CHARACTERS) + "…");
    }
  }

  private static byte[] gzip(byte[] body) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(body.length / 8);
    try (GZIPOutputStream stream = new GZIPOutputStream(compressed)) {
      stream.write(body);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return compressed.toByteArray();
  }
}
