package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.impl.Frame;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.io.UnsupportedEncodingException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * Puts what gave up into its dead-letter queue, confirmed: body byte for byte, properties and
 * headers as they came, and the hub's own headers that say why.
 *
 * <p>What does not come along: {@code user_id} (a broker refuses one that is not the publisher's),
 * {@code expiration} (would delete the dead letter), {@code reply_to} (nobody may answer it) and
 * {@code cluster_id}; headers {@code hub-*} from outside but hub-versions. {@code CC} and {@code
 * BCC}, by which a sender could make the broker copy the dead letter into other queues, are kept as
 * {@code hub-sender-cc} and {@code hub-sender-bcc}. Headers too large for one frame are left out,
 * largest first, and hub-error names them.
 */
public final class DeadLetters implements AutoCloseable {
  /**
   * Most bytes of all headers together. One AMQP frame has to hold them with the properties;
   * brokers agree on 64 to 128 KiB.
   */
  public static final int LARGEST_HEADERS_BYTES = 48 * 1024;

  private static final int LONGEST_ERROR = 1_000;
  private static final int MOST_NAMED = 5;
  private static final int LONGEST_NAME = 64;
  private static final int PERSISTENT = 2;
  private static final Map<String, String> COPIES_TO =
      Map.of("CC", "hub-sender-cc", "BCC", "hub-sender-bcc");

  private final ConfirmedPublisher publisher;

  /** Closes the publisher when it is closed itself. */
  public DeadLetters(ConfirmedPublisher publisher) {
    this.publisher = publisher;
  }

  /**
   * Why a message gave up.
   *
   * @param message as it was received
   * @param error what is wrong and what to do, in words
   * @param deadQueue the dead-letter queue, bound to hub.dead by its own name
   * @param queue where it was received from
   * @param routingKey the key it was first routed by
   * @param attempts how often it was tried, from 1
   */
  public record Failure(
      Message message,
      Reason reason,
      String error,
      String deadQueue,
      String queue,
      String routingKey,
      int attempts,
      Instant firstFailedAt,
      Instant lastFailedAt) {

    /** Rejected at its first attempt, under the routing key that the broker tells. */
    public static Failure rejected(
        Message message, Rejected rejected, String deadQueue, String queue, Instant at) {
      String routingKey = message.getMessageProperties().getReceivedRoutingKey();
      return new Failure(
          message,
          rejected.reason(),
          String.valueOf(rejected.getMessage()),
          deadQueue,
          queue,
          routingKey == null ? "" : routingKey,
          1,
          at,
          at);
    }
  }

  /**
   * Returns when all are safe in their dead-letter queues; only then may they be acknowledged.
   *
   * @throws PublishFailed with the indices of the list
   */
  public void publish(List<Failure> failures) throws PublishFailed {
    publisher.publish(failures.stream().map(DeadLetters::of).toList());
  }

  /** The dead letter as it goes to the broker. */
  public static Outgoing of(Failure failure) {
    MessageProperties original = failure.message().getMessageProperties();
    var properties =
        new AMQP.BasicProperties.Builder()
            .contentType(original.getContentType())
            .contentEncoding(original.getContentEncoding())
            .headers(headers(failure))
            .deliveryMode(PERSISTENT)
            .priority(original.getPriority())
            .correlationId(original.getCorrelationId())
            .messageId(original.getMessageId())
            .timestamp(original.getTimestamp())
            .type(original.getType())
            .appId(original.getAppId())
            .build();
    return new Outgoing(
        Names.DEAD_EXCHANGE, failure.deadQueue(), properties, failure.message().getBody(), true);
  }

  @Override
  public void close() {
    publisher.close();
  }

  private static Map<String, Object> headers(Failure failure) {
    var headers = new LinkedHashMap<String, Object>();
    MessageProperties original = failure.message().getMessageProperties();
    original.getHeaders().forEach((name, value) -> keep(headers, name, value));
    // Spring takes this header out of the map.
    if (original.getReceivedDelayLong() != null) {
      headers.put(MessageProperties.X_DELAY, original.getReceivedDelayLong());
    }
    String note = dropLargest(headers);
    headers.put(Names.HUB_REASON, failure.reason().text());
    headers.put(Names.HUB_ERROR, bounded(printable(failure.error()), LONGEST_ERROR) + note);
    headers.put(Names.HUB_ATTEMPTS, failure.attempts());
    headers.put(Names.HUB_FIRST_FAILED_AT, time(failure.firstFailedAt()));
    headers.put(Names.HUB_LAST_FAILED_AT, time(failure.lastFailedAt()));
    headers.put(Names.HUB_QUEUE, failure.queue());
    headers.put(Names.HUB_ROUTING_KEY, failure.routingKey());
    return headers;
  }

  private static void keep(Map<String, Object> headers, String name, Object value) {
    String kept = COPIES_TO.get(name);
    if (kept != null) {
      headers.put(kept, value);
    } else if (name.equals(Names.HUB_VERSIONS)
        || !name.toLowerCase(Locale.ROOT).startsWith(Names.HUB_PREFIX)) {
      headers.put(name, value);
    }
  }

  /** Makes the headers fit and says what went, or nothing. */
  private static String dropLargest(Map<String, Object> headers) {
    record Sized(String name, long bytes) {}
    List<Sized> sizes = new ArrayList<>();
    long total = 0;
    for (Map.Entry<String, Object> header : headers.entrySet()) {
      long bytes = size(header.getKey(), header.getValue());
      sizes.add(new Sized(header.getKey(), bytes));
      total += bytes;
    }
    if (total <= LARGEST_HEADERS_BYTES) {
      return "";
    }
    sizes.sort(Comparator.comparingLong(Sized::bytes).reversed());
    List<String> dropped = new ArrayList<>();
    int count = 0;
    for (Sized largest : sizes) {
      if (total <= LARGEST_HEADERS_BYTES) {
        break;
      }
      headers.remove(largest.name());
      total -= largest.bytes();
      count++;
      if (dropped.size() < MOST_NAMED) {
        dropped.add(
            "%s (%d bytes)"
                .formatted(bounded(printable(largest.name()), LONGEST_NAME), largest.bytes()));
      }
    }
    String more = count > dropped.size() ? " and %d more".formatted(count - dropped.size()) : "";
    return " [headers too large to keep: " + String.join(", ", dropped) + more + "]";
  }

  private static long size(String name, Object value) {
    try {
      var one = new LinkedHashMap<String, Object>();
      one.put(name, value);
      return Frame.tableSize(one);
    } catch (UnsupportedEncodingException | IllegalArgumentException e) {
      // Not a type of AMQP: must not stop the dead letter either.
      return Long.MAX_VALUE / 1_000_000;
    }
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  private static String printable(String text) {
    return text.codePoints()
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String bounded(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 2)) ? longest - 2 : longest - 1;
    return text.substring(0, end) + "…";
  }
}
