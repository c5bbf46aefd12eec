package io.tallyline.reconcile;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of reconciliations: {@code hub.reconcile.*}.
 *
 * @param grace an event without a journal that is younger is on its way
 * @param redelivery one that is younger than this beyond the grace may still be on its redelivery
 *     ladder; at least as long as that ladder takes
 * @param schedule when one runs by itself, as {@code 0 15 3 * * ?} for every night at 03:15; empty
 *     for never
 * @param zone time zone of the schedule
 * @param window how far back the first run of the schedule looks; each further one begins where the
 *     last one ended
 * @param windowMost longest window of one reconciliation
 * @param differencesMost most differences that are kept of one; counts are exact in any case
 * @param itemsMost most items that totals are kept of; the rest is one line
 * @param keep how long results are kept
 * @param staleAfter one without a sign of life for so long was left by a hub that stopped
 */
@ConfigurationProperties("hub.reconcile")
public record ReconcileProperties(
    @DefaultValue("10m") Duration grace,
    @DefaultValue("1h") Duration redelivery,
    @DefaultValue("") String schedule,
    @DefaultValue("UTC") String zone,
    @DefaultValue("1d") Duration window,
    @DefaultValue("366d") Duration windowMost,
    @DefaultValue("10000") int differencesMost,
    @DefaultValue("100000") int itemsMost,
    @DefaultValue("1000d") Duration keep,
    @DefaultValue("5m") Duration staleAfter) {
  public ReconcileProperties {
    notNegative("grace", grace);
    notNegative("redelivery", redelivery);
    Assert.isTrue(
        window.toMillis() > 0 && windowMost.compareTo(window) >= 0,
        "hub.reconcile.window must be longer than 0 and not longer than hub.reconcile.window-most: "
            + window);
    Assert.isTrue(keep.toDays() >= 1, "hub.reconcile.keep must be at least 1d: " + keep);
    within("differences-most", differencesMost, 1, 1_000_000);
    within("items-most", itemsMost, 1, 1_000_000);
    Assert.isTrue(
        staleAfter.toSeconds() >= 1,
        "hub.reconcile.stale-after must be at least 1s: " + staleAfter);
  }

  private static void notNegative(String name, Duration value) {
    Assert.isTrue(
        !value.isNegative(), () -> "hub.reconcile." + name + " must not be negative: " + value);
  }

  private static void within(String name, long value, long least, long most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "hub.reconcile.%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
