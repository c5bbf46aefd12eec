package io.tallyline.finance;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger in PostgreSQL, read only; every call sees what is committed when it begins. */
public final class JdbcLedger implements Ledger {
  private static final String ENTRIES =
      """
      SELECT j.id, j.source, j.external_ref, j.journal_date, j.description, j.currency, j.event_id,
             j.event_type, j.event_version, j.correlation_id, j.content_hash,
             j.created_at AS recorded_at
        FROM finance.ledger_journal j WHERE %1$s
      UNION ALL
      SELECT NULL, s.source, s.external_ref, NULL, NULL, NULL, s.event_id,
             NULL, NULL, NULL, s.content_hash, s.seen_at
        FROM finance.seen_transaction s WHERE %2$s
      """;

  private static final String LINES =
      """
      SELECT journal_id, account_code, debit, credit, description
        FROM finance.ledger_journal_line WHERE journal_id = ANY (:ids) ORDER BY journal_id, line_no
      """;

  private static final String TRIAL_BALANCE =
      """
      SELECT l.account_code, coalesce(a.name, ''), coalesce(a.type, ''), j.currency,
             sum(l.debit), sum(l.credit)
        FROM finance.ledger_journal j
        JOIN finance.ledger_journal_line l ON l.journal_id = j.id
        LEFT JOIN finance.ledger_account a ON a.code = l.account_code
       WHERE j.created_at < :before
       GROUP BY 1, 2, 3, 4 ORDER BY j.currency, l.account_code
      """;

  private final JdbcClient jdbc;

  public JdbcLedger(DataSource finance) {
    this.jdbc = JdbcClient.create(finance);
  }

  @Override
  public Map<String, Entry> entries(String source, Collection<String> externalRefs) {
    if (externalRefs.isEmpty()) {
      return Map.of();
    }
    List<Head> heads =
        jdbc.sql(
                ENTRIES.formatted(
                    "j.source = :source AND j.external_ref = ANY (:refs)",
                    "s.source = :source AND s.external_ref = ANY (:refs)"))
            .param("source", source)
            .param("refs", externalRefs.toArray(String[]::new))
            .query(JdbcLedger::head)
            .list();
    Map<String, Entry> entries = new HashMap<>();
    withLines(heads).forEach(entry -> entries.put(entry.externalRef(), entry));
    return entries;
  }

  @Override
  public List<Entry> recordedBetween(
      String source, Instant from, Instant to, String after, int limit) {
    List<Head> heads =
        jdbc.sql(
                "SELECT * FROM ("
                    + ENTRIES.formatted(
                        "j.source = :source AND j.created_at >= :from AND j.created_at < :to"
                            + " AND j.external_ref COLLATE \"C\" > :after",
                        "s.source = :source AND s.seen_at >= :from AND s.seen_at < :to"
                            + " AND s.external_ref COLLATE \"C\" > :after")
                    + ") e ORDER BY external_ref COLLATE \"C\" LIMIT :limit")
            .param("source", source)
            .param("from", Timestamp.from(from))
            .param("to", Timestamp.from(to))
            .param("after", after)
            .param("limit", limit)
            .query(JdbcLedger::head)
            .list();
    return withLines(heads);
  }

  @Override
  public Optional<Entry> ofEvent(UUID eventId) {
    List<Head> heads =
        jdbc.sql(ENTRIES.formatted("j.event_id = :event", "s.event_id = :event") + " LIMIT 1")
            .param("event", eventId)
            .query(JdbcLedger::head)
            .list();
    return withLines(heads).stream().findFirst();
  }

  @Override
  public List<Entry> ofCorrelation(String correlationId, int limit) {
    List<Head> heads =
        jdbc.sql(
                ENTRIES.formatted("j.correlation_id = :correlation", "false")
                    + " ORDER BY recorded_at, id LIMIT :limit")
            .param("correlation", correlationId)
            .param("limit", limit)
            .query(JdbcLedger::head)
            .list();
    return withLines(heads);
  }

  @Override
  public List<Balance> trialBalance(Instant before) {
    return jdbc.sql(TRIAL_BALANCE)
        .param("before", Timestamp.from(before))
        .query(
            (row, number) ->
                new Balance(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getString(4),
                    row.getBigDecimal(5),
                    row.getBigDecimal(6)))
        .list();
  }

  @Override
  public Map<String, String> accounts() {
    Map<String, String> accounts = new TreeMap<>();
    jdbc.sql("SELECT code, name FROM finance.ledger_account")
        .query((row, number) -> accounts.put(row.getString(1), row.getString(2)))
        .list();
    return accounts;
  }

  /** An entry whose lines are not read yet. */
  private record Head(
      @Nullable Long id,
      String source,
      String externalRef,
      @Nullable LocalDate date,
      @Nullable String description,
      @Nullable String currency,
      @Nullable UUID eventId,
      @Nullable String eventType,
      @Nullable Integer eventVersion,
      @Nullable String correlationId,
      @Nullable String contentHash,
      Instant recordedAt) {
    Entry with(List<JournalLine> lines) {
      return new Entry(
          id,
          source,
          externalRef,
          date,
          description,
          currency,
          eventId,
          eventType,
          eventVersion,
          correlationId,
          contentHash,
          recordedAt,
          lines);
    }
  }

  private static Head head(ResultSet row, int number) throws SQLException {
    return new Head(
        row.getObject("id", Long.class),
        row.getString("source"),
        row.getString("external_ref"),
        row.getObject("journal_date", LocalDate.class),
        row.getString("description"),
        row.getString("currency"),
        row.getObject("event_id", UUID.class),
        row.getString("event_type"),
        row.getObject("event_version", Integer.class),
        row.getString("correlation_id"),
        row.getString("content_hash"),
        row.getTimestamp("recorded_at").toInstant());
  }

  private List<Entry> withLines(List<Head> heads) {
    Map<Long, List<JournalLine>> lines = new LinkedHashMap<>();
    Long[] ids = heads.stream().map(Head::id).filter(id -> id != null).toArray(Long[]::new);
    if (ids.length > 0) {
      jdbc.sql(LINES)
          .param("ids", ids)
          .query(
              (row, number) ->
                  lines
                      .computeIfAbsent(row.getLong(1), id -> new ArrayList<>())
                      .add(
                          new JournalLine(
                              row.getString(2),
                              bare(row.getBigDecimal(3)),
                              bare(row.getBigDecimal(4)),
                              row.getString(5))))
          .list();
    }
    return heads.stream()
        .map(
            head ->
                head.with(head.id() == null ? List.of() : lines.getOrDefault(head.id(), List.of())))
        .toList();
  }

  private static BigDecimal bare(BigDecimal amount) {
    return amount.signum() == 0 ? BigDecimal.ZERO : amount;
  }
}
