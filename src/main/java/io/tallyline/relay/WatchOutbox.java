package io.tallyline.relay;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * How late the relay of one outbox is, looked at on an interval by a route of its own, which goes
 * on while the relay is stopped. A scrape reads what the last look found and never waits.
 *
 * <p>Two things are cheap on a table of any size: its first rows by {@code seq}, and counting up to
 * a bound. Beyond the bound the backlog is the span of {@code seq}, which counts gaps as well.
 */
public final class WatchOutbox {
  /** Producers stamp their rows before they commit, so the first row is not always the oldest. */
  private static final int OLDEST_AMONG = 1_000;

  private static final Logger log = LoggerFactory.getLogger(WatchOutbox.class);

  private static final String TIMEOUTS =
      "SELECT set_config('statement_timeout', ?, true), set_config('lock_timeout', ?, true)";

  private static final String LOOK =
      """
      WITH waiting AS MATERIALIZED (
             SELECT seq, occurred_at FROM %1$s WHERE seq <> ALL (?) ORDER BY seq LIMIT ?),
           counted AS MATERIALIZED (
             SELECT count(*) AS rows
               FROM (SELECT FROM %1$s WHERE seq <> ALL (?) ORDER BY seq LIMIT ?) bounded)
      SELECT coalesce((SELECT extract(epoch FROM clock_timestamp() - min(occurred_at))
                         FROM waiting WHERE isfinite(occurred_at)), 0),
             CASE WHEN counted.rows <= ? THEN counted.rows
                  ELSE greatest(counted.rows, (SELECT max(seq) FROM %1$s)
                                            - (SELECT min(seq) FROM waiting) + 1) END
        FROM counted
      """;

  private final RelayedOutbox outbox;
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final ClaimOutbox rows;
  private final RelayHealth health;
  private final CamelContext camel;
  private final RelayProperties settings;
  private final InstantSource clock;
  private final String look;
  private volatile Seen seen;
  private volatile boolean blind;

  /** What the last look found; nothing before the first. */
  private record Seen(double lagSeconds, double rows, Instant at) {}

  public WatchOutbox(
      RelayedOutbox outbox,
      DataSource database,
      ClaimOutbox rows,
      RelayHealth health,
      CamelContext camel,
      RelayProperties settings,
      InstantSource clock,
      MeterRegistry meters) {
    this.outbox = outbox;
    this.jdbc = new JdbcTemplate(database);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
    this.rows = rows;
    this.health = health;
    this.camel = camel;
    this.settings = settings;
    this.clock = clock;
    this.look = LOOK.formatted(outbox.table());
    this.seen = new Seen(0, 0, clock.instant());
    gauges(meters);
  }

  private void gauges(MeterRegistry meters) {
    Gauge.builder("hub.relay.lag", this, WatchOutbox::lag)
        .description("Age of the oldest row that is not published yet, 0 if there is none")
        .baseUnit("seconds")
        .tag("outbox", outbox.name())
        .register(meters);
    Gauge.builder("hub.relay.backlog", this, watch -> watch.seen.rows())
        .description("Rows that wait in the outbox")
        .baseUnit("rows")
        .tag("outbox", outbox.name())
        .register(meters);
    Gauge.builder("hub.relay.running", this, watch -> watch.isRunning() ? 1 : 0)
        .description("1 while the relay can claim; 0 while stopped, suspended or failing")
        .tag("outbox", outbox.name())
        .register(meters);
  }

  /**
   * While the database cannot be asked, what waited in it gets older: nobody can have cleared it.
   */
  private double lag() {
    Seen last = seen;
    if (!blind || last.lagSeconds() == 0) {
      return last.lagSeconds();
    }
    return last.lagSeconds() + Duration.between(last.at(), clock.instant()).toMillis() / 1_000.0;
  }

  /** Whether the route is started and its last batch did not fail. */
  public boolean isRunning() {
    return isStarted() && health.failing() == null;
  }

  /** Whether nobody stopped or suspended the route. */
  public boolean isStarted() {
    return camel.getRouteController().getRouteStatus(outbox.route()) == ServiceStatus.Started;
  }

  /** Looks at the outbox; a database that is away is the relay's to report. */
  public void look() {
    try {
      ConnectionCallback<Seen> query = this::look;
      seen = Objects.requireNonNull(transaction.execute(status -> jdbc.execute(query)));
      blind = false;
    } catch (DataAccessException | TransactionException away) {
      blind = true;
      log.debug("The {} outbox cannot be looked at", outbox.name(), away);
    }
  }

  private Seen look(Connection connection) throws SQLException {
    String timeout = Long.toString(settings.watchTimeout().toMillis());
    try (PreparedStatement timeouts = connection.prepareStatement(TIMEOUTS)) {
      timeouts.setString(1, timeout);
      timeouts.setString(2, timeout);
      timeouts.execute();
    }
    var immovable = connection.createArrayOf("bigint", rows.immovable());
    try (PreparedStatement query = connection.prepareStatement(look)) {
      query.setArray(1, immovable);
      query.setInt(2, OLDEST_AMONG);
      query.setArray(3, immovable);
      query.setInt(4, settings.backlogExact() + 1);
      query.setInt(5, settings.backlogExact());
      try (ResultSet result = query.executeQuery()) {
        result.next();
        double lag = Math.max(0, result.getDouble(1));
        return new Seen(lag, result.getDouble(2), clock.instant());
      }
    }
  }
}
