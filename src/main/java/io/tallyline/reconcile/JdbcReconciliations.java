package io.tallyline.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.StrictJson;
import io.tallyline.reconcile.Reconciliation.AccountTotal;
import io.tallyline.reconcile.Reconciliation.Difference;
import io.tallyline.reconcile.Reconciliation.ItemTotal;
import io.tallyline.replay.By;
import io.tallyline.replay.CompareJournals.LineDifference;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Reconciliations and what they found, in the hub's database. */
final class JdbcReconciliations {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);
  private static final int BATCH = 500;

  private static final String ADD_DIFFERENCE =
      """
      INSERT INTO hub.reconciliation_difference (reconciliation_id, no, kind, transaction_id, event_id,
             message_id, event_name, event_version, received_at, journal_id, currency, detail, lines)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
      """;

  private static final String ADD_ACCOUNT =
      "INSERT INTO hub.reconciliation_account VALUES (?, ?, ?, ?, ?, ?, ?)";

  private static final String ADD_ITEM =
      "INSERT INTO hub.reconciliation_item VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final JdbcClient jdbc;
  private final JdbcTemplate template;

  JdbcReconciliations(DataSource store) {
    this.jdbc = JdbcClient.create(store);
    this.template = new JdbcTemplate(store);
  }

  /** Drops results, with their differences and totals, that ended before a moment. */
  void forget(Instant before) {
    jdbc.sql("DELETE FROM hub.reconciliation WHERE ended_at < :before")
        .param("before", Timestamp.from(before))
        .update();
  }

  /** How far it is, and at its end what it counted. */
  record Counts(
      long events,
      long copies,
      long repeats,
      long journals,
      Map<Kind, Long> differences,
      long kept) {}

  /**
   * @return empty while another one runs
   */
  OptionalLong begin(Instant from, Instant to, By by, Instant now, Instant stale) {
    jdbc.sql(
            """
            UPDATE hub.reconciliation SET status = 'failed', ended_at = :now, error = :error
             WHERE status = 'running' AND seen_at < :stale
            """)
        .param("now", Timestamp.from(now))
        .param("stale", Timestamp.from(stale))
        .param("error", "REC-006 the hub that worked on it stopped; run it again.")
        .update();
    return jdbc
        .sql(
            """
            INSERT INTO hub.reconciliation (window_from, window_to, created_by, reason, started_at,
                                            seen_at)
            VALUES (:from, :to, :who, :reason, :now, :now) ON CONFLICT DO NOTHING RETURNING id
            """)
        .param("from", Timestamp.from(from))
        .param("to", Timestamp.from(to))
        .param("who", by.who())
        .param("reason", by.reason())
        .param("now", Timestamp.from(now))
        .query(Long.class)
        .list()
        .stream()
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** Adds what was found and says that somebody still works on it. */
  void progress(long id, Counts counts, List<Difference> found, Instant now) {
    template.batchUpdate(
        ADD_DIFFERENCE,
        found,
        BATCH,
        (insert, one) -> {
          insert.setLong(1, id);
          insert.setLong(2, one.no());
          insert.setString(3, one.kind().text());
          insert.setString(4, one.transactionId());
          insert.setObject(5, one.eventId());
          insert.setString(6, one.messageId());
          insert.setString(7, one.eventName());
          insert.setObject(8, one.eventVersion());
          insert.setTimestamp(
              9, one.receivedAt() == null ? null : Timestamp.from(one.receivedAt()));
          insert.setObject(10, one.journalId());
          insert.setString(11, one.currency());
          insert.setString(12, one.detail());
          insert.setString(13, text(lines(one.lines())));
        });
    int rows =
        jdbc.sql(
                """
                UPDATE hub.reconciliation SET events = :events, copies = :copies, repeats = :repeats,
                       journals = :journals, differences = :differences::jsonb, kept = :kept,
                       seen_at = :now
                 WHERE id = :id AND status = 'running'
                """)
            .param("id", id)
            .param("events", counts.events())
            .param("copies", counts.copies())
            .param("repeats", counts.repeats())
            .param("journals", counts.journals())
            .param("differences", text(differences(counts.differences())))
            .param("kept", counts.kept())
            .param("now", Timestamp.from(now))
            .update();
    if (rows == 0) {
      throw new IllegalStateException("another hub has given reconciliation " + id + " up");
    }
  }

  void done(long id, List<AccountTotal> accounts, List<ItemTotal> items, Instant now) {
    template.batchUpdate(
        ADD_ACCOUNT,
        accounts,
        BATCH,
        (insert, one) -> {
          insert.setLong(1, id);
          insert.setString(2, one.account());
          insert.setString(3, one.currency());
          insert.setBigDecimal(4, one.eventsDebit());
          insert.setBigDecimal(5, one.eventsCredit());
          insert.setBigDecimal(6, one.ledgerDebit());
          insert.setBigDecimal(7, one.ledgerCredit());
        });
    template.batchUpdate(
        ADD_ITEM,
        items,
        BATCH,
        (insert, one) -> {
          insert.setLong(1, id);
          insert.setString(2, one.itemNumber());
          insert.setString(3, one.eventName());
          insert.setString(4, one.part());
          insert.setString(5, one.currency());
          insert.setBigDecimal(6, one.eventsQuantity());
          insert.setBigDecimal(7, one.eventsCost());
          insert.setBigDecimal(8, one.eventsSales());
          insert.setBigDecimal(9, one.postedQuantity());
          insert.setBigDecimal(10, one.postedCost());
          insert.setBigDecimal(11, one.postedSales());
        });
    jdbc.sql(
            """
            UPDATE hub.reconciliation SET status = 'done', ended_at = :now, account_errors = :errors
             WHERE id = :id AND status = 'running'
            """)
        .param("id", id)
        .param("now", Timestamp.from(now))
        .param("errors", accounts.stream().filter(account -> !account.agrees()).count())
        .update();
  }

  void failed(long id, String error, Instant now) {
    jdbc.sql(
            """
            UPDATE hub.reconciliation SET status = 'failed', ended_at = :now, error = :error
             WHERE id = :id AND status = 'running'
            """)
        .param("id", id)
        .param("now", Timestamp.from(now))
        .param("error", error)
        .update();
  }

  Optional<Reconciliation> one(long id) {
    return jdbc.sql("SELECT * FROM hub.reconciliation WHERE id = :id")
        .param("id", id)
        .query(JdbcReconciliations::reconciliation)
        .optional();
  }

  List<Reconciliation> newest(long before, int limit) {
    return jdbc.sql(
            "SELECT * FROM hub.reconciliation WHERE id < :before ORDER BY id DESC LIMIT :limit")
        .param("before", before)
        .param("limit", limit)
        .query(JdbcReconciliations::reconciliation)
        .list();
  }

  /** Where the last finished one that somebody made ended. */
  Optional<Instant> lastEnd(String who) {
    return jdbc.sql(
            """
            SELECT max(window_to) AS last FROM hub.reconciliation
             WHERE status = 'done' AND created_by = :who HAVING max(window_to) IS NOT NULL
            """)
        .param("who", who)
        .query((row, number) -> row.getTimestamp(1).toInstant())
        .optional();
  }

  List<Difference> differences(long id, @Nullable Kind kind, long after, int limit) {
    return jdbc.sql(
            """
            SELECT * FROM hub.reconciliation_difference
             WHERE reconciliation_id = :id AND no > :after
               AND (:kind::text IS NULL OR kind = :kind) ORDER BY no LIMIT :limit
            """)
        .param("id", id)
        .param("after", after)
        .param("kind", kind == null ? null : kind.text())
        .param("limit", limit)
        .query(JdbcReconciliations::difference)
        .list();
  }

  List<AccountTotal> accounts(long id) {
    return jdbc.sql(
            """
            SELECT * FROM hub.reconciliation_account WHERE reconciliation_id = :id
             ORDER BY currency, account
            """)
        .param("id", id)
        .query(
            (row, number) ->
                new AccountTotal(
                    row.getString("account"),
                    row.getString("currency"),
                    row.getBigDecimal("events_debit"),
                    row.getBigDecimal("events_credit"),
                    row.getBigDecimal("ledger_debit"),
                    row.getBigDecimal("ledger_credit")))
        .list();
  }

  List<ItemTotal> items(long id, int offset, int limit) {
    return jdbc.sql(
            """
            SELECT * FROM hub.reconciliation_item WHERE reconciliation_id = :id
             ORDER BY item_number, event_name, part, currency OFFSET :offset LIMIT :limit
            """)
        .param("id", id)
        .param("offset", offset)
        .param("limit", limit)
        .query(
            (row, number) ->
                new ItemTotal(
                    row.getString("item_number"),
                    row.getString("event_name"),
                    row.getString("part"),
                    row.getString("currency"),
                    row.getBigDecimal("events_quantity"),
                    row.getBigDecimal("events_cost"),
                    row.getBigDecimal("events_sales"),
                    row.getBigDecimal("posted_quantity"),
                    row.getBigDecimal("posted_cost"),
                    row.getBigDecimal("posted_sales")))
        .list();
  }

  private static Reconciliation reconciliation(ResultSet row, int number) throws SQLException {
    Map<Kind, Long> differences = new EnumMap<>(Kind.class);
    tree(row.getString("differences"))
        .properties()
        .forEach(field -> differences.put(Kind.of(field.getKey()), field.getValue().longValue()));
    Timestamp ended = row.getTimestamp("ended_at");
    return new Reconciliation(
        row.getLong("id"),
        row.getTimestamp("window_from").toInstant(),
        row.getTimestamp("window_to").toInstant(),
        row.getString("status"),
        row.getString("created_by"),
        row.getString("reason"),
        row.getTimestamp("started_at").toInstant(),
        ended == null ? null : ended.toInstant(),
        row.getLong("events"),
        row.getLong("copies"),
        row.getLong("repeats"),
        row.getLong("journals"),
        differences,
        row.getLong("kept"),
        row.getLong("account_errors"),
        row.getString("error"));
  }

  private static Difference difference(ResultSet row, int number) throws SQLException {
    Timestamp received = row.getTimestamp("received_at");
    List<LineDifference> lines = new ArrayList<>();
    for (JsonNode line : tree(row.getString("lines"))) {
      lines.add(
          new LineDifference(
              line.path("account").asText(),
              amount(line, "postedDebit"),
              amount(line, "postedCredit"),
              amount(line, "draftedDebit"),
              amount(line, "draftedCredit")));
    }
    return new Difference(
        row.getLong("no"),
        Kind.of(row.getString("kind")),
        row.getString("transaction_id"),
        row.getObject("event_id", Long.class),
        row.getString("message_id"),
        row.getString("event_name"),
        row.getObject("event_version", Integer.class),
        received == null ? null : received.toInstant(),
        row.getObject("journal_id", Long.class),
        row.getString("currency"),
        row.getString("detail"),
        lines);
  }

  private static BigDecimal amount(JsonNode line, String field) {
    return new BigDecimal(line.path(field).asText("0"));
  }

  private static ArrayNode lines(List<LineDifference> lines) {
    ArrayNode array = JSON.arrayNode();
    for (LineDifference line : lines) {
      array
          .addObject()
          .put("account", line.account())
          .put("postedDebit", line.postedDebit().toPlainString())
          .put("postedCredit", line.postedCredit().toPlainString())
          .put("draftedDebit", line.draftedDebit().toPlainString())
          .put("draftedCredit", line.draftedCredit().toPlainString());
    }
    return array;
  }

  private static ObjectNode differences(Map<Kind, Long> counts) {
    ObjectNode json = JSON.objectNode();
    counts.forEach((kind, count) -> json.put(kind.text(), count));
    return json;
  }

  private static String text(JsonNode json) {
    return new String(StrictJson.write(json), StandardCharsets.UTF_8);
  }

  private static JsonNode tree(String json) {
    try {
      return StrictJson.parse(json);
    } catch (Rejected unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }
}
