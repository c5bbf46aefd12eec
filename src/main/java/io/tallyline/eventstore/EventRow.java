package io.tallyline.eventstore;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Date;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageDeliveryMode;
import org.springframework.amqp.core.MessageProperties;

/**
 * A received message as the event store keeps it. Whatever a sender wrote, there is a row for it:
 * text that PostgreSQL cannot hold is kept in another form, see {@link HeaderJson}.
 */
record EventRow(
    byte[] fingerprint,
    String routingKey,
    String name,
    int version,
    @Nullable String messageId,
    @Nullable String correlationId,
    @Nullable String aggregateId,
    @Nullable Instant occurredAt,
    String properties,
    String headers,
    byte[] body) {

  private static final Instant FIRST = Instant.parse("1900-01-01T00:00:00Z");
  private static final Instant LAST = Instant.parse("2200-01-01T00:00:00Z");

  /** Longest text that is searched for; an index entry has a bound. */
  private static final int LONGEST_KEY = 512;

  static EventRow of(Message message) {
    MessageProperties properties = message.getMessageProperties();
    Map<String, Object> headers = properties.getHeaders();
    String routingKey = text(properties.getReceivedRoutingKey());
    String name = routingKey;
    int version = 0;
    try {
      MessageType type = MessageType.ofRoutingKey(routingKey);
      name = type.name();
      version = type.version();
    } catch (IllegalArgumentException anotherForm) {
      // Somebody's message all the same.
    }
    return new EventRow(
        fingerprint(message, routingKey),
        HeaderJson.storable(routingKey),
        key(name),
        version,
        key(properties.getMessageId()),
        key(properties.getCorrelationId()),
        key(string(headers.get(Names.CLOUD_EVENTS_PREFIX + "subject"))),
        occurredAt(properties.getTimestamp(), headers.get(Names.CLOUD_EVENTS_PREFIX + "time")),
        properties(properties).toString(),
        HeaderJson.of(headers).toString(),
        message.getBody());
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String string(@Nullable Object header) {
    return header == null ? null : header.toString();
  }

  private static @Nullable String key(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String storable = HeaderJson.storable(text);
    return storable.length() <= LONGEST_KEY ? storable : storable.substring(0, LONGEST_KEY);
  }

  /** The exact time of the header is preferred: the property has whole seconds only. */
  private static @Nullable Instant occurredAt(@Nullable Date timestamp, @Nullable Object time) {
    try {
      if (time != null) {
        return plausible(OffsetDateTime.parse(time.toString()).toInstant());
      }
    } catch (DateTimeException notATime) {
      // The property is left.
    }
    return timestamp == null ? null : plausible(timestamp.toInstant());
  }

  private static @Nullable Instant plausible(Instant time) {
    return time.isBefore(FIRST) || time.isAfter(LAST) ? null : time;
  }

  /** Names as in the protocol; what is not there is left out. */
  private static ObjectNode properties(MessageProperties from) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, "content-type", from.getContentType());
    put(json, "content-encoding", from.getContentEncoding());
    put(json, "correlation-id", from.getCorrelationId());
    put(json, "reply-to", from.getReplyTo());
    put(json, "expiration", from.getExpiration());
    put(json, "message-id", from.getMessageId());
    put(json, "type", from.getType());
    put(json, "user-id", from.getReceivedUserId());
    put(json, "app-id", from.getAppId());
    put(json, "exchange", from.getReceivedExchange());
    if (from.getTimestamp() != null) {
      json.put("timestamp", from.getTimestamp().getTime() / 1_000);
    }
    if (from.getPriority() != null) {
      json.put("priority", from.getPriority());
    }
    if (from.getReceivedDeliveryMode() != null) {
      json.put(
          "delivery-mode",
          from.getReceivedDeliveryMode() == MessageDeliveryMode.PERSISTENT ? 2 : 1);
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, HeaderJson.storable(value));
    }
  }

  /**
   * The same for the same message however often it is published or delivered. One without an id is
   * told from another by what it says and when it was made.
   */
  private static byte[] fingerprint(Message message, String routingKey) {
    MessageProperties properties = message.getMessageProperties();
    MessageDigest digest = sha256();
    add(digest, routingKey);
    add(digest, text(properties.getMessageId()));
    add(digest, text(properties.getContentType()));
    if (properties.getMessageId() == null) {
      Date timestamp = properties.getTimestamp();
      add(digest, timestamp == null ? "" : timestamp.toInstant().toString());
      add(digest, text(properties.getCorrelationId()));
    }
    digest.update(message.getBody());
    return digest.digest();
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
