package io.tallyline.bench.shared;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Producers inside a program whose library wants to be called, told what to do by lines on standard
 * input. The sales to record stand in the table {@code bench_sale}, so that all contenders get the
 * same.
 *
 * <ul>
 *   <li>{@code record}: all of them in one transaction; prints {@code recorded}, commits at the
 *       next line and prints {@code committed} and the transaction's number
 *   <li>{@code produce N}: one a transaction, N a second, at moments fixed in advance; writes the
 *       transactions' numbers into the table and prints {@code produced} and how many milliseconds
 *       the latest began late
 * </ul>
 */
public final class Producers {
  private static final int PRODUCERS = 8;

  private final Outbox outbox;
  private final DataSource inventory;

  private record Staged(String reference, String payload) {}

  public Producers(Outbox outbox, DataSource inventory) {
    this.outbox = outbox;
    this.inventory = inventory;
  }

  /** Until standard input ends. */
  public void listen() throws Exception {
    System.out.println("ready");
    try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("record")) {
          record(lines);
        } else {
          produce(Integer.parseInt(line.substring("produce ".length())));
        }
      }
    }
  }

  private void record(BufferedReader lines) throws SQLException {
    List<Staged> sales = staged();
    long[] transaction = new long[1];
    outbox.inTransaction(
        () -> {
          sales.forEach(sale -> outbox.record(sale.reference(), sale.payload()));
          transaction[0] = outbox.transaction();
          System.out.println("recorded");
          try {
            lines.readLine();
          } catch (IOException gone) {
            throw new UncheckedIOException(gone);
          }
        });
    System.out.println("committed " + transaction[0]);
  }

  private void produce(int perSecond) throws Exception {
    List<Staged> sales = staged();
    long[] transactions = new long[sales.size()];
    long[] late = new long[sales.size()];
    var next = new AtomicInteger();
    long start = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
    Callable<Void> producer =
        () -> {
          for (int n = next.getAndIncrement(); n < sales.size(); n = next.getAndIncrement()) {
            int i = n;
            long due = start + i * 1_000_000_000L / perSecond;
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            late[i] = System.nanoTime() - due;
            outbox.inTransaction(
                () -> {
                  outbox.record(sales.get(i).reference(), sales.get(i).payload());
                  transactions[i] = outbox.transaction();
                });
          }
          return null;
        };
    ExecutorService threads = Executors.newFixedThreadPool(PRODUCERS);
    List<Callable<Void>> producers = new ArrayList<>();
    for (int i = 0; i < PRODUCERS; i++) {
      producers.add(producer);
    }
    for (Future<Void> finished : threads.invokeAll(producers)) {
      finished.get();
    }
    threads.shutdown();
    keep(sales, transactions);
    long latest = 0;
    for (long each : late) {
      latest = Math.max(latest, each);
    }
    System.out.println("produced " + latest / 1_000_000);
  }

  private List<Staged> staged() throws SQLException {
    List<Staged> sales = new ArrayList<>();
    try (Connection connection = inventory.getConnection();
        var select = connection.createStatement();
        ResultSet rows = select.executeQuery("SELECT reference, payload FROM bench_sale")) {
      while (rows.next()) {
        sales.add(new Staged(rows.getString(1), rows.getString(2)));
      }
    }
    return sales;
  }

  private void keep(List<Staged> sales, long[] transactions) throws SQLException {
    String keep = "UPDATE bench_sale SET transaction = ? WHERE reference = ?";
    try (Connection connection = inventory.getConnection();
        PreparedStatement update = connection.prepareStatement(keep)) {
      for (int i = 0; i < transactions.length; i++) {
        update.setLong(1, transactions[i]);
        update.setString(2, sales.get(i).reference());
        update.addBatch();
      }
      update.executeBatch();
    }
  }
}
