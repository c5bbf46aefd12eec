package io.tallyline.ops.observe;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Whether the databases of this hub's roles answer. Each is asked on an interval by a thread of its
 * own; a probe reads when it last answered and never waits, whatever the network does.
 */
final class DatabasesHealth extends AbstractHealthIndicator implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DatabasesHealth.class);
  private static final int TIMEOUT_SECONDS = 5;

  private final List<Asked> databases = new ArrayList<>();
  private final Duration grace;
  private final InstantSource clock;

  DatabasesHealth(
      Map<String, DataSource> databases, HealthProperties settings, InstantSource clock) {
    this.grace = settings.grace();
    this.clock = clock;
    databases.forEach((name, pool) -> this.databases.add(new Asked(name, pool, settings)));
  }

  /** One database, and when it answered last. */
  private final class Asked {
    private final String name;
    private final DataSource pool;
    private final ScheduledExecutorService timer;
    private volatile Instant answered = clock.instant();
    private volatile @Nullable String failure;

    Asked(String name, DataSource pool, HealthProperties settings) {
      this.name = name;
      this.pool = pool;
      this.timer =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "health-" + name);
                thread.setDaemon(true);
                return thread;
              });
      timer.scheduleWithFixedDelay(
          this::ask, 0, settings.interval().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void ask() {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        statement.setQueryTimeout(TIMEOUT_SECONDS);
        statement.execute("SELECT 1");
        answered = clock.instant();
        failure = null;
      } catch (SQLException | RuntimeException away) {
        failure = away.getClass().getSimpleName();
        log.debug("The database {} does not answer", name, away);
      }
    }

    boolean isAway() {
      return clock.instant().isAfter(answered.plus(grace));
    }

    Map<String, Object> details() {
      Map<String, Object> details = new TreeMap<>();
      details.put("answered", answered);
      if (failure != null) {
        details.put("failure", failure);
      }
      return details;
    }
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    for (Asked database : databases) {
      if (database.isAway()) {
        health.outOfService();
      }
      health.withDetail(database.name, database.details());
    }
  }

  @Override
  public void close() {
    databases.forEach(database -> database.timer.shutdownNow());
  }
}
