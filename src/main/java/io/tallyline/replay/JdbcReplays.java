package io.tallyline.replay;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.StrictJson;
import io.tallyline.replay.Replay.Progress;
import io.tallyline.replay.Replay.Status;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The rows of replays. Every change names the state it expects, so that of two only one happens.
 */
final class JdbcReplays {
  private final JdbcClient jdbc;

  JdbcReplays(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  /** What a replay is made of. */
  record Plan(
      @Nullable String schedule,
      @Nullable Instant firedFor,
      String queue,
      Selection selection,
      int eventsPerSecond,
      Instant startAt,
      By by) {}

  /** A replay that this worker may move until its lease ends. */
  record Claim(Replay replay, @Nullable Instant budgetFrom) {}

  /** How far a replay was moved. */
  record Step(long from, long to, long put, long skipped, Instant budgetFrom) {}

  /**
   * @return empty if the schedule has an active run, or had one for this tick
   */
  Optional<Long> add(Plan plan, Instant now) {
    return jdbc.sql(
            """
            INSERT INTO hub.replay (schedule, fired_for, queue, selection, events_per_second, start_at,
                                    created_by, reason, created_at)
            VALUES (:schedule, :fired::timestamptz, :queue, :selection::jsonb, :rate, :start, :who, :reason, :now)
            ON CONFLICT DO NOTHING RETURNING id
            """)
        .param("schedule", plan.schedule())
        .param("fired", plan.firedFor() == null ? null : plan.firedFor().toString())
        .param("queue", plan.queue())
        .param("selection", text(plan.selection()))
        .param("rate", plan.eventsPerSecond())
        .param("start", Timestamp.from(plan.startAt()))
        .param("who", plan.by().who())
        .param("reason", plan.by().reason())
        .param("now", Timestamp.from(now))
        .query(Long.class)
        .optional();
  }

  Optional<Replay> one(long id) {
    return jdbc.sql("SELECT * FROM hub.replay WHERE id = :id")
        .param("id", id)
        .query(JdbcReplays::replay)
        .optional();
  }

  /** The same, kept from changing until the transaction ends. */
  Optional<Replay> locked(long id) {
    return jdbc.sql("SELECT * FROM hub.replay WHERE id = :id FOR UPDATE")
        .param("id", id)
        .query(JdbcReplays::replay)
        .optional();
  }

  /** Newest first. */
  List<Replay> newest(@Nullable Status status, @Nullable String schedule, long before, int limit) {
    return jdbc.sql(
            """
            SELECT * FROM hub.replay
             WHERE id < :before AND (:status::text IS NULL OR status = :status)
               AND (:schedule::text IS NULL OR schedule = :schedule)
             ORDER BY id DESC LIMIT :limit
            """)
        .param("before", before)
        .param("status", status == null ? null : status.text())
        .param("schedule", schedule)
        .param("limit", limit)
        .query(JdbcReplays::replay)
        .list();
  }

  List<Replay> due(Instant now, int limit) {
    return jdbc.sql(
            """
            SELECT * FROM hub.replay WHERE status = 'planned' AND start_at <= :now
             ORDER BY id LIMIT :limit
            """)
        .param("now", Timestamp.from(now))
        .param("limit", limit)
        .query(JdbcReplays::replay)
        .list();
  }

  List<Long> running(int limit) {
    return jdbc.sql("SELECT id FROM hub.replay WHERE status = 'running' ORDER BY id LIMIT :limit")
        .param("limit", limit)
        .query(Long.class)
        .list();
  }

  boolean start(long id, long upTo, long selected, Instant now) {
    return jdbc.sql(
                """
                UPDATE hub.replay SET status = 'running', up_to = :upTo, selected = :selected,
                       started_at = :now, budget_from = :now
                 WHERE id = :id AND status = 'planned'
                """)
            .param("id", id)
            .param("upTo", upTo)
            .param("selected", selected)
            .param("now", Timestamp.from(now))
            .update()
        == 1;
  }

  /** Takes a running replay, or keeps it; empty while another worker has it. */
  Optional<Claim> claim(long id, String owner, Instant now, Instant until) {
    return jdbc.sql(
            """
            UPDATE hub.replay SET lease_owner = :owner, lease_until = :until
             WHERE id = :id AND status = 'running'
               AND (lease_owner IS NULL OR lease_owner = :owner OR lease_until <= :now)
            RETURNING *
            """)
        .param("id", id)
        .param("owner", owner)
        .param("now", Timestamp.from(now))
        .param("until", Timestamp.from(until))
        .query(
            (row, number) ->
                new Claim(replay(row, number), instant(row.getTimestamp("budget_from"))))
        .optional();
  }

  /** Moves the cursor if nobody else has, and the replay still runs. */
  boolean advance(long id, String owner, Step step) {
    return jdbc.sql(
                """
                UPDATE hub.replay SET last_event_id = :to, put = put + :put,
                       skipped = skipped + :skipped, budget_from = :budget, error = NULL
                 WHERE id = :id AND status = 'running' AND lease_owner = :owner
                   AND last_event_id = :from
                """)
            .param("id", id)
            .param("owner", owner)
            .param("from", step.from())
            .param("to", step.to())
            .param("put", step.put())
            .param("skipped", step.skipped())
            .param("budget", Timestamp.from(step.budgetFrom()))
            .update()
        == 1;
  }

  void exhausted(long id, String owner, long lastEventId) {
    jdbc.sql(
            """
            UPDATE hub.replay SET exhausted = true
             WHERE id = :id AND status = 'running' AND lease_owner = :owner
               AND last_event_id = :last
            """)
        .param("id", id)
        .param("owner", owner)
        .param("last", lastEventId)
        .update();
  }

  void trouble(long id, String error) {
    jdbc.sql(
            "UPDATE hub.replay SET error = :error WHERE id = :id AND status IN ('planned', 'running')")
        .param("id", id)
        .param("error", error)
        .update();
  }

  /** From one of some states to another. */
  boolean change(long id, List<Status> from, Status to, Instant now, @Nullable String error) {
    return jdbc.sql(
                """
                UPDATE hub.replay SET status = :to, lease_owner = NULL, lease_until = NULL,
                       error = :error, budget_from = :now,
                       ended_at = CASE WHEN :over THEN :now::timestamptz END
                 WHERE id = :id AND status = ANY (:from)
                """)
            .param("id", id)
            .param("to", to.text())
            .param("error", error)
            .param("over", to.isOver())
            .param("now", Timestamp.from(now))
            .param("from", from.stream().map(Status::text).toArray(String[]::new))
            .update()
        == 1;
  }

  void withdrawn(long id, int count) {
    jdbc.sql("UPDATE hub.replay SET withdrawn = :count WHERE id = :id")
        .param("id", id)
        .param("count", count)
        .update();
  }

  static String text(Selection selection) {
    return new String(StrictJson.write(selection.toJson()), StandardCharsets.UTF_8);
  }

  static Selection selection(String json) {
    return Selection.of(tree(json));
  }

  private static JsonNode tree(String json) {
    try {
      return StrictJson.parse(json);
    } catch (Rejected unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  private static Replay replay(ResultSet row, int number) throws SQLException {
    return new Replay(
        row.getLong("id"),
        row.getString("schedule"),
        row.getString("queue"),
        selection(row.getString("selection")),
        row.getInt("events_per_second"),
        Status.of(row.getString("status")),
        row.getTimestamp("start_at").toInstant(),
        row.getString("created_by"),
        row.getString("reason"),
        row.getTimestamp("created_at").toInstant(),
        instant(row.getTimestamp("started_at")),
        instant(row.getTimestamp("ended_at")),
        row.getObject("up_to", Long.class),
        row.getLong("last_event_id"),
        row.getBoolean("exhausted"),
        new Progress(
            row.getLong("selected"),
            row.getLong("put"),
            row.getLong("skipped"),
            0,
            row.getLong("withdrawn"),
            null),
        row.getString("error"));
  }

  static @Nullable Instant instant(@Nullable Timestamp timestamp) {
    return timestamp == null ? null : timestamp.toInstant();
  }
}
