package io.tallyline.deadletter;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tables of bulk retries; takes part in the transaction of the caller. */
final class JdbcBulkRetries {
  private static final String SELECT =
      """
      SELECT b.*, i.* FROM hub.bulk_retry b, LATERAL (
        SELECT count(*) AS letters,
               count(*) FILTER (WHERE state = 'WAITING') AS waiting,
               count(*) FILTER (WHERE state = 'SENT') AS sent,
               count(*) FILTER (WHERE state = 'RESOLVED') AS resolved,
               count(*) FILTER (WHERE state = 'FAILED') AS failed,
               count(*) FILTER (WHERE state = 'SKIPPED') AS skipped
          FROM hub.bulk_retry_item WHERE bulk_id = b.id) i
      """;

  private static final String SETTLE =
      """
      UPDATE hub.bulk_retry_item i
         SET state = CASE d.status WHEN 'RESOLVED' THEN 'RESOLVED' WHEN 'FAILED_AGAIN' THEN 'FAILED'
                                   ELSE 'SKIPPED' END
        FROM hub.dead_letter d
       WHERE i.bulk_id = ? AND i.state = 'SENT' AND d.id = i.dead_letter_id AND d.status <> 'RETRYING'
      """;

  private final JdbcClient jdbc;

  JdbcBulkRetries(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  long plan(List<Long> ids, String who, String reason, RetryValue value, Instant now) {
    long id =
        jdbc.sql(
                "INSERT INTO hub.bulk_retry (status, requested_by, reason, value, planned_at, paced_at)"
                    + " VALUES ('PLANNED', ?, ?, ?::jsonb, ?, ?) RETURNING id")
            .params(
                who,
                reason,
                value.json().toString(),
                now.atOffset(ZoneOffset.UTC),
                now.atOffset(ZoneOffset.UTC))
            .query(Long.class)
            .single();
    // Ids of nothing are left out here.
    jdbc.sql(
            "INSERT INTO hub.bulk_retry_item (bulk_id, dead_letter_id)"
                + " SELECT ?, id FROM hub.dead_letter WHERE id = ANY (?)")
        .params(id, ids.toArray(Long[]::new))
        .update();
    return id;
  }

  List<Long> ids(long id) {
    return jdbc.sql(
            "SELECT dead_letter_id FROM hub.bulk_retry_item WHERE bulk_id = ? ORDER BY dead_letter_id")
        .param(id)
        .query(Long.class)
        .list();
  }

  List<Long> thatSent(Collection<Long> letters, int limit) {
    return jdbc.sql(
            "SELECT DISTINCT bulk_id FROM hub.bulk_retry_item WHERE dead_letter_id = ANY (?)"
                + " AND state IN ('SENT', 'RESOLVED', 'FAILED') ORDER BY bulk_id LIMIT ?")
        .params(letters.toArray(Long[]::new), limit)
        .query(Long.class)
        .list();
  }

  Optional<BulkRetry> one(long id) {
    return jdbc.sql(SELECT + " WHERE b.id = ?").param(id).query(JdbcBulkRetries::bulk).optional();
  }

  BulkRetry lock(long id) {
    jdbc.sql("SELECT id FROM hub.bulk_retry WHERE id = ? FOR UPDATE")
        .param(id)
        .query(Long.class)
        .optional()
        .orElseThrow(() -> DeskRefused.unknown("bulk retry", id));
    return one(id).orElseThrow();
  }

  List<BulkRetry> newest(long before, int limit) {
    return jdbc.sql(SELECT + " WHERE b.id < ? ORDER BY b.id DESC LIMIT ?")
        .params(before, limit)
        .query(JdbcBulkRetries::bulk)
        .list();
  }

  /** Those that have something to send or to settle. */
  List<Long> running() {
    return jdbc.sql(
            "SELECT id FROM hub.bulk_retry WHERE status IN ('CANARY', 'RUNNING') ORDER BY id LIMIT 100")
        .query(Long.class)
        .list();
  }

  void move(long id, BulkRetry.Status to) {
    jdbc.sql("UPDATE hub.bulk_retry SET status = ? WHERE id = ?").params(to.name(), id).update();
  }

  void revalue(long id, RetryValue value) {
    jdbc.sql("UPDATE hub.bulk_retry SET value = ?::jsonb WHERE id = ?")
        .params(value.json().toString(), id)
        .update();
  }

  /** From now on the rate counts. */
  void run(long id, BulkRetry.Status to, Instant now) {
    jdbc.sql("UPDATE hub.bulk_retry SET status = ?, paced_at = ? WHERE id = ?")
        .params(to.name(), now.atOffset(ZoneOffset.UTC), id)
        .update();
  }

  void end(long id, BulkRetry.Status to, @Nullable String note, Instant now) {
    jdbc.sql("UPDATE hub.bulk_retry SET status = ?, note = ?, ended_at = ? WHERE id = ?")
        .params(to.name(), note, now.atOffset(ZoneOffset.UTC), id)
        .update();
  }

  /** Learns what became of those that were sent. */
  void settle(long id) {
    jdbc.sql(SETTLE).param(id).update();
  }

  List<Long> next(long id, int limit) {
    return jdbc.sql(
            "SELECT dead_letter_id FROM hub.bulk_retry_item WHERE bulk_id = ? AND state = 'WAITING'"
                + " ORDER BY dead_letter_id LIMIT ?")
        .params(id, limit)
        .query(Long.class)
        .list();
  }

  void mark(long id, Collection<Long> letters, String state) {
    jdbc.sql(
            "UPDATE hub.bulk_retry_item SET state = ? WHERE bulk_id = ? AND dead_letter_id = ANY (?)")
        .params(state, id, letters.toArray(Long[]::new))
        .update();
  }

  private static BulkRetry bulk(ResultSet row, int index) throws SQLException {
    return new BulkRetry(
        row.getLong("id"),
        BulkRetry.Status.valueOf(row.getString("status")),
        row.getString("requested_by"),
        row.getString("reason"),
        JdbcDeadLetters.json(row.getString("value")),
        JdbcDeadLetters.instant(row, "planned_at"),
        JdbcDeadLetters.instant(row, "paced_at"),
        JdbcDeadLetters.maybe(row, "ended_at"),
        row.getString("note"),
        row.getLong("letters"),
        row.getLong("waiting"),
        row.getLong("sent"),
        row.getLong("resolved"),
        row.getLong("failed"),
        row.getLong("skipped"));
  }
}
