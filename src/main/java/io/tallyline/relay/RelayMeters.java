package io.tallyline.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Reason;
import io.tallyline.delivery.Delays;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of one outbox. Nothing counts before its transaction has committed: what is
 * rolled back comes again, and would count twice.
 */
final class RelayMeters {
  private static final String NONE = "none";

  private final RelayedOutbox outbox;
  private final MeterRegistry meters;
  private final DistributionSummary batchSize;
  private final Map<List<MessageType>, Counts> published = new ConcurrentHashMap<>();

  RelayMeters(RelayedOutbox outbox, MeterRegistry meters) {
    this.outbox = outbox;
    this.meters = meters;
    this.batchSize =
        DistributionSummary.builder("hub.relay.batch.size")
            .description("Outbox rows that one transaction moved")
            .baseUnit("rows")
            .tag("outbox", outbox.name())
            .register(meters);
  }

  /**
   * What counts for one row.
   *
   * @param outcomes one for each message that it became
   * @param delay from the event to the broker's confirm; null for a dead letter
   */
  record Counts(List<Counter> outcomes, @Nullable Timer delay) {}

  /**
   * Of an event type, published in these versions. Made when the first row needs it: a table that
   * is only checked leaves no series behind.
   */
  Counts published(List<MessageType> versions) {
    Counts known = published.get(versions);
    return known != null ? known : published.computeIfAbsent(versions, this::register);
  }

  private Counts register(List<MessageType> versions) {
    String event = versions.get(0).name();
    return new Counts(
        versions.stream().map(type -> outcome(event, "v" + type.version(), "published")).toList(),
        Delays.timer("hub.relay.publish.delay", "From an event to the broker's confirm")
            .tags("outbox", outbox.name(), "event", event)
            .register(meters));
  }

  /**
   * Of a row that became a dead letter; rare, so its meter is looked up.
   *
   * @param type the message it should have become; null if that is not known
   */
  Counts dead(@Nullable MessageType type, Reason reason) {
    String event = type == null ? NONE : type.name();
    String version = type == null ? NONE : "v" + type.version();
    return new Counts(List.of(outcome(event, version, reason.text())), null);
  }

  private Counter outcome(String event, String version, String outcome) {
    return Counter.builder("hub.relay.events")
        .description("Messages that outbox rows became, by what became of them")
        .tags("outbox", outbox.name(), "event", event, "version", version, "outcome", outcome)
        .register(meters);
  }

  /** Once the transaction has committed. */
  void count(OutboxBatch batch, Instant confirmedAt) {
    batchSize.record(batch.size());
    for (int i = 0; i < batch.size(); i++) {
      Counts counts = batch.translated().get(i).counts();
      for (Counter outcome : counts.outcomes()) {
        outcome.increment();
      }
      if (counts.delay() != null) {
        Duration delay = Delays.between(batch.rows().get(i).occurredAt(), confirmedAt);
        if (delay != null) {
          counts.delay().record(delay);
        }
      }
    }
  }
}
