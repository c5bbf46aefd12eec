package io.tallyline.ops.alerts;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * When people are told, and how: {@code hub.alerts.*}. The rules for Prometheus are made from the
 * defaults.
 *
 * @param enabled whether this hub watches itself; off where Prometheus does
 * @param interval pause between two looks at the meters
 * @param resolveAfter how long a condition must be gone before its alert is over
 * @param mostFiring most alerts of one rule at once, for example dead-letter queues
 * @param deadLetters dead letters that may wait in one queue
 * @param lag how old the oldest unpublished row may be, and how long emptying the journal queue may
 *     take at the pace of {@code lagWindow}
 * @param lagWindow time over which that pace is taken
 * @param consumerErrorsPercent share of messages that may fail an attempt or become dead letters
 * @param consumerErrorsWindow time over which that share is taken
 * @param consumerErrorsMinimum fewest messages in it to judge by
 * @param brokerCpuPercent how busy the broker may be, of the processors that it uses
 * @param backlogRows outbox rows above which a growing outbox is told
 * @param backlogWindow an outbox grows if it holds more rows than this long ago
 * @param poolPending threads that may wait for a database connection
 * @param certificateWarning told when a certificate ends sooner
 * @param certificateCritical told again, urgently, when it ends sooner than this
 * @param certificateInterval pause between two looks at certificates
 * @param hold how long each condition must hold before somebody is told
 * @param queueSize notifications that may wait for one receiver; more are dropped and logged
 * @param broker where the broker's own figures are read
 * @param webhook a receiver of JSON
 * @param mail a receiver of e-mail; the server is {@code spring.mail.*}
 */
@ConfigurationProperties("hub.alerts")
record AlertProperties(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("15s") Duration interval,
    @DefaultValue("1m") Duration resolveAfter,
    @DefaultValue("50") int mostFiring,
    @DefaultValue("0") long deadLetters,
    @DefaultValue("5m") Duration lag,
    @DefaultValue("5m") Duration lagWindow,
    @DefaultValue("5") double consumerErrorsPercent,
    @DefaultValue("5m") Duration consumerErrorsWindow,
    @DefaultValue("20") long consumerErrorsMinimum,
    @DefaultValue("80") double brokerCpuPercent,
    @DefaultValue("10000") long backlogRows,
    @DefaultValue("5m") Duration backlogWindow,
    @DefaultValue("0") int poolPending,
    @DefaultValue("30d") Duration certificateWarning,
    @DefaultValue("7d") Duration certificateCritical,
    @DefaultValue("1h") Duration certificateInterval,
    @DefaultValue Hold hold,
    @DefaultValue("100") int queueSize,
    @DefaultValue Broker broker,
    @DefaultValue Webhook webhook,
    @DefaultValue Mail mail) {
  AlertProperties {
    positive("interval", interval);
    positive("lag", lag);
    positive("lag-window", lagWindow);
    positive("consumer-errors-window", consumerErrorsWindow);
    positive("backlog-window", backlogWindow);
    positive("certificate-interval", certificateInterval);
    within("most-firing", mostFiring, 1, 1_000);
    within("queue-size", queueSize, 1, 10_000);
    within("consumer-errors-minimum", consumerErrorsMinimum, 1, 1_000_000);
    Assert.isTrue(!resolveAfter.isNegative(), "hub.alerts.resolve-after is negative");
    Assert.isTrue(
        consumerErrorsPercent >= 0 && consumerErrorsPercent < 100,
        "hub.alerts.consumer-errors-percent must be 0 to 100");
    Assert.isTrue(
        brokerCpuPercent > 0 && brokerCpuPercent < 100,
        "hub.alerts.broker-cpu-percent must be between 0 and 100");
    for (Duration window : List.of(lagWindow, consumerErrorsWindow, backlogWindow)) {
      Assert.isTrue(
          window.compareTo(interval.multipliedBy(10_000)) <= 0,
          "a window of hub.alerts is longer than 10,000 times hub.alerts.interval");
    }
  }

  /**
   * How long a condition must hold, by alert.
   *
   * @param deadLetters dead letters wait
   * @param relayLag the oldest unpublished row is too old
   * @param queueLag the journal queue empties too slowly
   * @param consumerErrors too many messages fail
   * @param brokerCpu the broker is too busy
   * @param relayStopped nobody relays an outbox
   * @param outboxGrowing an outbox grows
   * @param breakerOpen a consumer pauses because a server is away
   * @param unrouted messages were bound for no queue
   * @param brokerAlarm the broker is short of memory or disk
   * @param brokerBlocked the broker takes no messages
   * @param brokerAway the broker cannot be reached
   * @param queueWithoutConsumer nobody takes from a work queue
   * @param certificate a certificate ends soon
   * @param immovableRows rows are too large for any queue
   * @param poolExhausted threads wait for database connections
   * @param notReady the hub is not ready
   */
  record Hold(
      @DefaultValue("0s") Duration deadLetters,
      @DefaultValue("15s") Duration relayLag,
      @DefaultValue("1m") Duration queueLag,
      @DefaultValue("30s") Duration consumerErrors,
      @DefaultValue("2m") Duration brokerCpu,
      @DefaultValue("1m") Duration relayStopped,
      @DefaultValue("10m") Duration outboxGrowing,
      @DefaultValue("1m") Duration breakerOpen,
      @DefaultValue("0s") Duration unrouted,
      @DefaultValue("30s") Duration brokerAlarm,
      @DefaultValue("30s") Duration brokerBlocked,
      @DefaultValue("1m") Duration brokerAway,
      @DefaultValue("1m") Duration queueWithoutConsumer,
      @DefaultValue("0s") Duration certificate,
      @DefaultValue("0s") Duration immovableRows,
      @DefaultValue("1m") Duration poolExhausted,
      @DefaultValue("2m") Duration notReady) {}

  /**
   * @param metricsUrls the Prometheus endpoint of each broker node, {@code
   *     http://rabbit-1:15692/metrics}; without it nobody here knows the broker's CPU and alarms
   * @param timeout longest wait for an answer
   * @param largestAnswer most that is read of one
   */
  record Broker(
      @DefaultValue List<URI> metricsUrls,
      @DefaultValue("2s") Duration timeout,
      @DefaultValue("8MB") DataSize largestAnswer) {}

  /**
   * @param url where to POST; nowhere if absent
   * @param allowedHosts hosts that the url may name
   * @param allowedNetworks networks ({@code 10.1.0.0/16}) that such a host may be in although they
   *     are private or loopback; only to loopback may http go without TLS
   * @param secret signs each notification, at least 32 characters
   * @param connectTimeout longest wait for a connection
   * @param timeout longest wait for everything
   * @param attempts most tries for one notification
   * @param retryDelay pause before the second try, doubled each time
   */
  record Webhook(
      @Nullable URI url,
      @DefaultValue List<String> allowedHosts,
      @DefaultValue List<String> allowedNetworks,
      @DefaultValue("") String secret,
      @DefaultValue("2s") Duration connectTimeout,
      @DefaultValue("5s") Duration timeout,
      @DefaultValue("5") int attempts,
      @DefaultValue("2s") Duration retryDelay) {
    Webhook {
      within("webhook.attempts", attempts, 1, 20);
      positive("webhook.connect-timeout", connectTimeout);
      positive("webhook.timeout", timeout);
      positive("webhook.retry-delay", retryDelay);
    }

    /** Without the secret. */
    @Override
    public String toString() {
      return "Webhook[" + (url == null ? "none" : url.getHost()) + "]";
    }
  }

  /**
   * @param to who is told by e-mail; nobody if empty
   * @param from the sender's address
   * @param attempts most tries for one notification
   * @param retryDelay pause before the second try, doubled each time
   */
  record Mail(
      @DefaultValue List<String> to,
      @DefaultValue("") String from,
      @DefaultValue("5") int attempts,
      @DefaultValue("10s") Duration retryDelay) {
    Mail {
      within("mail.attempts", attempts, 1, 20);
      positive("mail.retry-delay", retryDelay);
    }
  }

  private static void positive(String name, Duration value) {
    Assert.isTrue(
        value.toMillis() > 0, () -> "hub.alerts." + name + " must be at least 1 ms: " + value);
  }

  private static void within(String name, long value, long least, long most) {
    Assert.isTrue(
        value >= least && value <= most,
        () -> "hub.alerts.%s must be %d to %d: %d".formatted(name, least, most, value));
  }
}
