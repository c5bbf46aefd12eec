package io.tallyline.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * When PostgreSQL committed a transaction, by its own record. Producers and journals are stamped
 * alike and by one clock, so neither who looks, nor how often, changes a latency.
 */
final class CommitTimes {
  private CommitTimes() {}

  /** The number of a connection's transaction. */
  static long current(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var result = statement.executeQuery("SELECT pg_current_xact_id()::text::bigint")) {
      result.next();
      return result.getLong(1);
    }
  }

  /** Microseconds since 1970 by transaction. */
  static Map<Long, Long> of(JdbcTemplate sql, Collection<Long> transactions) {
    Map<Long, Long> times = new HashMap<>();
    sql.query(
        connection -> {
          var select =
              connection.prepareStatement(
                  "SELECT n, (extract(epoch FROM pg_xact_commit_timestamp(n::text::xid))"
                      + " * 1000000)::bigint FROM unnest(?) AS n");
          select.setArray(1, connection.createArrayOf("bigint", transactions.toArray()));
          return select;
        },
        row -> {
          times.put(row.getLong(1), row.getLong(2));
        });
    return times;
  }
}
