package io.tallyline.finance;

import io.tallyline.testing.PostgresServer;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** Prints how many journals of four lines are written a second, with and without the rules. */
final class JournalWriteSpeed {
  private JournalWriteSpeed() {}

  public static void main(String[] arguments) {
    var database = PostgresServer.fresh("finance");
    var pool = database.dataSource();
    var owner = new JdbcTemplate(database.ownerDataSource());
    var journals = new JdbcJournals(pool, new DataSourceTransactionManager(pool));
    measure("warm-up", journals, 250, 40);
    for (int size : List.of(250, 500)) {
      measure("all rules", journals, size, 15_000 / size);
      owner.execute("ALTER TABLE finance.ledger_journal DISABLE TRIGGER ledger_journal_balances");
      measure("no balance check", journals, size, 15_000 / size);
      owner.execute("ALTER TABLE finance.ledger_journal_line DISABLE TRIGGER ledger_line_belongs");
      measure("no line check either", journals, size, 15_000 / size);
      owner.execute(
          "ALTER TABLE finance.ledger_journal ENABLE ALWAYS TRIGGER ledger_journal_balances");
      owner.execute(
          "ALTER TABLE finance.ledger_journal_line ENABLE ALWAYS TRIGGER ledger_line_belongs");
    }
    System.exit(0);
  }

  private static void measure(String what, Journals journals, int size, int batches) {
    var prepared =
        IntStream.range(0, batches)
            .mapToObj(
                batch ->
                    IntStream.range(0, size)
                        .mapToObj(nr -> Sales.sale(UUID.randomUUID().toString()))
                        .toList())
            .toList();
    long start = System.nanoTime();
    prepared.forEach(journals::post);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%-22s batches of %d: %,8.0f journals/s%n", what, size, size * batches / seconds);
  }
}
