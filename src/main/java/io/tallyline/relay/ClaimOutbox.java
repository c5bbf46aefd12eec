package io.tallyline.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.SQLExceptionTranslator;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;

/**
 * Claims the next rows of the outbox, inside the transaction of the route.
 *
 * <p>Advisory locks that end with the transaction keep the order of an aggregate whole with any
 * number of relays ({@link ShareOutbox}), take no right on the table but SELECT, and are free again
 * the moment a relay dies. Rows are claimed by being there, never by a remembered position, so a
 * row that commits late is not skipped.
 */
public final class ClaimOutbox {
  /** Rows are read in portions, so that a batch of large payloads stops early. */
  private static final int ROWS_A_FETCH = 100;

  /** Payloads stored larger than this (compressed) are read one at a time. */
  private static final int LARGE_STORED_BYTES = 100_000;

  /** A larger payload is not even read: nothing the broker takes could hold it. */
  static final long LARGEST_READ_BYTES = 64L * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(ClaimOutbox.class);

  /** A hub from before relays shared the outbox takes this lock alone. */
  private static final String LOCK_SQL =
      "SELECT pg_try_advisory_xact_lock_shared(?),"
          + " set_config('idle_in_transaction_session_timeout', ?, true)";

  private static final String CLAIM_SQL =
      "SELECT seq, event_id, aggregate_type, aggregate_id, event_type, correlation_id, traceparent,"
          + " occurred_at, CASE WHEN pg_column_size(payload) <= ? THEN payload::text END AS payload"
          + " FROM %s WHERE seq <> ALL (?) ORDER BY seq LIMIT ?";

  /** Payloads are read after the rows of others have been left out. */
  private static final String CLAIM_SHARE_SQL =
      CLAIM_SQL
              .replace("FROM %s WHERE", "FROM (SELECT * FROM %s WHERE")
              .replace("LIMIT ?", "LIMIT ?) ahead WHERE " + ShareOutbox.SLOT + " = ANY (?)")
          + " ORDER BY seq LIMIT ?";

  private static final String LENGTH_SQL =
      "SELECT octet_length(payload::text) FROM %s WHERE seq = ?";
  private static final String STILL_THERE_SQL = "SELECT seq FROM %s WHERE seq = ANY (?)";
  private static final String PAYLOAD_SQL = "SELECT payload::text FROM %s WHERE seq = ?";

  private final RelayedOutbox outbox;
  private final DataSource database;
  private final String claimSql;
  private final String claimShareSql;
  private final String lengthSql;
  private final String payloadSql;
  private final String stillThereSql;
  private final RelayProperties properties;
  private final RelayHealth health;
  private final ShareOutbox sharing;
  private final SQLExceptionTranslator translator = new SQLStateSQLExceptionTranslator();
  private final Set<Long> immovable = ConcurrentHashMap.newKeySet();

  public ClaimOutbox(
      RelayedOutbox outbox, DataSource database, RelayProperties properties, RelayHealth health) {
    this.outbox = outbox;
    this.database = database;
    this.claimSql = CLAIM_SQL.formatted(outbox.table());
    this.claimShareSql = CLAIM_SHARE_SQL.formatted(outbox.table());
    this.sharing = new ShareOutbox(outbox);
    this.lengthSql = LENGTH_SQL.formatted(outbox.table());
    this.payloadSql = PAYLOAD_SQL.formatted(outbox.table());
    this.stillThereSql = STILL_THERE_SQL.formatted(outbox.table());
    this.properties = properties;
    this.health = health;
  }

  /**
   * The next rows in {@code seq} order, of those aggregates that no other relay is at work on;
   * empty if there are none, or the last failure was a moment ago.
   */
  public OutboxBatch claim() {
    if (health.resting()) {
      return OutboxBatch.NONE;
    }
    Connection connection = DataSourceUtils.getConnection(database);
    try {
      OutboxBatch batch = lock(connection) ? read(connection) : OutboxBatch.NONE;
      if (batch.isEmpty()) {
        health.idle();
      }
      return batch;
    } catch (SQLException failure) {
      throw OutboxUnavailable.because(
          outbox, translator.translate("claim outbox rows", null, failure), failure);
    } finally {
      DataSourceUtils.releaseConnection(connection, database);
    }
  }

  private boolean lock(Connection connection) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(LOCK_SQL)) {
      statement.setLong(1, outbox.lock());
      statement.setString(2, Long.toString(properties.stalledTransactionTimeout().toMillis()));
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getBoolean(1);
      }
    }
  }

  /** Rows that were left behind and that somebody has exported and deleted since. */
  private void forgetDeleted(Connection connection) throws SQLException {
    if (immovable.isEmpty()) {
      return;
    }
    Set<Long> there = new HashSet<>();
    try (PreparedStatement statement = connection.prepareStatement(stillThereSql)) {
      statement.setArray(1, connection.createArrayOf("bigint", immovable.toArray()));
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          there.add(result.getLong(1));
        }
      }
    }
    if (immovable.retainAll(there)) {
      health.leftBehind(immovable.size());
    }
  }

  private OutboxBatch read(Connection connection) throws SQLException {
    forgetDeleted(connection);
    Instant now = health.now();
    int most = health.batchSize();
    Long[] passedOver = immovable();
    ShareOutbox.Share share = sharing.take(connection, passedOver, most);
    if (share.isNone()) {
      return OutboxBatch.NONE;
    }
    List<OutboxRow> rows = new ArrayList<>();
    long bytes = 0;
    boolean more = share.otherSlots();
    String sql = share.isAll() ? claimSql : claimShareSql;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setFetchSize(ROWS_A_FETCH);
      statement.setInt(1, LARGE_STORED_BYTES);
      statement.setArray(2, connection.createArrayOf("bigint", passedOver));
      if (share.isAll()) {
        statement.setInt(3, most + 1);
      } else {
        statement.setInt(3, share.ahead());
        statement.setArray(4, connection.createArrayOf("int4", share.slots().toArray()));
        statement.setInt(5, most + 1);
      }
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          if (rows.size() == most
              || (!rows.isEmpty() && bytes >= properties.batchBytes().toBytes())) {
            more = true;
            break;
          }
          OutboxRow row = row(connection, result);
          if (row.payload() == null && row.payloadBytes() > LARGEST_READ_BYTES) {
            leave(row);
            continue;
          }
          rows.add(row);
          bytes += row.payloadBytes();
        }
      }
    }
    return OutboxBatch.claimed(rows, more, now);
  }

  private OutboxRow row(Connection connection, ResultSet result) throws SQLException {
    long seq = result.getLong("seq");
    String payload = result.getString("payload");
    long bytes;
    if (payload == null) {
      bytes = number(connection, seq);
      payload = bytes > LARGEST_READ_BYTES ? null : text(connection, seq);
    } else {
      bytes = payload.length();
    }
    return new OutboxRow(
        seq,
        result.getObject("event_id", UUID.class),
        result.getString("aggregate_type"),
        result.getString("aggregate_id"),
        result.getString("event_type"),
        payload,
        bytes,
        result.getString("correlation_id"),
        result.getString("traceparent"),
        instant(result.getObject("occurred_at", OffsetDateTime.class)));
  }

  /** PostgreSQL's infinity arrives as a date no instant can print; the schema refuses it later. */
  private static Instant instant(OffsetDateTime occurredAt) {
    return occurredAt.equals(OffsetDateTime.MAX)
        ? Instant.MAX
        : occurredAt.equals(OffsetDateTime.MIN) ? Instant.MIN : occurredAt.toInstant();
  }

  private long number(Connection connection, long seq) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(lengthSql)) {
      statement.setLong(1, seq);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getLong(1);
      }
    }
  }

  private String text(Connection connection, long seq) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(payloadSql)) {
      statement.setLong(1, seq);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getString(1);
      }
    }
  }

  /** Rows that are passed over until somebody looks. */
  Long[] immovable() {
    return immovable.toArray(Long[]::new);
  }

  private void leave(OutboxRow row) {
    leave(row.seq(), row.payloadBytes());
  }

  /** No queue can hold this row, so it stays in the outbox, passed over, until somebody looks. */
  void leave(long seq, long bytes) {
    if (immovable.add(seq)) {
      log.error(
          "REL-004 row {} of the {} outbox has a payload of {} bytes, more than the broker takes even as a"
              + " dead letter: it stays in {} and is passed over. Export and"
              + " delete it by hand; the rows behind it go on.",
          seq,
          outbox.name(),
          bytes,
          outbox.table());
      health.leftBehind(immovable.size());
    }
  }
}
