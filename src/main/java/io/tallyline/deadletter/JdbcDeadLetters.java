package io.tallyline.deadletter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of dead letters; takes part in the transaction of the caller. */
final class JdbcDeadLetters {
  /** Numbers as they were written. */
  static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  private static final String COLUMNS =
      """
      d.id, d.dead_queue, d.queue, d.routing_key, d.name, d.message_id, d.correlation_id,
      d.aggregate_id, d.reason, d.code, d.error, d.attempts, d.properties, d.headers,
      d.first_failed_at, d.last_failed_at, d.taken_at, d.of_dead_letter, d.status, d.changed_at,
      d.undo_until
      """;

  /** The newest edited copy that nobody refused, else the message as it was received. */
  private static final String LATEST_BODY =
      """
      coalesce((SELECT r.body FROM hub.dead_letter_revision r
                 WHERE r.dead_letter_id = d.id AND NOT EXISTS
                       (SELECT FROM hub.approval a WHERE a.revision_id = r.id
                           AND a.status IN ('REJECTED', 'EXPIRED'))
                 ORDER BY r.id DESC LIMIT 1), d.body)
      """;

  private final JdbcClient jdbc;

  JdbcDeadLetters(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  /** One, with the body that a retry would send. */
  record WithBody(DeadLetter letter, byte[] body) {}

  /** A filter as SQL. */
  private record Condition(String sql, Map<String, Object> parameters) {
    static Condition of(DeadLetterFilter filter) {
      List<String> conditions = new ArrayList<>(List.of("true"));
      Map<String, Object> values = new LinkedHashMap<>();
      if (!filter.statuses().isEmpty()) {
        conditions.add("d.status = ANY (:statuses)");
        values.put("statuses", filter.statuses().stream().map(Enum::name).toArray(String[]::new));
      }
      equal(conditions, values, "queue", filter.queue());
      equal(conditions, values, "reason", filter.reason());
      equal(conditions, values, "code", filter.code());
      equal(conditions, values, "name", filter.name());
      if (filter.from() != null) {
        conditions.add("d.last_failed_at >= :from");
        values.put("from", filter.from().atOffset(ZoneOffset.UTC));
      }
      if (filter.to() != null) {
        conditions.add("d.last_failed_at < :to");
        values.put("to", filter.to().atOffset(ZoneOffset.UTC));
      }
      if (filter.text() != null && !filter.text().isEmpty()) {
        conditions.add(
            "(:text IN (d.message_id, d.correlation_id, d.aggregate_id)"
                + " OR strpos(d.error, :text) > 0 OR position(:bytes IN d.body) > 0)");
        values.put("text", filter.text());
        values.put("bytes", filter.text().getBytes(StandardCharsets.UTF_8));
      }
      return new Condition(String.join(" AND ", conditions), values);
    }

    private static void equal(
        List<String> conditions, Map<String, Object> values, String column, @Nullable String to) {
      if (to != null) {
        conditions.add("d." + column + " = :" + column);
        values.put(column, to);
      }
    }
  }

  List<DeadLetter> newest(DeadLetterFilter filter, long before, int limit) {
    Condition condition = Condition.of(filter);
    return jdbc.sql(
            "SELECT "
                + COLUMNS
                + " FROM hub.dead_letter d WHERE d.id < :before AND "
                + condition.sql()
                + " ORDER BY d.id DESC LIMIT :limit")
        .params(condition.parameters())
        .param("before", before)
        .param("limit", limit)
        .query(JdbcDeadLetters::letter)
        .list();
  }

  List<DeadLetter> about(Collection<String> ids, int limit) {
    String[] wanted = ids.toArray(String[]::new);
    return jdbc.sql(
            "SELECT "
                + COLUMNS
                + " FROM hub.dead_letter d WHERE d.message_id = ANY (?) OR d.aggregate_id = ANY (?)"
                + " ORDER BY d.id LIMIT ?")
        .params(wanted, wanted, limit)
        .query(JdbcDeadLetters::letter)
        .list();
  }

  List<Long> ids(DeadLetterFilter filter, int limit) {
    Condition condition = Condition.of(filter);
    return jdbc.sql(
            "SELECT d.id FROM hub.dead_letter d WHERE "
                + condition.sql()
                + " ORDER BY d.id LIMIT :limit")
        .params(condition.parameters())
        .param("limit", limit)
        .query(Long.class)
        .list();
  }

  List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
    Condition condition = Condition.of(filter);
    return jdbc.sql(
            "SELECT d.queue, d.reason, d.code, d.name, count(*) AS letters,"
                + " min(d.first_failed_at) AS first, max(d.last_failed_at) AS last"
                + " FROM hub.dead_letter d WHERE "
                + condition.sql()
                + " GROUP BY d.queue, d.reason, d.code, d.name"
                + " ORDER BY letters DESC, d.queue, d.reason, d.code, d.name LIMIT :limit")
        .params(condition.parameters())
        .param("limit", limit)
        .query(
            (row, index) ->
                new DeadLetterGroup(
                    row.getString("queue"),
                    row.getString("reason"),
                    row.getString("code"),
                    row.getString("name"),
                    row.getLong("letters"),
                    instant(row, "first"),
                    instant(row, "last")))
        .list();
  }

  Optional<DeadLetter> one(long id) {
    return jdbc.sql("SELECT " + COLUMNS + " FROM hub.dead_letter d WHERE d.id = ?")
        .param(id)
        .query(JdbcDeadLetters::letter)
        .optional();
  }

  byte[] originalBody(long id) {
    return jdbc.sql("SELECT body FROM hub.dead_letter WHERE id = ?")
        .param(id)
        .query(byte[].class)
        .single();
  }

  /** Locks it for the transaction, so that two people do not do two things with it. */
  DeadLetter lock(long id) {
    jdbc.sql("SELECT id FROM hub.dead_letter WHERE id = ? FOR UPDATE")
        .param(id)
        .query(Long.class)
        .optional()
        .orElseThrow(() -> DeskRefused.unknown("dead letter", id));
    return one(id).orElseThrow();
  }

  /** Those of the ids that are there, in the order of their ids. */
  List<WithBody> withBodies(Collection<Long> ids) {
    return jdbc.sql(
            "SELECT "
                + COLUMNS
                + ", "
                + LATEST_BODY
                + " AS latest FROM hub.dead_letter d WHERE d.id = ANY (?) ORDER BY d.id")
        .param(ids.toArray(Long[]::new))
        .query((row, index) -> new WithBody(letter(row, index), row.getBytes("latest")))
        .list();
  }

  /** The retried ones, a page at a time. */
  List<WithBody> retrying(long after, int limit) {
    List<Long> ids =
        jdbc.sql(
                "SELECT id FROM hub.dead_letter WHERE status = 'RETRYING' AND id > ? ORDER BY id LIMIT ?")
            .params(after, limit)
            .query(Long.class)
            .list();
    return withBodies(ids);
  }

  /** Every failure of the same message, oldest first. */
  List<DeadLetter> failures(DeadLetter letter, int limit) {
    long first = letter.ofDeadLetter() == null ? letter.id() : letter.ofDeadLetter();
    return jdbc.sql(
            "SELECT "
                + COLUMNS
                + " FROM hub.dead_letter d WHERE d.id = ? OR d.of_dead_letter = ? ORDER BY d.id LIMIT ?")
        .params(first, first, limit)
        .query(JdbcDeadLetters::letter)
        .list();
  }

  List<Revision> revisions(long id, int limit) {
    return jdbc.sql(
            "SELECT * FROM hub.dead_letter_revision WHERE dead_letter_id = ? ORDER BY id LIMIT ?")
        .params(id, limit)
        .query(
            (row, index) ->
                new Revision(
                    row.getLong("id"),
                    row.getBytes("body"),
                    json(row.getString("diff")),
                    row.getString("made_by"),
                    instant(row, "made_at")))
        .list();
  }

  long revise(long id, byte[] body, JsonNode diff, String who, Instant now) {
    return jdbc.sql(
            "INSERT INTO hub.dead_letter_revision (dead_letter_id, body, diff, made_by, made_at)"
                + " VALUES (?, ?, ?::jsonb, ?, ?) RETURNING id")
        .params(id, body, diff.toString(), who, now.atOffset(ZoneOffset.UTC))
        .query(Long.class)
        .single();
  }

  /**
   * @return how many were in the state before
   */
  int change(
      Collection<Long> ids,
      DeadLetterStatus from,
      DeadLetterStatus to,
      Instant now,
      @Nullable Instant undoUntil) {
    return jdbc.sql(
            "UPDATE hub.dead_letter SET status = ?, changed_at = ?, undo_until = ?"
                + " WHERE id = ANY (?) AND status = ?")
        .params(
            to.name(),
            now.atOffset(ZoneOffset.UTC),
            undoUntil == null ? null : undoUntil.atOffset(ZoneOffset.UTC),
            ids.toArray(Long[]::new),
            from.name())
        .update();
  }

  /** Open ones by queue and reason. */
  List<DeadLetterGroup> open() {
    return groups(DeadLetterFilter.OPEN, 1_000);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static @Nullable Instant maybe(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("PostgreSQL gave something that is no JSON", impossible);
    }
  }

  private static DeadLetter letter(ResultSet row, int index) throws SQLException {
    return new DeadLetter(
        row.getLong("id"),
        row.getString("dead_queue"),
        row.getString("queue"),
        row.getString("routing_key"),
        row.getString("name"),
        row.getString("message_id"),
        row.getString("correlation_id"),
        row.getString("aggregate_id"),
        row.getString("reason"),
        row.getString("code"),
        row.getString("error"),
        row.getInt("attempts"),
        json(row.getString("properties")),
        json(row.getString("headers")),
        instant(row, "first_failed_at"),
        instant(row, "last_failed_at"),
        instant(row, "taken_at"),
        row.getObject("of_dead_letter", Long.class),
        DeadLetterStatus.valueOf(row.getString("status")),
        instant(row, "changed_at"),
        maybe(row, "undo_until"));
  }
}
