package io.tallyline.finance;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallyline.contracts.Names;
import io.tallyline.delivery.Delays;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of the journal writer. A meter is made when it is first needed and found by one
 * look-up afterwards; what a sender writes never becomes a tag, so their number is bounded.
 */
public final class FinanceMeters {
  private static final String CONSUMER = Names.JOURNAL_QUEUE;

  private final MeterRegistry meters;
  private final DistributionSummary batchSize;
  private final Map<Delivery.Event, Map<String, Counter>> outcomes = new ConcurrentHashMap<>();
  private final Map<String, DistributionSummary> attempts = new ConcurrentHashMap<>();
  private final Map<String, Timer> consumeDelays = new ConcurrentHashMap<>();
  private final Map<String, Timer> postingDelays = new ConcurrentHashMap<>();

  public FinanceMeters(MeterRegistry meters) {
    this.meters = meters;
    this.batchSize =
        DistributionSummary.builder("hub.finance.batch.size")
            .description("Messages that one batch of the journal writer held")
            .baseUnit("messages")
            .tag("consumer", CONSUMER)
            .register(meters);
  }

  void batch(int messages) {
    batchSize.record(messages);
  }

  /** A message that has an outcome but comes again. */
  void redelivered(Delivery delivery) {
    outcome(delivery.event(), "redelivered").increment();
  }

  /** A message that has its last outcome. */
  void settled(Delivery delivery, String outcome) {
    outcome(delivery.event(), outcome).increment();
    attempts.computeIfAbsent(outcome, this::attempts).record(delivery.attempt());
  }

  /** A message that arrives for the first time. */
  void consumed(Delivery delivery, @Nullable Instant publishedAt, Instant now) {
    Duration delay = Delays.between(publishedAt, now);
    if (delay != null) {
      consumeDelays.computeIfAbsent(delivery.event().name(), this::consumeDelay).record(delay);
    }
  }

  /** A journal that was written now. */
  void posted(Delivery delivery, @Nullable Instant occurredAt, Instant now) {
    Duration delay = Delays.between(occurredAt, now);
    if (delay != null) {
      postingDelays.computeIfAbsent(delivery.event().name(), this::postingDelay).record(delay);
    }
  }

  private Counter outcome(Delivery.Event event, String outcome) {
    return outcomes
        .computeIfAbsent(event, none -> new ConcurrentHashMap<>())
        .computeIfAbsent(outcome, text -> counter(event, text));
  }

  private Counter counter(Delivery.Event event, String outcome) {
    return Counter.builder("hub.finance.messages")
        .description("Messages by what became of them")
        .tags("consumer", CONSUMER, "event", event.name(), "version", event.version())
        .tag("outcome", outcome)
        .register(meters);
  }

  private DistributionSummary attempts(String outcome) {
    return DistributionSummary.builder("hub.finance.attempts")
        .description("Attempts that a message took until it was settled")
        .tags("consumer", CONSUMER, "outcome", outcome)
        .register(meters);
  }

  private Timer consumeDelay(String event) {
    return Delays.timer("hub.finance.consume.delay", "From the relay's publish to the consumer")
        .tags("consumer", CONSUMER, "event", event)
        .register(meters);
  }

  private Timer postingDelay(String event) {
    return Delays.timer("hub.finance.posting.delay", "From an event to its committed journal")
        .tags("consumer", CONSUMER, "event", event)
        .register(meters);
  }
}
