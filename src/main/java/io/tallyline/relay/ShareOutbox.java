package io.tallyline.relay;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Splits an outbox among the relays that are at work on it, without a coordinator and without a
 * table: each aggregate falls into one of {@value #SLOTS} slots, and a batch holds an advisory lock
 * on each slot that it claims rows of. The locks end with the transaction, that is when the broker
 * has confirmed the batch and its rows are gone, so no two relays ever have rows of one aggregate,
 * whatever they believe of each other; what a relay held is free the moment its connection is lost.
 *
 * <p>How many relays there are only decides how much one takes. Each holds a shared lock of its own
 * for that on the connection on which it hears notifications; see {@link #JOIN}.
 */
final class ShareOutbox {
  /** Enough for two dozen relays to have nearly equal shares. */
  static final int SLOTS = 64;

  private static final Duration COUNT_EVERY = Duration.ofSeconds(1);

  /** Beyond this a look ahead costs more than it brings. */
  private static final int LONGEST_LOOK_AHEAD = 50_000;

  /** Slot of a row. All relays ask the same server, so its hash need not be the same elsewhere. */
  static final String SLOT =
      "(hashtext(aggregate_type || chr(1) || aggregate_id) & " + (SLOTS - 1) + ")";

  /** Held by every relay as long as it can be woken: the key behind the last slot. */
  static final String JOIN = "SELECT pg_advisory_lock_shared(%d, " + SLOTS + ")";

  private static final String COUNT_SQL =
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
          + " AND classid = ?::bigint::oid AND objid = "
          + SLOTS
          + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  private static final String ALL_SQL =
      "SELECT slot, "
          + SLOTS
          + " FROM generate_series(0, "
          + (SLOTS - 1)
          + ") AS slot WHERE pg_try_advisory_xact_lock(?, slot)";

  /** OFFSET 0 keeps the locks behind the order: none is asked for beyond the share. */
  private static final String SHARE_SQL =
      """
      WITH waiting AS MATERIALIZED (
        SELECT DISTINCT %1$s AS slot
          FROM (SELECT aggregate_type, aggregate_id FROM %2$s
                 WHERE seq <> ALL (?) ORDER BY seq LIMIT ?) ahead)
      SELECT slot, (SELECT count(*) FROM waiting)
        FROM (SELECT slot FROM waiting ORDER BY (slot + ?) %% %3$d OFFSET 0) turn
       WHERE pg_try_advisory_xact_lock(?, slot)
       LIMIT (SELECT ceil(count(*)::numeric / ?) FROM waiting)
      """;

  private final int lockClass;
  private final String shareSql;
  private int relays = 1;
  private long countedAt;
  private boolean counted;

  ShareOutbox(RelayedOutbox outbox) {
    this.lockClass = outbox.lockClass();
    this.shareSql = SHARE_SQL.formatted(SLOT, outbox.table(), SLOTS);
  }

  /**
   * What a batch may claim until its transaction ends.
   *
   * @param slots whose rows it may have; empty if others are at work on all that waits
   * @param ahead how many of the first rows of the outbox it may look at
   * @param otherSlots whether rows of other slots were waiting too
   */
  record Share(List<Integer> slots, int ahead, boolean otherSlots) {
    boolean isNone() {
      return slots.isEmpty();
    }

    boolean isAll() {
      return slots.size() == SLOTS;
    }
  }

  /**
   * Locks a share, in the caller's transaction. Rows are to be read by a later statement, which
   * sees what the slots' last holders have committed.
   *
   * @param passedOver rows that nobody claims
   * @param rows most rows that are wanted
   */
  Share take(Connection connection, Long[] passedOver, int rows) throws SQLException {
    int sharing = relays(connection);
    if (sharing == 1) {
      try (PreparedStatement lock = connection.prepareStatement(ALL_SQL)) {
        lock.setInt(1, lockClass);
        return share(lock, LONGEST_LOOK_AHEAD);
      }
    }
    int ahead = (int) Math.min(LONGEST_LOOK_AHEAD, (long) rows * sharing);
    try (PreparedStatement lock = connection.prepareStatement(shareSql)) {
      lock.setArray(1, connection.createArrayOf("bigint", passedOver));
      lock.setInt(2, ahead);
      // Another turn each time, so that relays do not race for the same slots.
      lock.setInt(3, ThreadLocalRandom.current().nextInt(SLOTS));
      lock.setInt(4, lockClass);
      lock.setInt(5, sharing);
      return share(lock, ahead);
    }
  }

  private static Share share(PreparedStatement lock, int ahead) throws SQLException {
    List<Integer> slots = new ArrayList<>();
    int waiting = 0;
    try (ResultSet result = lock.executeQuery()) {
      while (result.next()) {
        slots.add(result.getInt(1));
        waiting = result.getInt(2);
      }
    }
    return new Share(slots, ahead, slots.size() < waiting);
  }

  /** One if this relay cannot be woken, and so has not joined: then it takes what is free. */
  private int relays(Connection connection) throws SQLException {
    long now = System.nanoTime();
    if (!counted || now - countedAt > COUNT_EVERY.toNanos()) {
      try (PreparedStatement count = connection.prepareStatement(COUNT_SQL)) {
        count.setLong(1, lockClass);
        try (ResultSet result = count.executeQuery()) {
          result.next();
          relays = Math.max(1, result.getInt(1));
        }
      }
      countedAt = now;
      counted = true;
    }
    return relays;
  }
}
