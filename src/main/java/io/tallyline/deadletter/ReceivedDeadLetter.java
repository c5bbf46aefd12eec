package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.eventstore.HeaderJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * A message of a dead queue as the desk keeps it. Whatever its headers, there is a row for it; one
 * that the broker itself moved, after too many deliveries, has none of the hub's.
 *
 * @param mark who asked for the attempt that failed; null if nobody did
 */
record ReceivedDeadLetter(
    byte[] fingerprint,
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
    byte[] body,
    String properties,
    String headers,
    Instant firstFailedAt,
    Instant lastFailedAt,
    @Nullable String mark) {
  private static final Pattern CODE = Pattern.compile("^([A-Z]{3}-\\d{3})\\b");
  private static final Pattern WORDS = Pattern.compile("\\d{1,6}");

  /** The broker counts deliveries here: it differs between two of the same message. */
  private static final String DELIVERY_COUNT = "x-delivery-count";

  static ReceivedDeadLetter of(Message message, Instant now) {
    MessageProperties properties = message.getMessageProperties();
    Map<String, Object> headers = properties.getHeaders();
    String deadQueue = text(properties.getConsumerQueue(), "");
    String routingKey = text(headers.get(Names.HUB_ROUTING_KEY), "");
    Instant last = time(headers.get(Names.HUB_LAST_FAILED_AT), now);
    String error =
        text(
            headers.get(Names.HUB_ERROR),
            "DLQ-002 the broker moved it to %s after too many deliveries: a process ended while it had it. Look at the log of that time, then retry."
                .formatted(deadQueue));
    Matcher code = CODE.matcher(error);
    ObjectNode kept = properties(properties);
    return new ReceivedDeadLetter(
        fingerprint(deadQueue, message),
        deadQueue,
        text(
            headers.get(Names.HUB_QUEUE),
            text(headers.get("x-first-death-queue"), deadQueue.replaceFirst("[.]dead$", ""))),
        routingKey,
        name(routingKey, headers),
        nullable(properties.getMessageId()),
        nullable(first(properties.getCorrelationId(), headers.get("correlation_id"))),
        nullable(
            first(headers.get(Names.CLOUD_EVENTS_PREFIX + "subject"), headers.get("aggregate_id"))),
        text(headers.get(Names.HUB_REASON), Reason.EXHAUSTED.text()),
        code.find() ? code.group(1) : "",
        error,
        attempts(headers.get(Names.HUB_ATTEMPTS)),
        message.getBody(),
        kept.toString(),
        HeaderJson.of(headers).toString(),
        time(headers.get(Names.HUB_FIRST_FAILED_AT), last),
        last,
        nullable(headers.get(Names.HUB_MARK)));
  }

  private static String name(String routingKey, Map<String, Object> headers) {
    try {
      return MessageType.ofRoutingKey(routingKey).name();
    } catch (IllegalArgumentException anotherForm) {
      return routingKey.isEmpty() ? text(headers.get("event_type"), "") : routingKey;
    }
  }

  private static @Nullable Object first(@Nullable Object one, @Nullable Object other) {
    return one == null ? other : one;
  }

  private static String text(@Nullable Object value, String otherwise) {
    return value == null ? otherwise : HeaderJson.storable(value.toString());
  }

  private static @Nullable String nullable(@Nullable Object value) {
    return value == null ? null : HeaderJson.storable(value.toString());
  }

  private static int attempts(@Nullable Object value) {
    String text = text(value, "1");
    return WORDS.matcher(text).matches() ? Integer.parseInt(text) : 1;
  }

  private static Instant time(@Nullable Object value, Instant otherwise) {
    try {
      return value == null ? otherwise : Instant.parse(value.toString());
    } catch (DateTimeException notATime) {
      return otherwise;
    }
  }

  /** Names as in the protocol, and as the event store has them; what is not there is left out. */
  private static ObjectNode properties(MessageProperties from) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, "content-type", from.getContentType());
    put(json, "content-encoding", from.getContentEncoding());
    put(json, "correlation-id", from.getCorrelationId());
    put(json, "message-id", from.getMessageId());
    put(json, "type", from.getType());
    put(json, "app-id", from.getAppId());
    if (from.getTimestamp() != null) {
      json.put("timestamp", from.getTimestamp().getTime() / 1_000);
    }
    if (from.getPriority() != null) {
      json.put("priority", from.getPriority());
    }
    return json;
  }

  private static void put(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, HeaderJson.storable(value));
    }
  }

  /** The same for the same dead letter however often it is delivered. */
  private static byte[] fingerprint(String deadQueue, Message message) {
    var headers = new TreeMap<String, Object>(message.getMessageProperties().getHeaders());
    headers.remove(DELIVERY_COUNT);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part :
          new String[] {
            deadQueue,
            String.valueOf(message.getMessageProperties().getMessageId()),
            HeaderJson.of(headers).toString()
          }) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
      return digest.digest(message.getBody());
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
