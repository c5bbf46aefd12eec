package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PostgresServer.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules that the database holds against everyone, tried with plain SQL. */
class LedgerRulesIT {
  private static final String CHECK = "23514";
  private static final String RESTRICT = "23001";
  private static final String FOREIGN_KEY = "23503";
  private static final String NOT_ALLOWED = "42501";

  enum Role {
    RUNTIME,
    OWNER
  }

  private static Database database;

  @BeforeAll
  static void migrate() {
    database = PostgresServer.fresh("finance");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "unbalanced         | (1,'1100',125,0),(2,'4000',0,120)      | debits 125.0000, credits 120.0000 USD",
        "one line           | (1,'1100',5,0)                         | does not balance",
        "no line            |                                        | has 0 lines",
        "both sides         | (1,'1100',5,5),(2,'4000',0,5)          | has_one_side",
        "neither side       | (1,'1100',0,0),(2,'4000',0,0)          | has_one_side",
        "negative           | (1,'1100',-5,0),(2,'4000',0,-5)        | has_one_side",
        "not a number       | (1,'1100','NaN',0),(2,'4000',0,'NaN')  | amounts_are_numbers",
        "a NaN on both      | (1,'1100','NaN','NaN')                 | amounts_are_numbers",
      })
  void refuses_a_journal_that_is(String name, String lines, String reason) throws SQLException {
    for (Role role : Role.values()) {
      try (Connection connection = connect(role)) {
        connection.setAutoCommit(false);
        var refused =
            refusal(
                () -> {
                  long id = insertJournal(connection, ref());
                  if (lines != null) {
                    insertLines(connection, id, lines);
                  }
                  connection.commit();
                });
        assertThat(refused.getSQLState()).isEqualTo(CHECK);
        assertThat((Throwable) refused).hasMessageContaining(reason);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void accepts_a_journal_and_its_lines_in_several_statements_and_savepoints(Role role)
      throws SQLException {
    try (Connection connection = connect(role)) {
      connection.setAutoCommit(false);
      long first = insertJournal(connection, ref());
      connection.setSavepoint();
      long second = insertJournal(connection, ref());
      insertLines(connection, second, "(1,'1100',5,0)");
      var savepoint = connection.setSavepoint();
      insertLines(connection, second, "(2,'4000',0,4)");
      connection.rollback(savepoint);
      connection.releaseSavepoint(connection.setSavepoint());
      insertLines(connection, second, "(2,'4000',0,5)");
      insertLines(connection, first, "(1,'1100',7,0),(2,'4000',0,7)");

      assertThatCode(connection::commit).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void refuses_lines_for_a_journal_of_an_earlier_transaction(Role role) throws SQLException {
    long id = posted(ref());

    try (Connection connection = connect(role)) {
      var refused = refusal(() -> insertLines(connection, id, "(3,'1100',5,0),(4,'4000',0,5)"));
      assertThat(refused.getSQLState()).isEqualTo(RESTRICT);
      assertThat((Throwable) refused).hasMessageContaining("journal " + id + " was posted before");

      var alsoInSavepoint =
          refusal(
              () -> {
                connection.setAutoCommit(false);
                insertJournal(connection, ref());
                connection.setSavepoint();
                insertLines(connection, id, "(3,'1100',5,0),(4,'4000',0,5)");
              });
      assertThat(alsoInSavepoint.getSQLState()).isEqualTo(RESTRICT);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void refuses_lines_after_an_early_check(Role role) throws SQLException {
    try (Connection connection = connect(role)) {
      connection.setAutoCommit(false);
      long id = insertJournal(connection, ref());
      insertLines(connection, id, "(1,'1100',5,0),(2,'4000',0,5)");
      execute(connection, "SET CONSTRAINTS ALL IMMEDIATE");

      var refused = refusal(() -> insertLines(connection, id, "(3,'1100',5,0)"));

      assertThat(refused.getSQLState()).isEqualTo(RESTRICT);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void checks_again_when_the_early_check_was_rolled_back(Role role) throws SQLException {
    try (Connection connection = connect(role)) {
      connection.setAutoCommit(false);
      long id = insertJournal(connection, ref());
      insertLines(connection, id, "(1,'1100',5,0),(2,'4000',0,5)");
      var before = connection.setSavepoint();
      execute(connection, "SET CONSTRAINTS ALL IMMEDIATE");
      connection.rollback(before);
      insertLines(connection, id, "(3,'1100',5,0)");

      assertThat(refusal(connection::commit).getSQLState()).isEqualTo(CHECK);
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void refuses_lines_of_unknown_journals_and_accounts(Role role) throws SQLException {
    try (Connection connection = connect(role)) {
      assertThat(refusal(() -> insertLines(connection, -1, "(1,'1100',5,0)")).getSQLState())
          .isEqualTo(FOREIGN_KEY);
      connection.setAutoCommit(false);
      long id = insertJournal(connection, ref());
      var refused = refusal(() -> insertLines(connection, id, "(1,'9999',5,0),(2,'4000',0,5)"));
      assertThat(refused.getSQLState()).isEqualTo(FOREIGN_KEY);
      assertThat((Throwable) refused).hasMessageContaining("no account 9999");
    }
  }

  @ParameterizedTest
  @EnumSource(Role.class)
  void refuses_a_transaction_twice_and_in_another_spelling(Role role) throws SQLException {
    String ref = ref();
    posted(ref);

    try (Connection connection = connect(role)) {
      assertThat(refusal(() -> insertJournal(connection, ref)).getSQLState()).isEqualTo("23505");
      assertThat(refusal(() -> insertJournal(connection, "A" + ref)).getSQLState())
          .isEqualTo(CHECK);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UPDATE finance.ledger_journal SET description = 'x'",
        "UPDATE finance.ledger_journal SET description = 'x' WHERE false",
        "DELETE FROM finance.ledger_journal",
        "TRUNCATE finance.ledger_journal",
        "UPDATE finance.ledger_journal_line SET debit = debit + 1",
        "DELETE FROM finance.ledger_journal_line",
        "TRUNCATE finance.ledger_journal_line",
        "TRUNCATE finance.ledger_journal, finance.ledger_journal_line CASCADE",
        "UPDATE finance.seen_transaction SET content_hash = 'x'",
        "DELETE FROM finance.seen_transaction",
        "TRUNCATE finance.seen_transaction",
        "UPDATE finance.ledger_account SET code = concat(code, 'x')",
        "DELETE FROM finance.ledger_account",
        "TRUNCATE finance.ledger_account",
        "INSERT INTO finance.ledger_journal (journal_date, source, external_ref, currency)"
            + " VALUES (now(), 'Inventory', 'x', 'USD')"
            + " ON CONFLICT (source, external_ref) DO UPDATE SET description = 'x'",
        "INSERT INTO finance.seen_transaction (source, external_ref) VALUES ('Inventory', 'x')"
            + " ON CONFLICT (source, external_ref) DO UPDATE SET content_hash = 'x'",
        "MERGE INTO finance.ledger_journal j USING (SELECT 1) s ON true"
            + " WHEN MATCHED THEN UPDATE SET description = 'x'",
        "MERGE INTO finance.ledger_journal_line l USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
      })
  void refuses_to_change_what_is_posted(String statement) throws SQLException {
    posted(ref());
    try (Connection runtime = connect(Role.RUNTIME);
        Connection owner = connect(Role.OWNER);
        Connection superuser = database.superuser()) {
      assertThat(refusal(() -> execute(runtime, statement)).getSQLState()).isEqualTo(NOT_ALLOWED);
      assertThat(refusal(() -> execute(owner, statement)).getSQLState()).isEqualTo(RESTRICT);
      execute(superuser, "SET session_replication_role = replica");
      assertThat(refusal(() -> execute(superuser, statement)).getSQLState()).isEqualTo(RESTRICT);
    }
  }

  @Test
  void lets_the_owner_correct_the_name_of_an_account() throws SQLException {
    try (Connection owner = connect(Role.OWNER)) {
      execute(owner, "UPDATE finance.ledger_account SET name = 'Stock' WHERE code = '1300'");
    }
  }

  private static Connection connect(Role role) throws SQLException {
    return role == Role.OWNER ? database.owner() : database.runtime();
  }

  private static String ref() {
    return UUID.randomUUID().toString();
  }

  private static long posted(String ref) throws SQLException {
    try (Connection connection = database.runtime()) {
      connection.setAutoCommit(false);
      long id = insertJournal(connection, ref);
      insertLines(connection, id, "(1,'1100',5,0),(2,'4000',0,5)");
      connection.commit();
      return id;
    }
  }

  private static long insertJournal(Connection connection, String ref) throws SQLException {
    try (var insert =
        connection.prepareStatement(
            """
            INSERT INTO finance.ledger_journal (journal_date, source, external_ref, currency)
            VALUES ('2024-10-01', 'Inventory', ?, 'USD') RETURNING id
            """)) {
      insert.setString(1, ref);
      try (var row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static void insertLines(Connection connection, long journal, String lines)
      throws SQLException {
    execute(
        connection,
        "INSERT INTO finance.ledger_journal_line (journal_id, line_no, account_code, debit, credit) VALUES "
            + lines.replace("(", "(" + journal + ","));
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private interface Attempt {
    void make() throws SQLException;
  }

  private static SQLException refusal(Attempt attempt) {
    var refused = catchThrowableOfType(SQLException.class, attempt::make);
    assertThat((Throwable) refused).as("the database refuses").isNotNull();
    return refused;
  }
}
