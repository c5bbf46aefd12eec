package io.tallyline.audit;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The audit in the hub's database. A lock is held from taking an entry's number to the end of the
 * transaction, so that numbers have no gaps and every entry continues the one before; whoever
 * records does so as the last step of a transaction, and at isolation READ COMMITTED.
 */
final class JdbcAudit implements Audit, AuditEntries {
  private static final String ALONE = "SELECT pg_advisory_xact_lock(1413565516, 11)";

  private static final String INSERT =
      """
      INSERT INTO hub.audit_entry
        (number, at, who, action, subject, reason, before, after, previous, hash)
      VALUES (:number, :at, :who, :action, :subject, :reason, :before::json, :after::json, :previous, :hash)
      """;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final AuditKey key;
  private final InstantSource clock;

  JdbcAudit(DataSource store, AuditKey key, InstantSource clock) {
    this.jdbc = JdbcClient.create(store);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.key = key;
    this.clock = clock;
  }

  @Override
  public long record(Action action) {
    Long number = transaction.execute(status -> append(action));
    return number == null ? 0 : number;
  }

  private long append(Action action) {
    jdbc.sql(ALONE).query((row, index) -> true).single();
    Optional<AuditEntry> head = head();
    var unsigned =
        new AuditEntry(
            head.map(AuditEntry::number).orElse(0L) + 1,
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            storable(action.who()),
            storable(action.action()),
            storable(action.subject()),
            action.reason() == null ? null : storable(action.reason()),
            text(action.before()),
            text(action.after()),
            head.map(AuditEntry::hash).orElseGet(AuditKey::nothingBefore),
            new byte[0]);
    jdbc.sql(INSERT)
        .param("number", unsigned.number())
        .param("at", unsigned.at().atOffset(ZoneOffset.UTC))
        .param("who", unsigned.who())
        .param("action", unsigned.action())
        .param("subject", unsigned.subject())
        .param("reason", unsigned.reason())
        .param("before", unsigned.before())
        .param("after", unsigned.after())
        .param("previous", unsigned.previous())
        .param("hash", key.hash(unsigned))
        .update();
    return unsigned.number();
  }

  private static @Nullable String text(@Nullable JsonNode json) {
    return json == null ? null : storable(json.toString());
  }

  /** What PostgreSQL gives back as it was given: no NUL, no half of a surrogate pair. */
  private static String storable(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
        .replace('\u0000', '\u2400');
  }

  @Override
  public Optional<AuditEntry> head() {
    return jdbc.sql("SELECT * FROM hub.audit_entry ORDER BY number DESC LIMIT 1")
        .query(JdbcAudit::entry)
        .optional();
  }

  @Override
  public List<AuditEntry> newest(long before, int limit) {
    return jdbc.sql("SELECT * FROM hub.audit_entry WHERE number < ? ORDER BY number DESC LIMIT ?")
        .params(before, bounded(limit))
        .query(JdbcAudit::entry)
        .list();
  }

  @Override
  public List<AuditEntry> about(Collection<String> subjects, int limit) {
    return jdbc.sql("SELECT * FROM hub.audit_entry WHERE subject = ANY (?) ORDER BY number LIMIT ?")
        .params(subjects.toArray(String[]::new), bounded(limit))
        .query(JdbcAudit::entry)
        .list();
  }

  private static int bounded(int limit) {
    return Math.max(1, Math.min(limit, MOST));
  }

  static AuditEntry entry(ResultSet row, int index) throws SQLException {
    Instant at = row.getObject("at", OffsetDateTime.class).toInstant();
    return new AuditEntry(
        row.getLong("number"),
        at,
        row.getString("who"),
        row.getString("action"),
        row.getString("subject"),
        row.getString("reason"),
        row.getString("before"),
        row.getString("after"),
        row.getBytes("previous"),
        row.getBytes("hash"));
  }
}
