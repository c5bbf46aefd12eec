package io.tallyline.relay;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.spi.ExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * What the relay of one outbox knows of its own state: reports a failed batch once, rests before
 * the next try, and says when it works again. Camel hands it every failure of the route.
 */
public final class RelayHealth implements ExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(RelayHealth.class);
  private static final Duration REMIND_EVERY = Duration.ofMinutes(1);

  private static final int SMALLER = 4;

  private final RelayedOutbox outbox;
  private final Duration retryDelay;
  private final int largestBatch;
  private final InstantSource clock;
  private volatile boolean stopping;
  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong leftBehind = new AtomicLong();
  private @Nullable String failing;
  private Instant failingSince = Instant.MIN;
  private Instant lastReport = Instant.MIN;
  private Instant restUntil = Instant.MIN;
  private int batchSize;

  public RelayHealth(
      RelayedOutbox outbox, RelayProperties properties, InstantSource clock, MeterRegistry meters) {
    this.outbox = outbox;
    this.retryDelay = properties.retryDelay();
    this.largestBatch = properties.batchSize();
    this.batchSize = largestBatch;
    this.clock = clock;
    FunctionCounter.builder("hub.relay.failed.batches", failures, AtomicLong::doubleValue)
        .tag("outbox", outbox.name())
        .description("Batches that were rolled back since the start")
        .register(meters);
    Gauge.builder("hub.relay.immovable.rows", leftBehind, AtomicLong::doubleValue)
        .tag("outbox", outbox.name())
        .description("Outbox rows too large for any queue, passed over")
        .register(meters);
  }

  /**
   * When the hub stops, the batch that is under way is the last: a full outbox must not hold up the
   * stop, and consumers can end better when nothing new is published.
   */
  @EventListener(ContextClosedEvent.class)
  public void stop() {
    stopping = true;
  }

  /**
   * Whether nothing is to be claimed: the hub stops, or the last failure is so recent that trying
   * again would only be noise.
   */
  synchronized boolean resting() {
    return stopping || clock.instant().isBefore(restUntil);
  }

  /**
   * How many rows the next batch may have: fewer after a failure, so that a queue with little room
   * takes some at a time instead of refusing the same large batch for ever.
   */
  synchronized int batchSize() {
    return batchSize;
  }

  synchronized void succeeded() {
    batchSize = Math.min(largestBatch, batchSize * 2);
    works();
  }

  /** Nothing was to be claimed, or another relay is at work: no failure is left to tell of. */
  synchronized void idle() {
    works();
  }

  /** Since when every batch has failed; null while the relay works. */
  public synchronized @Nullable Instant failingSince() {
    return failing == null ? null : failingSince;
  }

  /** What the last failure said; null while the relay works. */
  public synchronized @Nullable String failing() {
    return failing;
  }

  Instant now() {
    return clock.instant();
  }

  public RelayedOutbox outbox() {
    return outbox;
  }

  private void works() {
    if (failing != null) {
      log.info(
          "The relay of the {} outbox works again after {} s.",
          outbox.name(),
          Duration.between(failingSince, clock.instant()).toSeconds());
      failing = null;
      lastReport = Instant.MIN;
    }
  }

  void leftBehind(int rows) {
    leftBehind.set(rows);
  }

  /** Batches that were rolled back since the start. */
  public long failures() {
    return failures.get();
  }

  @Override
  public void handleException(Throwable exception) {
    handleException("", null, exception);
  }

  @Override
  public void handleException(String message, Throwable exception) {
    handleException(message, null, exception);
  }

  @Override
  public synchronized void handleException(
      String message, @Nullable Exchange exchange, Throwable exception) {
    failures.incrementAndGet();
    batchSize = Math.max(1, batchSize / SMALLER);
    Instant now = clock.instant();
    restUntil = now.plus(retryDelay);
    String failure = String.valueOf(exception.getMessage());
    if (failing == null) {
      failingSince = now;
    }
    if (!failure.equals(failing) || now.isAfter(lastReport.plus(REMIND_EVERY))) {
      log.error("The batch was rolled back and stays in the {} outbox: {}", outbox.name(), failure);
      log.debug("Cause of the rollback", exception);
      lastReport = now;
    }
    failing = failure;
  }
}
