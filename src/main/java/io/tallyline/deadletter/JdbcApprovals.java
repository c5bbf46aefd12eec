package io.tallyline.deadletter;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of approvals; takes part in the transaction of the caller. */
final class JdbcApprovals {
  private final JdbcClient jdbc;

  JdbcApprovals(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  long ask(
      @Nullable Long letter,
      @Nullable Long revision,
      @Nullable Long bulk,
      String who,
      String reason,
      Instant now,
      Instant expires) {
    return jdbc.sql(
            "INSERT INTO hub.approval (dead_letter_id, revision_id, bulk_id, requested_by, reason,"
                + " requested_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id")
        .params(
            letter,
            revision,
            bulk,
            who,
            reason,
            now.atOffset(ZoneOffset.UTC),
            expires.atOffset(ZoneOffset.UTC))
        .query(Long.class)
        .single();
  }

  List<Approval> pending(int limit) {
    return jdbc.sql("SELECT * FROM hub.approval WHERE status = 'PENDING' ORDER BY id LIMIT ?")
        .param(limit)
        .query(JdbcApprovals::approval)
        .list();
  }

  List<Approval> overdue(Instant now, int limit) {
    return jdbc.sql(
            "SELECT * FROM hub.approval WHERE status = 'PENDING' AND expires_at <= ?"
                + " ORDER BY id LIMIT ? FOR UPDATE SKIP LOCKED")
        .params(now.atOffset(ZoneOffset.UTC), limit)
        .query(JdbcApprovals::approval)
        .list();
  }

  Approval lock(long id) {
    return jdbc.sql("SELECT * FROM hub.approval WHERE id = ? FOR UPDATE")
        .param(id)
        .query(JdbcApprovals::approval)
        .optional()
        .orElseThrow(() -> DeskRefused.unknown("approval", id));
  }

  void decide(long id, Approval.Status status, String who, Instant now) {
    jdbc.sql("UPDATE hub.approval SET status = ?, decided_by = ?, decided_at = ? WHERE id = ?")
        .params(status.name(), who, now.atOffset(ZoneOffset.UTC), id)
        .update();
  }

  private static Approval approval(ResultSet row, int index) throws SQLException {
    return new Approval(
        row.getLong("id"),
        row.getObject("dead_letter_id", Long.class),
        row.getObject("revision_id", Long.class),
        row.getObject("bulk_id", Long.class),
        row.getString("requested_by"),
        JdbcDeadLetters.instant(row, "requested_at"),
        JdbcDeadLetters.instant(row, "expires_at"),
        row.getString("reason"),
        Approval.Status.valueOf(row.getString("status")),
        row.getString("decided_by"),
        JdbcDeadLetters.maybe(row, "decided_at"));
  }
}
