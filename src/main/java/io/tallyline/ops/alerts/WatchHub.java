package io.tallyline.ops.alerts;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Looks at things in turn while the hub runs, each on a thread of its own, so that a server that
 * hangs holds up its own figure only. Starts last and stops first: a hub that stops is not to
 * report what is being stopped.
 */
final class WatchHub implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {
  private static final Logger log = LoggerFactory.getLogger(WatchHub.class);

  private final List<Watch> watches;
  private final List<ScheduledExecutorService> timers = new ArrayList<>();

  /**
   * @param name of the thread
   * @param every pause after each look
   */
  record Watch(String name, Runnable look, Duration every) {}

  WatchHub(List<Watch> watches) {
    this.watches = List.copyOf(watches);
  }

  @Override
  public synchronized void start() {
    for (Watch watch : watches) {
      ScheduledExecutorService timer =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                var thread = new Thread(task, watch.name());
                thread.setDaemon(true);
                return thread;
              });
      timers.add(timer);
      timer.scheduleWithFixedDelay(
          () -> look(watch), 0, watch.every().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** One look that fails must not be the last. */
  private static void look(Watch watch) {
    try {
      watch.look().run();
    } catch (RuntimeException broken) {
      log.error("OPS-214 {} failed: {}", watch.name(), broken.toString());
    }
  }

  /** Before anything else is stopped. */
  @Override
  public void onApplicationEvent(ContextClosedEvent closing) {
    stop();
  }

  @Override
  public synchronized void stop() {
    timers.forEach(ScheduledExecutorService::shutdownNow);
    timers.clear();
  }

  @Override
  public synchronized boolean isRunning() {
    return !timers.isEmpty();
  }

  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
