package io.tallyline.finance;

import io.opentelemetry.api.trace.Span;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.FailedPayloads;
import io.tallyline.delivery.MessageLog;
import io.tallyline.delivery.PublishFailed;
import io.tallyline.delivery.Traces;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Sends what cannot become a journal to {@code finance.journal.dead}, confirmed before the original
 * is acknowledged.
 */
public final class DeadLetterJournals {
  private final DeadLetters deadLetters;
  private final InstantSource clock;
  private final FinanceMeters meters;
  private final Traces traces;
  private final FailedPayloads payloads;

  public DeadLetterJournals(
      DeadLetters deadLetters,
      InstantSource clock,
      FinanceMeters meters,
      Traces traces,
      FailedPayloads payloads) {
    this.deadLetters = deadLetters;
    this.clock = clock;
    this.meters = meters;
    this.traces = traces;
    this.payloads = payloads;
  }

  /**
   * @throws PublishFailed if the broker did not confirm: the batch stays on the queue
   */
  public Deliveries publish(Deliveries deliveries) throws PublishFailed {
    List<DeadLetters.Failure> failures = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    for (Delivery delivery : deliveries.rejected()) {
      spans.add(traces.deadLetter(delivery.span(), Names.JOURNAL_DEAD_QUEUE));
      Rejected rejection = Objects.requireNonNull(delivery.rejection());
      failures.add(
          DeadLetters.Failure.rejected(
              delivery.message(),
              rejection,
              Names.JOURNAL_DEAD_QUEUE,
              Names.JOURNAL_QUEUE,
              clock.instant()));
    }
    try {
      deadLetters.publish(failures);
    } catch (PublishFailed failed) {
      spans.forEach(span -> Traces.failed(span, String.valueOf(failed.getMessage())));
      spans.forEach(Span::end);
      throw failed;
    }
    List<Delivery> rejected = deliveries.rejected();
    for (int i = 0; i < rejected.size(); i++) {
      Delivery delivery = rejected.get(i);
      Traces.failed(spans.get(i), String.valueOf(failures.get(i).error()));
      spans.get(i).end();
      report(delivery, Objects.requireNonNull(delivery.rejection()));
    }
    return deliveries;
  }

  private void report(Delivery delivery, Rejected rejection) {
    MessageLog.failed(
        delivery.about(),
        "Message %s (%s) is in %s: %s"
            .formatted(
                delivery.message().getMessageProperties().getMessageId(),
                delivery.before().routingKey(),
                Names.JOURNAL_DEAD_QUEUE,
                rejection.getMessage()));
    payloads.log(delivery.about(), delivery.message().getBody());
    delivery.settled(rejection.reason().text());
    meters.settled(delivery, rejection.reason().text());
  }
}
