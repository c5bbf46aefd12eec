package io.tallyline.bridge;

import io.micrometer.core.instrument.MeterRegistry;
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
 * Sends what cannot cross to {@code hub.masstransit.dead}, whole, confirmed before the original is
 * acknowledged.
 */
public final class DeadLetterCrossings {
  private static final Logger log = LoggerFactory.getLogger(DeadLetterCrossings.class);

  private final DeadLetters deadLetters;
  private final InstantSource clock;
  private final MeterRegistry meters;

  public DeadLetterCrossings(DeadLetters deadLetters, InstantSource clock, MeterRegistry meters) {
    this.deadLetters = deadLetters;
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * @throws PublishFailed if the broker did not confirm: the batch stays on the queue
   */
  public Crossings publish(Crossings crossings) throws PublishFailed {
    List<DeadLetters.Failure> failures = new ArrayList<>();
    for (Crossing crossing : crossings.rejected()) {
      failures.add(
          DeadLetters.Failure.rejected(
              crossing.message(),
              Objects.requireNonNull(crossing.rejection()),
              MassTransit.DEAD_QUEUE,
              crossings.queue(),
              clock.instant()));
    }
    deadLetters.publish(failures);
    for (Crossing crossing : crossings.rejected()) {
      report(crossings.queue(), crossing, Objects.requireNonNull(crossing.rejection()));
    }
    return crossings;
  }

  private void report(String queue, Crossing crossing, Rejected rejection) {
    log.warn(
        "Message {} of {} is in {}: {}",
        crossing.message().getMessageProperties().getMessageId(),
        queue,
        MassTransit.DEAD_QUEUE,
        rejection.getMessage());
    meters
        .counter("hub.bridge.messages", "queue", queue, "outcome", rejection.reason().text())
        .increment();
  }
}
