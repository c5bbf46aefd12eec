package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * What happened to a message before this delivery. Read from the hub's own headers, and only where
 * the message comes from the exchange {@code hub.return}; whatever a sender wrote into them counts
 * for nothing.
 *
 * @param routingKey the key the message was first routed by
 * @param failures how often it has failed so far; 0 at its first delivery
 * @param firstFailedAt null before the first failure
 * @param lastSpan the span of the attempt before, as a traceparent; null if there was none
 */
public record Attempts(
    String routingKey, int failures, @Nullable Instant firstFailedAt, @Nullable String lastSpan) {

  /** Reads a delivery's headers. */
  public static Attempts before(Message message) {
    MessageProperties properties = message.getMessageProperties();
    if (!isReturned(properties)) {
      return new Attempts(text(properties.getReceivedRoutingKey()), 0, null, null);
    }
    Map<String, Object> headers = properties.getHeaders();
    int failures =
        headers.get(Names.HUB_ATTEMPTS) instanceof Number attempts
            ? Math.max(0, attempts.intValue())
            : 0;
    return new Attempts(
        text(headers.get(Names.HUB_ROUTING_KEY)),
        failures,
        instant(headers.get(Names.HUB_FIRST_FAILED_AT)),
        Traceparent.valid(headers.get(Names.HUB_LAST_SPAN)));
  }

  /**
   * Whether a wait queue gave the message back. RabbitMQ names the exchange that the wait queue
   * leads to; the embedded broker keeps the one the message was last published to, which nothing
   * but wait queues is bound to.
   */
  static boolean isReturned(MessageProperties properties) {
    String exchange = properties.getReceivedExchange();
    return Names.RETURN_EXCHANGE.equals(exchange) || Names.RETRY_EXCHANGE.equals(exchange);
  }

  /** The same after one more failure. */
  Attempts failedAt(Instant now) {
    return new Attempts(
        routingKey, failures + 1, firstFailedAt == null ? now : firstFailedAt, lastSpan);
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  private static @Nullable Instant instant(@Nullable Object value) {
    try {
      return value == null ? null : Instant.parse(value.toString());
    } catch (DateTimeException notOurs) {
      return null;
    }
  }
}
