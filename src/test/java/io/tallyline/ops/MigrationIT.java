package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PostgresServer.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

class MigrationIT {
  @ParameterizedTest
  @ValueSource(strings = {"inventory", "finance", "store"})
  void migrates_again_and_again_and_warns_of_nothing(String kind) {
    Database database = PostgresServer.fresh(kind);

    assertThat(MigrateDatabase.migrate(database.access())).isEmpty();
    assertThat(MigrateDatabase.migrate(database.runtimeAccess())).isEmpty();
  }

  @Test
  void quotes_whatever_the_runtime_role_is_called() {
    Database database = PostgresServer.empty("inventory", "it's \"my\" $$role$$ ${x} ");

    assertThat(MigrateDatabase.migrate(database.access())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"inventory", "finance", "store"})
  void names_the_setting_when_the_role_may_not_migrate(String kind) {
    Database database = PostgresServer.empty(kind);

    assertThatThrownBy(() -> MigrateDatabase.migrate(database.runtimeAccess()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContainingAll("OPS-111", "hub." + kind + ".migration.username")
        .hasMessageNotContaining("secret");
  }

  @Test
  void warns_when_the_owner_itself_runs_the_hub() {
    Database database = PostgresServer.empty("finance");
    var owner =
        new DatabaseAccess(
            database.kind(), database.url(), database.ownerUser(), database.ownerPassword());

    assertThat(MigrateDatabase.migrate(owner))
        .singleElement()
        .asString()
        .contains("ledger_journal: change it as its owner", "hub.finance.migration.username");
  }

  @Test
  void takes_an_outbox_the_inventory_module_made_and_adds_nothing() throws SQLException {
    Database database = PostgresServer.empty("inventory");
    owner(
        database,
        "CREATE SCHEMA inventory",
        """
        CREATE TABLE inventory.outbox_event (seq bigserial PRIMARY KEY, event_id uuid NOT NULL UNIQUE,
          aggregate_type varchar(50) NOT NULL, aggregate_id varchar(50) NOT NULL, event_type text NOT NULL,
          payload jsonb NOT NULL, correlation_id text, traceparent text, occurred_at timestamptz NOT NULL,
          more int)
        """);

    assertThatThrownBy(() -> MigrateDatabase.migrate(database.access()))
        .hasMessageContainingAll("OPS-114", "GRANT SELECT, DELETE");
    owner(
        database,
        "GRANT USAGE ON SCHEMA inventory TO " + database.user(),
        "GRANT SELECT, DELETE ON inventory.outbox_event TO " + database.user());
    assertThat(MigrateDatabase.migrate(database.access())).isEmpty();

    try (Connection connection = database.owner();
        var tables =
            connection
                .createStatement()
                .executeQuery("SELECT count(*) FROM pg_tables WHERE schemaname = 'inventory'")) {
      tables.next();
      assertThat(tables.getInt(1)).isOne();
    }
  }

  @Test
  void names_every_mismatch_of_an_outbox_with_another_shape() throws SQLException {
    Database database = PostgresServer.empty("inventory");
    owner(
        database,
        "CREATE SCHEMA inventory",
        """
        CREATE TABLE inventory.outbox_event (seq int, event_id uuid NOT NULL, aggregate_type text,
          aggregate_id text NOT NULL, event_type text NOT NULL, payload json NOT NULL,
          correlation_id text, occurred_at timestamptz NOT NULL, UNIQUE (event_id, seq))
        """);

    assertThatThrownBy(() -> MigrateDatabase.migrate(database.access()))
        .isInstanceOf(StartRefused.class)
        .hasMessageContainingAll(
            "OPS-110",
            "seq is integer instead of bigint",
            "seq may be null",
            "aggregate_type may be null",
            "payload is json instead of jsonb",
            "traceparent is missing",
            "seq is not the primary key or unique",
            "event_id is not the primary key or unique");
  }

  @Test
  void migrates_beside_tables_that_the_module_already_has() throws SQLException {
    Database database = PostgresServer.empty("inventory");
    owner(
        database,
        "CREATE SCHEMA inventory",
        "CREATE TABLE inventory.item ()",
        "CREATE TABLE inventory.flyway_schema_history (theirs int)");

    assertThat(MigrateDatabase.migrate(database.access())).isEmpty();
  }

  @Test
  void warns_of_a_role_that_may_write_an_outbox_which_is_not_its_own() throws SQLException {
    Database database = PostgresServer.fresh("inventory");
    owner(database, "GRANT INSERT ON inventory.outbox_event TO " + database.user());

    assertThat(MigrateDatabase.migrate(database.runtimeAccess()))
        .singleElement()
        .asString()
        .contains("outbox_event: INSERT");
  }

  @ParameterizedTest
  @CsvSource({"inventory, hub_outbox", "finance, hub_finance_outbox"})
  void an_insert_wakes_the_relay_once_a_transaction(String kind, String channel)
      throws SQLException {
    Database database = PostgresServer.fresh(kind);
    try (Connection listener = database.runtime();
        var listen = listener.createStatement()) {
      listen.execute("LISTEN " + channel);
      owner(
          database,
          """
          INSERT INTO %s.outbox_event (aggregate_type, aggregate_id, event_type, payload)
          SELECT 'T', 'a', 'E', '{}' FROM generate_series(1, 3)
          """
              .formatted(kind));

      assertThat(listener.unwrap(PGConnection.class).getNotifications(5_000))
          .singleElement()
          .satisfies(wake -> assertThat(wake.getName()).isEqualTo(channel));
    }
  }

  @Test
  void waits_for_a_server_and_refuses_what_waiting_cannot_cure() {
    Database database = PostgresServer.empty("finance");
    List<String> progress = new ArrayList<>();
    var await = new AwaitDatabase(Duration.ofSeconds(2), progress::add);

    await.await(database.access());
    assertThat(progress).isEmpty();
    assertThatThrownBy(
            () -> await.await(at(database, "jdbc:postgresql://localhost:1/x?password=hidden", "p")))
        .hasMessageContaining("OPS-102")
        .hasMessageNotContaining("hidden");
    assertThat(progress).isNotEmpty();
    assertThatThrownBy(() -> await.await(at(database, database.url() + "none", "secret")))
        .hasMessageContainingAll("OPS-103", "create the database");
    assertThatThrownBy(() -> await.await(at(database, "jdbc:mysql://x", "p")))
        .hasMessageContaining("OPS-101");
  }

  private static DatabaseAccess at(Database database, String url, String password) {
    return new DatabaseAccess(database.kind(), url, database.user(), password);
  }

  private static void owner(Database database, String... statements) throws SQLException {
    try (Connection connection = database.owner();
        var statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
