package io.tallyline.eventstore;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * The record of every message, and sending again: {@code hub.event-store.*}.
 *
 * @param probeInterval how often a paused consumer asks whether the hub's database is back
 * @param pauseMost longest pause where the database answers but storing fails again
 * @param resendInterval how often the hub looks for messages that are to be sent again
 * @param resendBatch most messages sent again at once
 * @param keepMonths whole months that stay in the database; older ones are exported and dropped. 0
 *     keeps all
 * @param exportDirectory where a month's file goes before the month is dropped
 * @param retentionInterval how often the hub looks for what is to go
 * @param keepAttempts how long failed attempts are kept
 */
@ConfigurationProperties("hub.event-store")
public record EventStoreProperties(
    @DefaultValue("1s") Duration probeInterval,
    @DefaultValue("60s") Duration pauseMost,
    @DefaultValue("250ms") Duration resendInterval,
    @DefaultValue("250") int resendBatch,
    @DefaultValue("0") int keepMonths,
    @DefaultValue("data/events") Path exportDirectory,
    @DefaultValue("6h") Duration retentionInterval,
    @DefaultValue("90d") Duration keepAttempts) {
  private static final int MOST_MONTHS = 1_200;

  public EventStoreProperties {
    positive("probe-interval", probeInterval);
    positive("resend-interval", resendInterval);
    positive("retention-interval", retentionInterval);
    positive("keep-attempts", keepAttempts);
    Assert.isTrue(
        pauseMost.compareTo(probeInterval) >= 0,
        "hub.event-store.pause-most is shorter than hub.event-store.probe-interval");
    within("resend-batch", resendBatch, 1, 10_000);
    within("keep-months", keepMonths, 0, MOST_MONTHS);
  }

  private static void positive(String name, Duration value) {
    Assert.isTrue(
        value.toMillis() > 0, () -> "hub.event-store." + name + " must be at least 1 ms: " + value);
  }

  private static void within(String name, int value, int least, int most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "hub.event-store.%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
