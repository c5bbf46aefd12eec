package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.amqp.core.Message;

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

    /** Rejected now; earlier attempts count where a wait queue gave the message back. */
    public static Failure rejected(
        Message message, Rejected rejected, String deadQueue, String queue, Instant at) {
      Attempts attempts = Attempts.before(message).failedAt(at);
      return new Failure(
          message,
          rejected.reason(),
          String.valueOf(rejected.getMessage()),
          deadQueue,
          queue,
          attempts.routingKey(),
          attempts.failures(),
          Objects.requireNonNull(attempts.firstFailedAt()),
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
    KeptHeaders kept = KeptHeaders.dead(failure.message());
    Map<String, Object> headers = kept.headers();
    headers.put(Names.HUB_REASON, failure.reason().text());
    String note =
        kept.dropped().isEmpty() ? "" : " [headers too large to keep: " + kept.dropped() + "]";
    headers.put(Names.HUB_ERROR, SetAside.error(failure.error()) + note);
    SetAside.addAttempts(
        headers,
        failure.attempts(),
        failure.firstFailedAt(),
        failure.lastFailedAt(),
        failure.queue(),
        failure.routingKey());
    return SetAside.outgoing(Names.DEAD_EXCHANGE, failure.deadQueue(), failure.message(), headers);
  }

  @Override
  public void close() {
    publisher.close();
  }
}
