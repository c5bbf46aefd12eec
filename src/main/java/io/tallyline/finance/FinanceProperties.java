package io.tallyline.finance;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of the journal writer.
 *
 * @param ladder its own redelivery ladder; {@code hub.delivery.ladder} if absent
 * @param retryDelay how long a batch waits before it is tried again while the database is away
 * @param awayAfter how long a batch is tried before the consumer pauses and gives it back
 * @param probeInterval how often a paused consumer asks whether the database is back
 * @param pauseMost longest pause where the database answers but posting fails again
 * @param splitTime how long a failed batch is taken apart; what is left then waits as a whole
 * @param lockTimeout longest wait for a lock in the ledger
 * @param statementTimeout longest time of one statement
 * @param stalledTransactionTimeout after this long without a statement the server ends a posting
 *     transaction: a frozen process must not keep its transactions' keys from the others
 */
@ConfigurationProperties("hub.finance")
public record FinanceProperties(
    @Nullable List<Duration> ladder,
    @DefaultValue("1s") Duration retryDelay,
    @DefaultValue("10s") Duration awayAfter,
    @DefaultValue("1s") Duration probeInterval,
    @DefaultValue("60s") Duration pauseMost,
    @DefaultValue("15s") Duration splitTime,
    @DefaultValue("5s") Duration lockTimeout,
    @DefaultValue("30s") Duration statementTimeout,
    @DefaultValue("15s") Duration stalledTransactionTimeout) {
  private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(60);

  public FinanceProperties {
    positive("retry-delay", retryDelay);
    positive("probe-interval", probeInterval);
    positive("lock-timeout", lockTimeout);
    positive("statement-timeout", statementTimeout);
    positive("stalled-transaction-timeout", stalledTransactionTimeout);
    Assert.isTrue(
        statementTimeout.compareTo(SOCKET_TIMEOUT) < 0 && lockTimeout.compareTo(SOCKET_TIMEOUT) < 0,
        "hub.finance.statement-timeout and hub.finance.lock-timeout must be less than 60s,"
            + " after which a connection counts as broken");
    Assert.isTrue(
        pauseMost.compareTo(probeInterval) >= 0,
        "hub.finance.pause-most is shorter than hub.finance.probe-interval");
  }

  private static void positive(String name, Duration value) {
    Assert.isTrue(
        value.toMillis() > 0, () -> "hub.finance." + name + " must be at least 1 ms: " + value);
  }
}
