package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * Puts what failed for a passing reason into the wait queue of its next step, confirmed; the queue
 * gives it back to its work queue when the time is over. So a failed message blocks no other, and
 * waiting takes no memory of the hub.
 *
 * <p>Body, properties and headers go along as they do to a dead-letter queue, see {@link
 * DeadLetters}.
 */
public final class WaitQueues implements AutoCloseable {
  private final ConfirmedPublisher publisher;
  private final Ladders ladders;

  /** Closes the publisher when it is closed itself. */
  public WaitQueues(ConfirmedPublisher publisher, Ladders ladders) {
    this.publisher = publisher;
    this.ladders = ladders;
  }

  /**
   * A message on its way to a wait queue.
   *
   * @param message as it was received
   * @param error why it failed, in words
   * @param queue where it was received from, and goes back to
   * @param attempts with this failure
   * @param delay how long it waits
   * @param span of the attempt that failed, as a traceparent; null if there is none
   */
  public record Waiting(
      Message message,
      String error,
      String queue,
      Attempts attempts,
      Instant failedAt,
      Duration delay,
      @Nullable String span) {
    /** The same, and the next attempt will be linked to this span. */
    public Waiting after(@Nullable String attempt) {
      return new Waiting(message, error, queue, attempts, failedAt, delay, attempt);
    }
  }

  /** What becomes of a message that failed now; empty if its ladder is at its end. */
  public Optional<Waiting> next(Message message, String error, String queue, Instant now) {
    Attempts attempts = Attempts.before(message).failedAt(now);
    return ladders
        .of(queue)
        .after(attempts.failures())
        .map(delay -> new Waiting(message, error, queue, attempts, now, delay, null));
  }

  /**
   * Returns when all are safe in their wait queues; only then may they be acknowledged.
   *
   * @throws PublishFailed with the indices of the list
   */
  public void publish(List<Waiting> waiting) throws PublishFailed {
    publisher.publish(waiting.stream().map(WaitQueues::of).toList());
  }

  static Outgoing of(Waiting waiting) {
    KeptHeaders kept = KeptHeaders.waiting(waiting.message());
    Map<String, Object> headers = kept.headers();
    if (!kept.dropped().isEmpty()) {
      headers.put(Names.HUB_DROPPED_HEADERS, kept.dropped());
    }
    headers.put(Names.HUB_ERROR, SetAside.error(waiting.error()));
    if (waiting.span() != null) {
      headers.put(Names.HUB_LAST_SPAN, waiting.span());
    }
    SetAside.addAttempts(
        headers,
        waiting.attempts().failures(),
        Objects.requireNonNull(waiting.attempts().firstFailedAt()),
        waiting.failedAt(),
        waiting.queue(),
        waiting.attempts().routingKey());
    return SetAside.outgoing(
        Names.RETRY_EXCHANGE,
        Ladder.waitQueue(waiting.queue(), waiting.delay()),
        waiting.message(),
        headers);
  }

  @Override
  public void close() {
    publisher.close();
  }
}
