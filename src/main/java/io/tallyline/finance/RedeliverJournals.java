package io.tallyline.finance;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.MessageLog;
import io.tallyline.delivery.PublishFailed;
import io.tallyline.delivery.Traces;
import io.tallyline.delivery.WaitQueues;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Sends what failed for a passing reason to the wait queue of its next step, confirmed before the
 * original is acknowledged. What has failed on every step becomes a dead letter.
 */
public final class RedeliverJournals {
  private final WaitQueues waitQueues;
  private final InstantSource clock;
  private final FinanceMeters meters;

  public RedeliverJournals(WaitQueues waitQueues, InstantSource clock, FinanceMeters meters) {
    this.waitQueues = waitQueues;
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * @return the same deliveries; those at the end of their ladder are rejected as exhausted
   * @throws PublishFailed if the broker did not confirm: the batch stays on the queue
   */
  public Deliveries publish(Deliveries deliveries) throws PublishFailed {
    List<WaitQueues.Waiting> waiting = new ArrayList<>();
    List<Delivery> waits = new ArrayList<>();
    Instant now = clock.instant();
    for (Delivery delivery : deliveries.failed()) {
      String error = Objects.requireNonNull(delivery.failure());
      Optional<WaitQueues.Waiting> next =
          waitQueues.next(delivery.message(), error, Names.JOURNAL_QUEUE, now);
      if (next.isPresent()) {
        waiting.add(next.get().after(Traces.traceparent(delivery.span(), null)));
        waits.add(delivery);
      } else {
        delivery.reject(
            new Rejected(
                Reason.EXHAUSTED,
                "FIN-017",
                "the last step of the redelivery ladder failed like the others: %s"
                    .formatted(error)));
      }
    }
    if (!waiting.isEmpty()) {
      waitQueues.publish(waiting);
      for (int i = 0; i < waiting.size(); i++) {
        report(waits.get(i), waiting.get(i));
      }
    }
    return deliveries;
  }

  private void report(Delivery delivery, WaitQueues.Waiting waiting) {
    MessageLog.failed(
        delivery.about(),
        "Message %s (%s) waits %s s for attempt %d: %s"
            .formatted(
                waiting.message().getMessageProperties().getMessageId(),
                waiting.attempts().routingKey(),
                seconds(waiting),
                waiting.attempts().failures() + 1,
                waiting.error()));
    delivery.settled("redelivered");
    meters.redelivered(delivery);
  }

  private static String seconds(WaitQueues.Waiting waiting) {
    return java.math.BigDecimal.valueOf(waiting.delay().toMillis(), 3)
        .stripTrailingZeros()
        .toPlainString();
  }
}
