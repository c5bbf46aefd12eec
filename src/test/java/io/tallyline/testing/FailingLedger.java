package io.tallyline.testing;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Makes a real ledger refuse the journals of chosen transactions a number of times, with an
 * SQLSTATE of choice. Counts by sequences, which no rollback takes back.
 */
public final class FailingLedger {
  private static final String SETUP =
      """
      CREATE TABLE finance.test_failure (external_ref text PRIMARY KEY, counter text, times int, state text);
      CREATE FUNCTION finance.test_fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      DECLARE
        f finance.test_failure;
      BEGIN
        SELECT * INTO f FROM finance.test_failure WHERE external_ref = NEW.external_ref;
        IF FOUND AND nextval(f.counter) <= f.times THEN
          RAISE EXCEPTION 'failing on purpose' USING ERRCODE = f.state;
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER test_fail BEFORE INSERT ON finance.ledger_journal
        FOR EACH ROW EXECUTE FUNCTION finance.test_fail();
      """;

  private final DataSource owner;
  private int counters;

  /** Prepares a migrated finance database. */
  public FailingLedger(PostgresServer.Database finance) {
    this(finance.ownerDataSource());
  }

  /** The same, by connections of the owner. */
  public FailingLedger(DataSource owner) {
    this.owner = owner;
    run(SETUP);
  }

  /** The next so many attempts to write this transaction's journal fail. */
  public void fail(String externalRef, int times, String sqlState) {
    String counter = "finance.test_counter_" + ++counters;
    run("CREATE SEQUENCE " + counter);
    JdbcClient.create(owner)
        .sql("INSERT INTO finance.test_failure VALUES (?, ?, ?, ?)")
        .params(externalRef, counter, times, sqlState)
        .update();
  }

  /** How often this transaction's journal was tried, the successful attempt included. */
  public long attempts(String externalRef) {
    String counter =
        JdbcClient.create(owner)
            .sql("SELECT counter FROM finance.test_failure WHERE external_ref = ?")
            .param(externalRef)
            .query(String.class)
            .single();
    return JdbcClient.create(owner)
        .sql("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM " + counter)
        .query(Long.class)
        .single();
  }

  private void run(String sql) {
    try (Connection connection = owner.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
