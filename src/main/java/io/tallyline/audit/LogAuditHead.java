package io.tallyline.audit;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Logs the newest entry at the start, from time to time and at the stop: logs leave the machine, so
 * whoever cuts the audit's tail would have to cut them too.
 */
final class LogAuditHead {
  private static final Logger log = LoggerFactory.getLogger(LogAuditHead.class);

  private final AuditEntries entries;
  private final ScheduledExecutorService timer;

  LogAuditHead(AuditEntries entries, Duration interval) {
    this.entries = entries;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "audit-head");
              thread.setDaemon(true);
              return thread;
            });
    timer.scheduleWithFixedDelay(this::look, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
  }

  void look() {
    try {
      entries
          .head()
          .map(AuditHead::of)
          .ifPresentOrElse(
              head -> log.info("Audit head {}", head), () -> log.info("The audit has no entry"));
    } catch (DataAccessException away) {
      // The next look tells as much.
      log.warn("The audit's head cannot be read: {}", away.getMessage());
    }
  }

  /** Once more, when the hub stops. */
  void end() {
    timer.shutdownNow();
    look();
  }
}
