package io.tallyline.deadletter;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of the dead-letter desk.
 *
 * @param undoWithin how long a discarded dead letter can be taken back
 * @param redirectQueues queues that a dead letter may be sent to instead of its own
 * @param canary how many messages of a bulk retry go first
 * @param retryPerSecond most messages a second that bulk retries send together
 * @param stopAbovePercent a bulk retry stops by itself when more of its settled messages failed
 *     again
 * @param bulkMost most messages of one bulk retry
 * @param previewMost most messages that a sum over a group or a plan looks at
 * @param approvalAbove a bulk retry whose debits are more than this, in any currency, needs a
 *     second person
 * @param approvalWithin how long a second person has to agree
 * @param quietAfter a retry whose outcome nothing can prove counts as resolved after so long
 * @param settleInterval how often the hub looks what became of retries
 * @param stepInterval how often bulk retries take their next step
 */
@ConfigurationProperties("hub.dead-letters")
public record DeadLetterProperties(
    @DefaultValue("15m") Duration undoWithin,
    @DefaultValue List<String> redirectQueues,
    @DefaultValue("5") int canary,
    @DefaultValue("50") int retryPerSecond,
    @DefaultValue("5") int stopAbovePercent,
    @DefaultValue("100000") int bulkMost,
    @DefaultValue("20000") int previewMost,
    @DefaultValue("10000") BigDecimal approvalAbove,
    @DefaultValue("24h") Duration approvalWithin,
    @DefaultValue("2h") Duration quietAfter,
    @DefaultValue("1s") Duration settleInterval,
    @DefaultValue("200ms") Duration stepInterval) {
  public DeadLetterProperties {
    redirectQueues = List.copyOf(redirectQueues);
    positive("undo-within", undoWithin);
    positive("approval-within", approvalWithin);
    positive("quiet-after", quietAfter);
    positive("settle-interval", settleInterval);
    positive("step-interval", stepInterval);
    within("canary", canary, 1, 1_000);
    within("retry-per-second", retryPerSecond, 1, 10_000);
    within("stop-above-percent", stopAbovePercent, 0, 100);
    within("bulk-most", bulkMost, 1, 1_000_000);
    within("preview-most", previewMost, 1, 1_000_000);
    BigDecimal above = approvalAbove;
    Assert.isTrue(
        above.signum() >= 0,
        () -> "hub.dead-letters.approval-above must not be negative: " + above);
  }

  private static void positive(String name, Duration value) {
    Assert.isTrue(
        value.toMillis() > 0,
        () -> "hub.dead-letters." + name + " must be at least 1 ms: " + value);
  }

  private static void within(String name, int value, int least, int most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "hub.dead-letters.%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
