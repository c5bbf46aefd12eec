package io.tallyline.ops.alerts;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one receiver is still to be told, in order, by a thread of its own: a receiver that hangs or
 * is away holds up neither the evaluation nor other receivers.
 */
final class NotificationQueue implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NotificationQueue.class);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  private final Notifier notifier;
  private final int attempts;
  private final Duration retryDelay;
  private final BlockingQueue<AlertChange> waiting;
  private final Thread worker;

  /**
   * @param size most that may wait
   * @param attempts most tries for one
   * @param retryDelay pause before the second try, doubled each time up to a minute
   */
  NotificationQueue(Notifier notifier, int size, int attempts, Duration retryDelay) {
    this.notifier = notifier;
    this.attempts = attempts;
    this.retryDelay = retryDelay;
    this.waiting = new ArrayBlockingQueue<>(size);
    this.worker = new Thread(this::work, "alerts-" + notifier.name().replace(' ', '-'));
    worker.setDaemon(true);
    worker.start();
  }

  /** Never blocks; what does not fit is dropped, and said in the log. */
  void add(AlertChange change) {
    if (!waiting.offer(change)) {
      log.error(
          "OPS-213 {} notifications wait for the {}; '{} {}' is dropped. /api/alerts and the log"
              + " have it.",
          waiting.size(),
          notifier.name(),
          change.alert(),
          change.firing() ? "firing" : "over");
    }
  }

  private void work() {
    try {
      while (true) {
        deliver(waiting.take());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void deliver(AlertChange change) throws InterruptedException {
    Duration pause = retryDelay;
    for (int attempt = 1; ; attempt++) {
      String failure;
      boolean hopeless = false;
      try {
        notifier.send(change);
        return;
      } catch (Notifier.NotSent notSent) {
        failure = String.valueOf(notSent.getMessage());
        hopeless = notSent.hopeless();
      } catch (RuntimeException unexpected) {
        failure = "OPS-210 " + unexpected.getClass().getName();
      }
      if (hopeless || attempt >= attempts) {
        log.error(
            "{} The {} was not told of '{}' after {} attempts.",
            failure,
            notifier.name(),
            change.alert(),
            attempt);
        return;
      }
      Thread.sleep(pause.toMillis());
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }
  }

  @Override
  public void close() {
    worker.interrupt();
  }
}
