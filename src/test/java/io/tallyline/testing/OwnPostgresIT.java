package io.tallyline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.testing.CommitsInDoubt.Counts;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The servers that tests hurt are really hurt, and alone. */
class OwnPostgresIT {
  private static final OwnPostgres SERVER = OwnPostgres.started("own-postgres-it");

  private final PostgresServer.Database inventory = SERVER.fresh("inventory");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());

  @AfterAll
  static void end() {
    SERVER.close();
  }

  @Test
  void a_killed_server_tears_its_sessions_and_keeps_what_was_committed() throws SQLException {
    outbox.recordSales(3, "10.5", "7.25");
    try (Connection session = inventory.runtime();
        OwnPostgres other = OwnPostgres.started("own-postgres-it-other")) {
      session.setAutoCommit(false);
      delete(session);

      SERVER.kill();

      assertThat(SERVER.isRunning()).isFalse();
      assertThatThrownBy(inventory::runtime).isInstanceOf(SQLException.class);
      assertThat(other.isRunning()).isTrue();
      assertThat(other.fresh("finance").name()).startsWith("finance");
      assertThatThrownBy(session::commit).isInstanceOf(SQLException.class);
    }
    SERVER.start();
    assertThat(SERVER.output()).contains("database system was not properly shut down");
    assertThat(rows()).isEqualTo(3);
  }

  @Test
  void an_immediate_restart_tears_sessions_and_recovers() throws SQLException {
    outbox.recordSales(2, "10.5", "7.25");
    try (Connection session = inventory.runtime()) {
      session.setAutoCommit(false);
      delete(session);

      SERVER.restartImmediately();

      assertThatThrownBy(session::commit).isInstanceOf(SQLException.class);
    }
    assertThat(SERVER.output()).contains("received immediate shutdown request");
    assertThat(rows()).isEqualTo(2);
  }

  @Test
  void ends_the_sessions_of_the_hub_and_no_others() throws SQLException {
    try (Connection hub = named("tallyline inventory");
        Connection other = named("somebody")) {
      assertThat(SERVER.terminateBackends(inventory)).isEqualTo(1);

      assertThatThrownBy(() -> delete(hub)).isInstanceOf(SQLException.class);
      delete(other);
    }
  }

  @Test
  void leaves_commits_in_doubt_that_happened_and_that_did_not() throws SQLException {
    var doubts = new CommitsInDoubt(7, 1.0, "insert into inventory.outbox_event");
    int committed = 0;
    try (TcpProxy proxy = doubts.before(SERVER)) {
      PostgresServer.Database throughProxy = inventory.through(proxy);
      doubts.start();
      for (int attempt = 0; attempt < 10; attempt++) {
        try (Connection session = throughProxy.owner()) {
          session.setAutoCommit(false);
          for (int earlier = 0; earlier < 6; earlier++) {
            // Enough for the driver to send COMMIT by the name of a prepared statement.
            delete(session);
            session.commit();
          }
          Outbox.record(session, "a-" + attempt, "SalesTransactionCreated", "{}");
          assertThatThrownBy(session::commit).isInstanceOf(SQLException.class);
        }
        committed = (int) rows();
      }
      doubts.stop();
      try (Connection session = throughProxy.owner()) {
        session.setAutoCommit(false);
        Outbox.record(session, "undoubted", "SalesTransactionCreated", "{}");
        session.commit();
      }
    }

    Counts counts = doubts.counts();
    assertThat(counts.happened()).isPositive().isEqualTo(committed);
    assertThat(counts.neverArrived()).isPositive().isEqualTo(10 - committed);
    assertThat(rows()).isEqualTo(committed + 1);
  }

  private Connection named(String application) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", inventory.user());
    properties.setProperty("password", inventory.password());
    properties.setProperty("ApplicationName", application);
    return DriverManager.getConnection(inventory.url(), properties);
  }

  private static void delete(Connection session) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("DELETE FROM inventory.outbox_event WHERE false");
    }
  }

  /** Not through a pool, whose connections were torn with the server. */
  private long rows() throws SQLException {
    try (Connection connection = inventory.owner();
        var statement = connection.createStatement();
        var counted = statement.executeQuery("SELECT count(*) FROM inventory.outbox_event")) {
      counted.next();
      return counted.getLong(1);
    }
  }
}
