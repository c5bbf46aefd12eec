package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallyline.testing.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Databases and roles as {@code docker/postgresql/databases.sh} makes them, and everything that
 * each role may not do, in its own database and in the others.
 */
class DatabaseRolesIT {
  private static final String REFUSED = "42501";
  private static final String SECRET = "secret";
  private static final Path SCRIPT = Path.of("docker", "postgresql", "databases.sh");

  /** Apart from the databases of other tests on the same server. */
  private static final String APART = "roles_";

  private static String server;

  private static final List<DatabaseAccess.Kind> KINDS = List.of(DatabaseAccess.Kind.values());

  /** For every runtime role, in its own database. */
  private static final List<String> NOWHERE =
      List.of(
          "CREATE TABLE public.mine ()",
          "CREATE TEMPORARY TABLE mine ()",
          "CREATE SCHEMA mine",
          "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
          "CREATE EXTENSION pgcrypto",
          "CREATE ROLE mine",
          "CREATE DATABASE mine",
          "SET session_replication_role = replica",
          "ALTER SYSTEM SET fsync = off",
          "COPY (SELECT 1) TO PROGRAM 'true'",
          "COPY (SELECT 1) TO '/dev/null'",
          "SELECT pg_read_file('/etc/hostname')",
          "SELECT rolpassword FROM pg_catalog.pg_authid",
          "SELECT pg_reload_conf()",
          "CREATE TABLE {schema}.mine ()",
          "DROP SCHEMA {schema} CASCADE",
          "ALTER SCHEMA {schema} RENAME TO mine",
          "INSERT INTO {schema}.tallyline_schema_history SELECT * FROM {schema}.tallyline_schema_history",
          "UPDATE {schema}.tallyline_schema_history SET success = false",
          "DELETE FROM {schema}.tallyline_schema_history",
          "TRUNCATE {schema}.tallyline_schema_history",
          "SET ROLE {owner}",
          "ALTER ROLE {owner} PASSWORD 'mine'",
          "GRANT {owner} TO CURRENT_USER");

  private static final List<String> IN_INVENTORY =
      List.of(
          "INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload) VALUES ('a', 'a', 'a', '{}')",
          "UPDATE inventory.outbox_event SET payload = '{}'",
          "UPDATE inventory.outbox_event SET seq = DEFAULT",
          "TRUNCATE inventory.outbox_event",
          "SELECT * FROM inventory.outbox_event FOR UPDATE",
          "ALTER TABLE inventory.outbox_event DISABLE TRIGGER ALL",
          "DROP TABLE inventory.outbox_event",
          "CREATE INDEX ON inventory.outbox_event (event_type)",
          "SELECT nextval(pg_get_serial_sequence('inventory.outbox_event', 'seq'))");

  private static final List<String> IN_FINANCE =
      Stream.concat(
              Stream.of(
                      "ledger_journal", "ledger_journal_line", "seen_transaction", "ledger_account")
                  .flatMap(DatabaseRolesIT::changes),
              Stream.of(
                  "INSERT INTO finance.ledger_account VALUES ('9', 'x', 'ASSET')",
                  "UPDATE finance.ledger_journal SET description = 'x' WHERE id = 1",
                  "UPDATE finance.ledger_journal_line SET debit = 0",
                  "UPDATE finance.ledger_account SET name = 'x'",
                  "DROP TRIGGER refuse_change ON finance.ledger_journal",
                  "DROP TRIGGER ledger_journal_balances ON finance.ledger_journal",
                  "UPDATE finance.outbox_event SET payload = '{}'",
                  "TRUNCATE finance.outbox_event",
                  "SELECT nextval(pg_get_serial_sequence('finance.outbox_event', 'seq'))"))
          .toList();

  private static Stream<String> changes(String table) {
    return Stream.of(
            "DELETE FROM %s",
            "TRUNCATE %s CASCADE",
            "ALTER TABLE %s DISABLE TRIGGER ALL",
            "ALTER TABLE %s ADD COLUMN mine int",
            "DROP TABLE %s CASCADE",
            "CREATE RULE mine AS ON INSERT TO %s DO INSTEAD NOTHING",
            "LOCK TABLE %s IN ACCESS EXCLUSIVE MODE")
        .map(statement -> statement.formatted("finance." + table));
  }

  @BeforeAll
  static void makeThemAsTheScriptDoes() throws Exception {
    PostgresServer.Database any = PostgresServer.empty("store");
    server = any.url().substring(0, any.url().lastIndexOf('/') + 1);
    String script = Files.readString(SCRIPT);
    String statements = script.split("<<'SQL'\n", 2)[1].split("\nSQL\n", 2)[0];
    try (Connection superuser = any.superuser();
        var execute = superuser.createStatement()) {
      for (DatabaseAccess.Kind kind : KINDS) {
        assertThat(script)
            .contains(
                "make_database %s %s"
                    .formatted(kind.schema(), prefix(kind).substring(APART.length())));
        // The lines that begin with a backslash read the passwords.
        for (String statement :
            statements.lines().filter(line -> !line.startsWith("\\")).toList()) {
          execute.execute(
              statement
                  .replace(":\"database\"", database(kind))
                  .replace(":\"owner\"", owner(kind))
                  .replace(":\"runtime\"", runtime(kind))
                  .replace(":'owner_password'", "'" + SECRET + "'")
                  .replace(":'runtime_password'", "'" + SECRET + "'"));
        }
      }
    }
    for (DatabaseAccess.Kind kind : KINDS) {
      assertThat(
              MigrateDatabase.migrate(
                  new DatabaseAccess(kind, url(kind), runtime(kind), SECRET, owner(kind), SECRET)))
          .as("rights that the runtime role does not need")
          .isEmpty();
    }
  }

  private static String prefix(DatabaseAccess.Kind kind) {
    return APART + kind.name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String database(DatabaseAccess.Kind kind) {
    return APART + kind.schema();
  }

  private static String runtime(DatabaseAccess.Kind kind) {
    return prefix(kind) + "_hub";
  }

  private static String owner(DatabaseAccess.Kind kind) {
    return prefix(kind) + "_owner";
  }

  private static String url(DatabaseAccess.Kind kind) {
    return server + database(kind);
  }

  static List<Arguments> forbidden() {
    List<Arguments> all = new ArrayList<>();
    for (DatabaseAccess.Kind kind : KINDS) {
      Stream.concat(
              NOWHERE.stream(),
              switch (kind) {
                case INVENTORY -> IN_INVENTORY.stream();
                case FINANCE -> IN_FINANCE.stream();
                case STORE -> Stream.<String>empty();
              })
          .forEach(statement -> all.add(Arguments.of(kind, statement)));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("forbidden")
  void a_runtime_role_may_not(DatabaseAccess.Kind kind, String statement) throws SQLException {
    String written = statement.replace("{schema}", kind.schema()).replace("{owner}", owner(kind));
    try (Connection connection = DriverManager.getConnection(url(kind), runtime(kind), SECRET);
        var attempt = connection.createStatement()) {
      // A lock wants a transaction, and making a database wants none.
      connection.setAutoCommit(!written.startsWith("LOCK"));

      var refused = catchThrowableOfType(SQLException.class, () -> attempt.execute(written));

      assertThat((Throwable) refused).as(written).isNotNull();
      assertThat(refused.getSQLState()).as(refused.getMessage()).isEqualTo(REFUSED);
    }
  }

  static List<Arguments> strangers() {
    List<Arguments> all = new ArrayList<>();
    for (DatabaseAccess.Kind kind : KINDS) {
      for (DatabaseAccess.Kind other : KINDS) {
        if (kind != other) {
          all.add(Arguments.of(runtime(kind), other));
          all.add(Arguments.of(owner(kind), other));
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void a_role_cannot_even_connect_to_the_database_of_another(
      String role, DatabaseAccess.Kind other) {
    var refused =
        catchThrowableOfType(
            SQLException.class,
            () -> DriverManager.getConnection(url(other), role, SECRET).close());

    assertThat((Throwable) refused).isNotNull();
    assertThat(refused.getSQLState()).as(refused.getMessage()).isEqualTo(REFUSED);
  }
}
