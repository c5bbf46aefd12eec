package io.tallyline.replay;

import io.tallyline.contracts.Names;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of replays: {@code hub.replay.*}.
 *
 * @param consumers queues that events may be replayed to
 * @param eventsPerSecond rate of a replay that names none
 * @param eventsPerSecondMost highest rate that a replay may name
 * @param eventsMost most events of one replay
 * @param dryRunMost most events that a dry run looks at
 * @param moveInterval how often running replays are moved on
 * @param lease how long a hub that went away keeps a replay from the others
 */
@ConfigurationProperties("hub.replay")
public record ReplayProperties(
    @DefaultValue(Names.JOURNAL_QUEUE) List<String> consumers,
    @DefaultValue("200") int eventsPerSecond,
    @DefaultValue("2000") int eventsPerSecondMost,
    @DefaultValue("10000000") long eventsMost,
    @DefaultValue("10000") int dryRunMost,
    @DefaultValue("500ms") Duration moveInterval,
    @DefaultValue("30s") Duration lease) {
  public ReplayProperties {
    consumers = List.copyOf(consumers);
    Assert.isTrue(
        consumers.stream().noneMatch(String::isBlank), "hub.replay.consumers names a blank queue");
    within("events-per-second-most", eventsPerSecondMost, 1, 100_000);
    within("events-per-second", eventsPerSecond, 1, eventsPerSecondMost);
    within("events-most", eventsMost, 1, 1_000_000_000);
    within("dry-run-most", dryRunMost, 1, 1_000_000);
    within("move-interval in milliseconds", moveInterval.toMillis(), 10, 60_000);
    Assert.isTrue(
        lease.compareTo(moveInterval.multipliedBy(2)) >= 0,
        "hub.replay.lease must be at least twice hub.replay.move-interval: " + lease);
  }

  private static void within(String name, long value, long least, long most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "hub.replay.%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
