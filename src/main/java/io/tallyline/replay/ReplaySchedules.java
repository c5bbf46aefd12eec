package io.tallyline.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.audit.Audit;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Replays that come again by a cron expression; one run of a schedule at a time. */
public final class ReplaySchedules implements OnSchedule {
  private static final String KIND = "replay";
  private static final int TICKS_SHOWN = 5;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
  private static final String SUBJECT = "replay-schedule:";

  private static final Logger log = LoggerFactory.getLogger(ReplaySchedules.class);

  private final JdbcClient jdbc;
  private final Replays replays;
  private final Schedules schedules;
  private final Audit audit;
  private final InstantSource clock;
  private final TransactionTemplate transaction;

  public ReplaySchedules(
      DataSource store, Replays replays, Schedules schedules, Audit audit, InstantSource clock) {
    this.jdbc = JdbcClient.create(store);
    this.replays = replays;
    this.schedules = schedules;
    this.audit = audit;
    this.clock = clock;
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
  }

  /**
   * @param nextTicks the next few; empty while it is paused
   */
  public record Schedule(
      String name,
      String cron,
      ZoneId zone,
      String queue,
      Selection selection,
      int eventsPerSecond,
      boolean paused,
      String createdBy,
      String reason,
      Instant createdAt,
      List<Instant> nextTicks) {}

  /**
   * Makes a schedule.
   *
   * @param name lower case, digits and hyphens
   * @param cron as Quartz has it: second minute hour day-of-month month day-of-week
   * @param request without a start of its own
   * @throws ReplayRefused RPL-001, RPL-003 as {@link Replays#plan}; RPL-004 expression; RPL-008
   *     name
   */
  public Schedule create(String name, String cron, ZoneId zone, Replays.Request request, By by) {
    if (!NAME.matcher(name).matches()) {
      throw new ReplayRefused(
          "RPL-008",
          "'%s' is no name of a schedule; it has lower-case letters, digits and hyphens, at most 63."
              .formatted(name));
    }
    String queue = replays.allowed(request.queue());
    int rate = replays.rate(request.eventsPerSecond());
    transaction.executeWithoutResult(
        status -> {
          insert(name, cron.strip(), zone, queue, request.selection(), rate, by);
          schedules.put(KIND, name, cron.strip(), zone);
          ObjectNode after = JsonNodeFactory.instance.objectNode();
          after.put("cron", cron.strip()).put("zone", zone.getId()).put("queue", queue);
          after.put("eventsPerSecond", rate).set("selection", request.selection().toJson());
          record(by, "create-replay-schedule", name, after);
        });
    return one(name);
  }

  private void insert(
      String name, String cron, ZoneId zone, String queue, Selection selection, int rate, By by) {
    int added =
        jdbc.sql(
                """
                INSERT INTO hub.replay_schedule (name, cron, zone, queue, selection,
                                                 events_per_second, created_by, reason, created_at)
                VALUES (:name, :cron, :zone, :queue, :selection::jsonb, :rate, :who, :reason, :now)
                ON CONFLICT DO NOTHING
                """)
            .param("name", name)
            .param("cron", cron)
            .param("zone", zone.getId())
            .param("queue", queue)
            .param("selection", JdbcReplays.text(selection))
            .param("rate", rate)
            .param("who", by.who())
            .param("reason", by.reason())
            .param("now", Timestamp.from(clock.instant()))
            .update();
    if (added == 0) {
      throw new ReplayRefused(
          "RPL-008",
          "there is a schedule %s already. Delete it first, or choose another name."
              .formatted(name));
    }
  }

  /** No further runs until it is resumed; a run that has begun goes on. */
  public void pause(String name, By by) {
    pause(name, true, by);
  }

  public void resume(String name, By by) {
    pause(name, false, by);
  }

  private void pause(String name, boolean paused, By by) {
    transaction.executeWithoutResult(
        status -> {
          changed(
              name,
              jdbc.sql("UPDATE hub.replay_schedule SET paused = :paused WHERE name = :name")
                  .param("paused", paused)
                  .param("name", name)
                  .update());
          if (paused) {
            schedules.pause(KIND, name);
          } else {
            schedules.resume(KIND, name);
          }
          ObjectNode after = JsonNodeFactory.instance.objectNode().put("paused", paused);
          record(by, (paused ? "pause" : "resume") + "-replay-schedule", name, after);
        });
  }

  /** Ends it; its runs stay listed, and one that has begun goes on. */
  public void delete(String name, By by) {
    transaction.executeWithoutResult(
        status -> {
          changed(
              name,
              jdbc.sql("DELETE FROM hub.replay_schedule WHERE name = :name")
                  .param("name", name)
                  .update());
          schedules.remove(KIND, name);
          record(by, "delete-replay-schedule", name, null);
        });
  }

  private static void changed(String name, int rows) {
    if (rows == 0) {
      throw unknown(name);
    }
  }

  private void record(By by, String action, String name, @Nullable ObjectNode after) {
    audit.record(new Audit.Action(by.who(), action, SUBJECT + name, by.reason(), null, after));
  }

  public List<Schedule> list() {
    return jdbc.sql("SELECT * FROM hub.replay_schedule ORDER BY name").query(this::schedule).list();
  }

  /**
   * @throws ReplayRefused RPL-006 there is none of this name
   */
  public Schedule one(String name) {
    return find(name).orElseThrow(() -> unknown(name));
  }

  private Optional<Schedule> find(String name) {
    return jdbc.sql("SELECT * FROM hub.replay_schedule WHERE name = :name")
        .param("name", name)
        .query(this::schedule)
        .optional();
  }

  private Schedule schedule(ResultSet row, int number) throws SQLException {
    String cron = row.getString("cron");
    ZoneId zone = ZoneId.of(row.getString("zone"));
    boolean paused = row.getBoolean("paused");
    return new Schedule(
        row.getString("name"),
        cron,
        zone,
        row.getString("queue"),
        JdbcReplays.selection(row.getString("selection")),
        row.getInt("events_per_second"),
        paused,
        row.getString("created_by"),
        row.getString("reason"),
        row.getTimestamp("created_at").toInstant(),
        paused ? List.of() : Schedules.ticks(cron, zone, clock.instant(), TICKS_SHOWN));
  }

  private static ReplayRefused unknown(String name) {
    return new ReplayRefused(
        "RPL-006",
        "there is no replay schedule %s. ./hub replays schedule list shows all.".formatted(name));
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public void run(String name, Instant tick) {
    Schedule schedule = find(name).orElse(null);
    if (schedule == null || schedule.paused()) {
      return;
    }
    Optional<Long> made =
        replays.fired(
            new JdbcReplays.Plan(
                name,
                tick,
                schedule.queue(),
                schedule.selection().asOf(tick),
                schedule.eventsPerSecond(),
                tick,
                new By("schedule:" + name, schedule.reason())));
    if (made.isEmpty()) {
      log.warn(
          "RPL-013 schedule {} makes no replay for its tick of {}: its run before is not over",
          name,
          tick);
    }
  }
}
