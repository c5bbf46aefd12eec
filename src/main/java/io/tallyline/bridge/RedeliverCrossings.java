package io.tallyline.bridge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.PublishFailed;
import io.tallyline.delivery.WaitQueues;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what failed for a passing reason to the wait queue of its next step, confirmed before the
 * original is acknowledged. What has failed on every step becomes a dead letter.
 */
public final class RedeliverCrossings {
  private static final Logger log = LoggerFactory.getLogger(RedeliverCrossings.class);

  private final WaitQueues waitQueues;
  private final InstantSource clock;
  private final MeterRegistry meters;

  public RedeliverCrossings(WaitQueues waitQueues, InstantSource clock, MeterRegistry meters) {
    this.waitQueues = waitQueues;
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * @return the same; those at the end of their ladder are rejected as exhausted
   * @throws PublishFailed if the broker did not confirm: the batch stays on the queue
   */
  public Crossings publish(Crossings crossings) throws PublishFailed {
    List<WaitQueues.Waiting> waiting = new ArrayList<>();
    Instant now = clock.instant();
    for (Crossing crossing : crossings.failed()) {
      String error = Objects.requireNonNull(crossing.failure());
      Optional<WaitQueues.Waiting> next =
          waitQueues.next(crossing.message(), error, crossings.queue(), now);
      if (next.isPresent()) {
        waiting.add(next.get());
      } else {
        crossing.reject(
            new Rejected(
                Reason.EXHAUSTED,
                "BRI-017",
                "the last step of the redelivery ladder failed like the others: %s"
                    .formatted(error)));
      }
    }
    waitQueues.publish(waiting);
    waiting.forEach(this::report);
    return crossings;
  }

  private void report(WaitQueues.Waiting waiting) {
    log.warn(
        "Message {} of {} waits {} for attempt {}: {}",
        waiting.message().getMessageProperties().getMessageId(),
        waiting.queue(),
        waiting.delay(),
        waiting.attempts().failures() + 1,
        waiting.error());
    meters
        .counter("hub.bridge.messages", "queue", waiting.queue(), "outcome", "redelivered")
        .increment();
  }
}
