package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PostgresServer.Database;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the runtime roles may not do, and what they need. */
class RuntimeRolesIT {
  private static final Map<String, Database> DATABASES = new HashMap<>();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inventory | INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload) VALUES ('a', 'a', 'a', '{}')",
        "inventory | UPDATE inventory.outbox_event SET payload = '{}'",
        "inventory | SELECT * FROM inventory.outbox_event FOR UPDATE",
        "inventory | TRUNCATE inventory.outbox_event",
        "inventory | CREATE TABLE inventory.mine ()",
        "inventory | CREATE SCHEMA mine",
        "inventory | DELETE FROM inventory.tallyline_schema_history",
        "inventory | ALTER TABLE inventory.outbox_event DISABLE TRIGGER ALL",
        "finance   | INSERT INTO finance.ledger_account VALUES ('9', 'x', 'ASSET')",
        "finance   | UPDATE finance.ledger_account SET name = 'x'",
        "finance   | DELETE FROM finance.ledger_account",
        "finance   | UPDATE finance.ledger_journal SET description = 'x'",
        "finance   | TRUNCATE finance.seen_transaction",
        "finance   | UPDATE finance.outbox_event SET payload = '{}'",
        "finance   | TRUNCATE finance.outbox_event",
        "finance   | SELECT nextval(pg_get_serial_sequence('finance.outbox_event', 'seq'))",
        "finance   | CREATE TABLE finance.mine ()",
        "finance   | SET session_replication_role = replica",
        "store     | CREATE TABLE hub.mine ()",
        "store     | DELETE FROM hub.tallyline_schema_history",
      })
  void may_not(String kind, String statement) throws SQLException {
    try (var connection = database(kind).runtime();
        var attempt = connection.createStatement()) {
      var refused = catchThrowableOfType(SQLException.class, () -> attempt.execute(statement));

      assertThat((Throwable) refused).isNotNull();
      assertThat(refused.getSQLState()).isEqualTo("42501");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inventory | DELETE FROM inventory.outbox_event WHERE seq = 1",
        "inventory | SELECT * FROM inventory.outbox_event",
        "finance   | SELECT * FROM finance.ledger_account, finance.ledger_journal, finance.ledger_journal_line",
        "finance   | INSERT INTO finance.seen_transaction (source, external_ref) VALUES ('Inventory', 'x')",
        "finance   | INSERT INTO finance.outbox_event (aggregate_type, aggregate_id, event_type, payload) VALUES ('a', 'a', 'a', '{}')",
        "finance   | SELECT * FROM finance.outbox_event",
        "finance   | DELETE FROM finance.outbox_event WHERE seq = 1",
      })
  void may(String kind, String statement) throws SQLException {
    try (var connection = database(kind).runtime();
        var attempt = connection.createStatement()) {
      attempt.execute(statement);
    }
  }

  private static Database database(String kind) {
    return DATABASES.computeIfAbsent(kind, PostgresServer::fresh);
  }
}
