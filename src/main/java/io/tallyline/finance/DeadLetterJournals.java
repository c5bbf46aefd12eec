package io.tallyline.finance;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.PublishFailed;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what cannot become a journal to {@code finance.journal.dead}, confirmed before the original
 * is acknowledged.
 */
public final class DeadLetterJournals {
  private static final Logger log = LoggerFactory.getLogger(DeadLetterJournals.class);

  private final DeadLetters deadLetters;
  private final InstantSource clock;
  private final FinanceMeters meters;

  public DeadLetterJournals(DeadLetters deadLetters, InstantSource clock, FinanceMeters meters) {
    this.deadLetters = deadLetters;
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * @throws PublishFailed if the broker did not confirm: the batch stays on the queue
   */
  public Deliveries publish(Deliveries deliveries) throws PublishFailed {
    List<DeadLetters.Failure> failures = new ArrayList<>();
    for (Delivery delivery : deliveries.rejected()) {
      Rejected rejection = Objects.requireNonNull(delivery.rejection());
      failures.add(
          DeadLetters.Failure.rejected(
              delivery.message(),
              rejection,
              Names.JOURNAL_DEAD_QUEUE,
              Names.JOURNAL_QUEUE,
              clock.instant()));
    }
    deadLetters.publish(failures);
    for (Delivery delivery : deliveries.rejected()) {
      report(delivery, Objects.requireNonNull(delivery.rejection()));
    }
    return deliveries;
  }

  private void report(Delivery delivery, Rejected rejection) {
    log.warn(
        "Message {} ({}) is in {}: {}",
        delivery.message().getMessageProperties().getMessageId(),
        delivery.before().routingKey(),
        Names.JOURNAL_DEAD_QUEUE,
        rejection.getMessage());
    meters.settled(delivery, rejection.reason().text());
  }
}
