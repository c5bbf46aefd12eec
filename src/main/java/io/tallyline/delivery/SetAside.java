package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;
import io.tallyline.contracts.Names;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/** What a message set aside for later, or for good, has in common: the same message, and why. */
final class SetAside {
  private static final int LONGEST_ERROR = 1_000;
  private static final int PERSISTENT = 2;

  /** Most bytes of a property that is text. */
  private static final int SHORT_STRING = 255;

  private SetAside() {}

  static void addAttempts(
      Map<String, Object> headers,
      int attempts,
      Instant firstFailedAt,
      Instant lastFailedAt,
      String queue,
      String routingKey) {
    headers.put(Names.HUB_ATTEMPTS, attempts);
    headers.put(Names.HUB_FIRST_FAILED_AT, time(firstFailedAt));
    headers.put(Names.HUB_LAST_FAILED_AT, time(lastFailedAt));
    headers.put(Names.HUB_QUEUE, queue);
    headers.put(Names.HUB_ROUTING_KEY, routingKey);
  }

  static String error(String error) {
    return Printable.bounded(Printable.text(error), LONGEST_ERROR);
  }

  /** Original properties and body, persistent, to the queue that is bound by its own name. */
  static Outgoing outgoing(
      String exchange, String queue, Message message, Map<String, Object> headers) {
    MessageProperties original = message.getMessageProperties();
    var properties =
        new AMQP.BasicProperties.Builder()
            .contentType(fitting(original.getContentType()))
            .contentEncoding(fitting(original.getContentEncoding()))
            .headers(headers)
            .deliveryMode(PERSISTENT)
            .priority(original.getPriority())
            .correlationId(fitting(original.getCorrelationId()))
            .messageId(fitting(original.getMessageId()))
            .timestamp(original.getTimestamp())
            .type(fitting(original.getType()))
            .appId(fitting(original.getAppId()))
            .build();
    return new Outgoing(exchange, queue, properties, message.getBody(), true);
  }

  /**
   * As it came, or shortened where it was no UTF-8: what took its place may need more bytes than
   * AMQP has room for, and one such message must not hold up its batch.
   */
  private static @Nullable String fitting(@Nullable String text) {
    String shorter = text;
    while (shorter != null && shorter.getBytes(StandardCharsets.UTF_8).length > SHORT_STRING) {
      shorter = shorter.substring(0, shorter.length() - 1);
    }
    return shorter;
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }
}
