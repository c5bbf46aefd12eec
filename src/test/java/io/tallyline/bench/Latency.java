package io.tallyline.bench;

import java.util.Arrays;
import java.util.Map;
import org.springframework.jdbc.core.RowCallbackHandler;

/**
 * From producers' commits to the journals' commits.
 *
 * @param p50 milliseconds
 * @param p99 milliseconds
 * @param max milliseconds
 * @param inTime the share of the journals committed no later than a second after the last producer,
 *     0 to 1
 */
record Latency(double p50, double p99, double max, double inTime) {
  /** Fewer in time, and there is a backlog that grows as long as the rate is held. */
  static final double KEEPS_UP = 0.95;

  static Latency of(Site site, OpenLoop.Produced produced) {
    Map<Long, Long> committed =
        CommitTimes.of(site.inventorySql(), produced.transactions().values());
    long last = committed.values().stream().mapToLong(Long::longValue).max().orElse(0);
    long[] micros = new long[produced.transactions().size()];
    int[] seen = new int[2];
    RowCallbackHandler journal =
        row -> {
          Long transaction = produced.transactions().get(row.getString(1));
          if (transaction != null) {
            micros[seen[0]++] = row.getLong(2) - committed.get(transaction);
            seen[1] += row.getLong(2) <= last + 1_000_000 ? 1 : 0;
          }
        };
    site.financeSql()
        .query(
            "SELECT external_ref, (extract(epoch FROM pg_xact_commit_timestamp(xmin))"
                + " * 1000000)::bigint FROM finance.ledger_journal",
            journal);
    // Poison has none, and a sale that was recorded twice has one: both are counted elsewhere.
    long[] sorted = Arrays.copyOf(micros, seen[0]);
    Arrays.sort(sorted);
    return new Latency(
        at(sorted, 50), at(sorted, 99), at(sorted, 100), seen[1] / (double) sorted.length);
  }

  private static double at(long[] sorted, int percent) {
    int index = (int) Math.ceil(sorted.length * percent / 100.0) - 1;
    return sorted[Math.max(0, index)] / 1_000.0;
  }

  /** Whether nearly all were posted while they were produced; otherwise it has a backlog. */
  boolean keepsUp() {
    return inTime > KEEPS_UP;
  }
}
