package io.tallyline.bench;

import com.rabbitmq.client.Channel;
import io.tallyline.contracts.Names;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer.Database;
import io.tallyline.testing.RabbitNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Databases and a virtual host for one contender, new and empty, and the bench's view of them. It
 * looks seldom, so that looking costs nothing worth measuring.
 */
final class Site implements AutoCloseable {
  private static final String COPY =
      "COPY inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload,"
          + " correlation_id) FROM STDIN";
  private static final String LAST_COMMIT =
      "SELECT (extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) * 1000000)::bigint"
          + " FROM finance.ledger_journal";
  private static final long LOOK_MILLIS = 250;
  private static final long STUCK_MILLIS = 90_000;

  private final RabbitNode rabbit;
  private final Sales sales;
  private final String virtualHost;
  private final Database inventory;
  private final Database finance;
  private final Database store;
  private final Connection inventoryConnection;
  private final Connection financeConnection;
  private final JdbcTemplate inventorySql;
  private final JdbcTemplate financeSql;

  Site(OwnPostgres postgres, RabbitNode rabbit, Sales sales) throws SQLException {
    this.rabbit = rabbit;
    this.sales = sales;
    virtualHost = rabbit.newVirtualHost();
    inventory = postgres.fresh("inventory");
    finance = postgres.fresh("finance");
    store = postgres.fresh("store");
    inventoryConnection = inventory.owner();
    financeConnection = finance.owner();
    inventorySql = new JdbcTemplate(new SingleConnectionDataSource(inventoryConnection, true));
    financeSql = new JdbcTemplate(new SingleConnectionDataSource(financeConnection, true));
  }

  Database inventory() {
    return inventory;
  }

  Database finance() {
    return finance;
  }

  Database store() {
    return store;
  }

  RabbitNode rabbit() {
    return rabbit;
  }

  /** As the broker tells its clients. */
  String rabbitVersion() {
    try (com.rabbitmq.client.Connection connection =
        rabbit.client(virtualHost).newConnection("bench")) {
      return String.valueOf(connection.getServerProperties().get("version"));
    } catch (IOException | TimeoutException failure) {
      throw new IllegalStateException(failure);
    }
  }

  String virtualHost() {
    return virtualHost;
  }

  Sales sales() {
    return sales;
  }

  /**
   * Rows for the outbox, in one transaction: its commit is what every contender starts at.
   *
   * @param beforeCommit run when all is written
   * @return the commit's time, microseconds since 1970
   */
  long record(int rows, Runnable beforeCommit) throws SQLException, IOException {
    try (Connection connection = inventory.owner()) {
      connection.setAutoCommit(false);
      var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
      for (int i = 0; i < rows; i++) {
        Sales.Row row = sales.next();
        byte[] line =
            "InventoryTransaction\t%s\tSalesTransactionCreated\t%s\tbench-%1$s\n"
                .formatted(row.aggregateId(), row.payload().replace("\\", "\\\\"))
                .getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(line, 0, line.length);
      }
      copy.endCopy();
      long transaction = CommitTimes.current(connection);
      beforeCommit.run();
      connection.commit();
      return CommitTimes.of(inventorySql, List.of(transaction)).get(transaction);
    }
  }

  /** Sales for producers in another process, in a table beside the outbox. */
  void stage(int count) throws SQLException, IOException {
    inventorySql.execute("DROP TABLE IF EXISTS bench_sale");
    inventorySql.execute(
        "CREATE TABLE bench_sale (reference text PRIMARY KEY, payload text, transaction bigint)");
    try (Connection connection = inventory.owner()) {
      var copy =
          connection
              .unwrap(PGConnection.class)
              .getCopyAPI()
              .copyIn("COPY bench_sale (reference, payload) FROM STDIN");
      for (int i = 0; i < count; i++) {
        Sales.Row row = sales.next();
        byte[] line =
            (row.aggregateId() + "\t" + row.payload().replace("\\", "\\\\") + "\n")
                .getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(line, 0, line.length);
      }
      copy.endCopy();
    }
  }

  /** Clean pages on disk and no garbage of the one before: the same start for everyone. */
  void calm() throws SQLException {
    try (Connection connection = inventory.superuser();
        var statement = connection.createStatement()) {
      statement.execute("CHECKPOINT");
    }
  }

  /** Waits until every sale so far is a journal, as long as there is progress. */
  void awaitPosted(Program program) throws InterruptedException {
    long before = -1;
    long progress = System.nanoTime();
    while (true) {
      program.requireAlive();
      long start = System.nanoTime();
      long posted = posted();
      long end = System.nanoTime();
      if (posted >= sales.journals()) {
        return;
      } else if (posted > before) {
        before = posted;
        progress = end;
      } else if (end - progress > STUCK_MILLIS * 1_000_000) {
        throw new IllegalStateException(
            "stuck at %,d of %,d journals".formatted(posted, sales.journals()));
      }
      // Counting a large table takes long: then it is done less often.
      Thread.sleep(Math.max(LOOK_MILLIS, 20 * (end - start) / 1_000_000));
    }
  }

  /** Waits until nothing is on its way any more, announcements and the event store included. */
  void awaitRest(Program program) throws InterruptedException {
    long start = System.nanoTime();
    while (outboxRows() + announcements() > 0
        || ready(Names.JOURNAL_QUEUE) + ready(Names.EVENT_STORE_QUEUE) > 0) {
      program.requireAlive();
      if (System.nanoTime() - start > STUCK_MILLIS * 1_000_000) {
        throw new IllegalStateException("rows or messages are left over");
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  long posted() {
    return count(financeSql, "SELECT count(*) FROM finance.ledger_journal");
  }

  long outboxRows() {
    return count(inventorySql, "SELECT count(*) FROM inventory.outbox_event");
  }

  private long announcements() {
    return count(financeSql, "SELECT count(*) FROM finance.outbox_event");
  }

  /**
   * Waits until the outbox is empty.
   *
   * @return when, microseconds since 1970, to some milliseconds
   */
  long awaitRelayed(Program program) throws InterruptedException {
    long start = System.nanoTime();
    while (count(inventorySql, "SELECT EXISTS (SELECT FROM inventory.outbox_event)::int") > 0) {
      program.requireAlive();
      if (System.nanoTime() - start > 10 * STUCK_MILLIS * 1_000_000) {
        throw new IllegalStateException("the outbox does not empty");
      }
      Thread.sleep(10);
    }
    return count(inventorySql, "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
  }

  /** When the last journal so far was committed, microseconds since 1970. */
  long lastCommit() {
    return count(financeSql, LAST_COMMIT);
  }

  /**
   * When the so-many-th journal was committed, microseconds since 1970.
   *
   * @param number from 1
   */
  long commitOf(int number) {
    return count(
        financeSql,
        "SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint AS at"
            + " FROM finance.ledger_journal ORDER BY at OFFSET "
            + (number - 1)
            + " LIMIT 1");
  }

  JdbcTemplate inventorySql() {
    return inventorySql;
  }

  JdbcTemplate financeSql() {
    return financeSql;
  }

  /** Messages that are ready in a queue; 0 if there is no such queue. */
  long ready(String queue) {
    try (com.rabbitmq.client.Connection connection =
            rabbit.client(virtualHost).newConnection("bench");
        Channel channel = connection.createChannel()) {
      return channel.queueDeclarePassive(queue).getMessageCount();
    } catch (IOException noSuchQueue) {
      return 0;
    } catch (TimeoutException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** What is wrong with the ledger; empty if each sale was posted once and to the cent. */
  List<String> complaints() {
    List<String> wrong = new ArrayList<>();
    compare(wrong, "journals", sales.journals(), posted());
    long unbalanced =
        count(
            financeSql,
            "SELECT count(*) FROM (SELECT FROM finance.ledger_journal_line"
                + " GROUP BY journal_id HAVING sum(debit) <> sum(credit)) AS unbalanced");
    compare(wrong, "journals that do not balance", 0, unbalanced);
    BigDecimal debits =
        financeSql.queryForObject(
            "SELECT coalesce(sum(debit), 0) FROM finance.ledger_journal_line", BigDecimal.class);
    if (debits == null || debits.compareTo(sales.debits()) != 0) {
      wrong.add("debits of %s, not %s".formatted(debits, sales.debits()));
    }
    long dead = ready(Names.OUTBOX_DEAD_QUEUE) + ready(Names.JOURNAL_DEAD_QUEUE);
    compare(wrong, "dead letters", sales.poison(), dead + takenDeadLetters());
    return wrong;
  }

  private long takenDeadLetters() {
    try (Connection connection = store.owner()) {
      return count(
          new JdbcTemplate(new SingleConnectionDataSource(connection, true)),
          "SELECT count(*) FROM hub.dead_letter");
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static void compare(List<String> wrong, String what, long expected, long found) {
    if (expected != found) {
      wrong.add("%,d %s, not %,d".formatted(found, what, expected));
    }
  }

  private static long count(JdbcTemplate sql, String query) {
    @Nullable Long number = sql.queryForObject(query, Long.class);
    return number == null ? 0 : number;
  }

  /** Takes databases and queues away; whatever uses them has to have ended. */
  @Override
  public void close() throws SQLException {
    inventoryConnection.close();
    financeConnection.close();
    for (Database database : List.of(inventory, finance, store)) {
      database.drop();
    }
    rabbit.deleteVirtualHost(virtualHost);
  }
}
