package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * How messages travel: {@code hub.delivery.*}.
 *
 * @param ladder how long a message that failed for a passing reason waits before each further
 *     attempt; after one failure more it is a dead letter. A consumer may have its own, for example
 *     {@code hub.finance.ladder}. Another ladder makes other wait queues; messages in those of the
 *     old one still come back
 * @param confirmTimeout longest wait for the broker's confirms of one batch
 * @param deliveryLimit how often the broker delivers a message of a work queue before it becomes a
 *     dead letter. Each failed batch and each crash counts one, so it must outlast {@code
 *     deliveryLimit * failureWaitMost} of trouble; it stops only what would come back for ever
 * @param batchSize most messages that a route gets at once
 * @param batchWait how long a batch waits for one message more; a batch grows anyway by what
 *     arrives while the one before is worked on
 * @param prefetch messages that the broker sends ahead to a consumer, at least the batch size; 0
 *     for twice the batch size, or fewer if the heap could not hold as many of the largest
 * @param failureWait pause after a batch has failed, doubled at each failure in a row
 * @param failureWaitMost longest pause
 * @param reconnectWait pause between attempts to reach a broker that went away
 * @param stopWait how long a consumer that stops waits for its batch to finish
 * @param declare whether the hub declares exchanges, queues and bindings; if not, somebody else has
 *     (docker/rabbitmq/definitions.json), the hub's user needs no right to, and a start only looks
 *     whether they are there
 * @param watchInterval how often the hub's queues are looked at
 */
@ConfigurationProperties("hub.delivery")
public record DeliveryProperties(
    @DefaultValue({"1s", "11s", "31s", "71s", "151s", "5m", "15m", "30m"}) List<Duration> ladder,
    @DefaultValue("10s") Duration confirmTimeout,
    @DefaultValue("100") int deliveryLimit,
    @DefaultValue("250") int batchSize,
    @DefaultValue("0ms") Duration batchWait,
    @DefaultValue("0") int prefetch,
    @DefaultValue("1s") Duration failureWait,
    @DefaultValue("30s") Duration failureWaitMost,
    @DefaultValue("1s") Duration reconnectWait,
    @DefaultValue("20s") Duration stopWait,
    @DefaultValue("true") boolean declare,
    @DefaultValue("5s") Duration watchInterval) {
  public DeliveryProperties {
    ladder = new Ladder(ladder).steps();
    positive("confirm-timeout", confirmTimeout);
    Assert.isTrue(
        !batchWait.isNegative(), "hub.delivery.batch-wait must not be negative: " + batchWait);
    positive("failure-wait", failureWait);
    positive("reconnect-wait", reconnectWait);
    positive("stop-wait", stopWait);
    positive("watch-interval", watchInterval);
    within("delivery-limit", deliveryLimit, 1, 100_000);
    within("batch-size", batchSize, 1, 10_000);
    prefetch = prefetch == 0 ? prefetch(batchSize, Runtime.getRuntime().maxMemory()) : prefetch;
    within("prefetch", prefetch, batchSize, 65_535);
    Assert.isTrue(
        failureWaitMost.compareTo(failureWait) >= 0,
        "hub.delivery.failure-wait-most is shorter than hub.delivery.failure-wait");
  }

  /** While a batch is worked on the next one is already here. */
  static int prefetch(int batchSize, long heapBytes) {
    long held = heapBytes / Names.LARGEST_BODY_BYTES;
    return (int) Math.max(batchSize, Math.min(2L * batchSize, held));
  }

  private static void positive(String name, Duration value) {
    Assert.isTrue(
        value.toMillis() > 0, () -> "hub.delivery." + name + " must be at least 1 ms: " + value);
  }

  private static void within(String name, int value, int least, int most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "hub.delivery.%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
