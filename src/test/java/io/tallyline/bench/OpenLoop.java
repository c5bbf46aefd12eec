package io.tallyline.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Producers that commit one sale at a time, each at a moment fixed before the first: a contender
 * that falls behind does not slow them down, so its delays are seen at full length.
 */
final class OpenLoop {
  private static final int PRODUCERS = 8;
  private static final String INSERT =
      "INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload,"
          + " correlation_id) VALUES ('InventoryTransaction', ?, 'SalesTransactionCreated',"
          + " ?::jsonb, ?) RETURNING pg_current_xact_id()::text::bigint";

  private OpenLoop() {}

  /**
   * What was produced.
   *
   * @param transactions by the sale's id, the number of the producer's transaction
   * @param latestMillis how late the latest commit began, against the plan
   */
  record Produced(Map<String, Long> transactions, double latestMillis) {}

  static Produced run(Site site, int perSecond, int seconds) throws Exception {
    int count = perSecond * seconds;
    List<Sales.Row> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      rows.add(site.sales().next());
    }
    long[] transactions = new long[count];
    long[] late = new long[count];
    var next = new AtomicInteger();
    long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
    Callable<Void> producer =
        () -> {
          try (Connection connection = site.inventory().owner();
              PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              long due = start + i * 1_000_000_000L / perSecond;
              TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
              late[i] = System.nanoTime() - due;
              transactions[i] = insert(insert, rows.get(i));
            }
            return null;
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
    try {
      List<Callable<Void>> producers = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        producers.add(producer);
      }
      for (Future<Void> finished : threads.invokeAll(producers)) {
        finished.get();
      }
    } finally {
      threads.shutdownNow();
    }
    Map<String, Long> byId = new LinkedHashMap<>();
    long latest = 0;
    for (int i = 0; i < count; i++) {
      byId.put(rows.get(i).aggregateId(), transactions[i]);
      latest = Math.max(latest, late[i]);
    }
    return new Produced(byId, latest / 1e6);
  }

  private static long insert(PreparedStatement insert, Sales.Row row) throws Exception {
    insert.setString(1, row.aggregateId());
    insert.setString(2, row.payload());
    insert.setString(3, "bench-" + row.aggregateId());
    try (ResultSet transaction = insert.executeQuery()) {
      transaction.next();
      return transaction.getLong(1);
    }
  }
}
