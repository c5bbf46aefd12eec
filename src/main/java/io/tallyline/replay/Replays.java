package io.tallyline.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.audit.Audit;
import io.tallyline.eventstore.Resends;
import io.tallyline.replay.Replay.Progress;
import io.tallyline.replay.Replay.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * What people do with replays. Each action and its entry in the audit are one transaction; what was
 * planned is then moved by {@link MoveReplays}, in whichever hub.
 */
public final class Replays {
  /** Most replays that one call lists. */
  public static final int MOST = 200;

  private final JdbcReplays rows;
  private final Resends resends;
  private final Audit audit;
  private final ReplayProperties properties;
  private final InstantSource clock;
  private final TransactionTemplate transaction;

  public Replays(
      DataSource store,
      Resends resends,
      Audit audit,
      ReplayProperties properties,
      InstantSource clock) {
    this.rows = new JdbcReplays(store);
    this.resends = resends;
    this.audit = audit;
    this.properties = properties;
    this.clock = clock;
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
  }

  /**
   * What somebody wants.
   *
   * @param queue one of the setting hub.replay.consumers
   * @param eventsPerSecond 0 for the setting hub.replay.events-per-second
   * @param startAt null for now
   */
  public record Request(
      String queue, Selection selection, int eventsPerSecond, @Nullable Instant startAt) {}

  /**
   * Plans a replay, once.
   *
   * @return its number
   * @throws ReplayRefused RPL-001 the queue is not allowed; RPL-003 the rate is not
   */
  public long plan(Request request, By by) {
    String queue = allowed(request.queue());
    int rate = rate(request.eventsPerSecond());
    Instant now = clock.instant();
    Instant start = request.startAt() == null ? now : request.startAt();
    var plan =
        new JdbcReplays.Plan(null, null, queue, request.selection().asOf(start), rate, start, by);
    return inTransaction(() -> recorded(rows.add(plan, now).orElseThrow(), plan));
  }

  /** A schedule's tick; empty if its run before is not over, or another hub was first. */
  Optional<Long> fired(JdbcReplays.Plan plan) {
    return inTransaction(
        () -> rows.add(plan, clock.instant()).map(replay -> recorded(replay, plan)));
  }

  private long recorded(long id, JdbcReplays.Plan plan) {
    ObjectNode after = JsonNodeFactory.instance.objectNode();
    after.put("queue", plan.queue());
    after.put("eventsPerSecond", plan.eventsPerSecond());
    after.put("startAt", plan.startAt().toString());
    after.set("selection", plan.selection().toJson());
    audit.record(
        new Audit.Action(
            plan.by().who(), "plan-replay", "replay:" + id, plan.by().reason(), null, after));
    return id;
  }

  /** At most two seconds' worth of messages, which are in line already, still go out. */
  public void pause(long id, By by) {
    change(id, List.of(Status.RUNNING), Status.PAUSED, "pause-replay", by);
  }

  public void resume(long id, By by) {
    change(id, List.of(Status.PAUSED), Status.RUNNING, "resume-replay", by);
  }

  /** Takes back what is in line, and ends it. */
  public void cancel(long id, By by) {
    change(
        id,
        List.of(Status.PLANNED, Status.RUNNING, Status.PAUSED),
        Status.CANCELLED,
        "cancel-replay",
        by);
  }

  private void change(long id, List<Status> from, Status to, String action, By by) {
    inTransaction(
        () -> {
          Replay was = rows.locked(id).orElseThrow(() -> unknown(id));
          if (!from.contains(was.status())) {
            throw new ReplayRefused(
                "RPL-007",
                "replay %d is %s; this is possible only while it is %s. Look at it again: ./hub replays show %d."
                    .formatted(
                        id,
                        was.status().text(),
                        String.join(" or ", from.stream().map(Status::text).toList()),
                        id));
          }
          rows.change(id, from, to, clock.instant(), null);
          ObjectNode after = state(to);
          if (to == Status.CANCELLED) {
            int withdrawn = resends.withdraw(was.mark());
            rows.withdrawn(id, withdrawn);
            after.put("withdrawn", withdrawn);
          }
          audit.record(
              new Audit.Action(
                  by.who(), action, was.mark(), by.reason(), state(was.status()), after));
          return id;
        });
  }

  private static ObjectNode state(Status status) {
    return JsonNodeFactory.instance.objectNode().put("status", status.text());
  }

  /**
   * One with its progress.
   *
   * @throws ReplayRefused RPL-006 there is none with this number
   */
  public Replay one(long id) {
    return withProgress(List.of(rows.one(id).orElseThrow(() -> unknown(id)))).get(0);
  }

  /**
   * Newest first, with their progress.
   *
   * @param status null for all
   * @param schedule null for all
   * @param before number of the last one of the page before; {@link Long#MAX_VALUE} for the first
   * @param limit 1 to {@link #MOST}
   */
  public List<Replay> list(
      @Nullable Status status, @Nullable String schedule, long before, int limit) {
    return withProgress(rows.newest(status, schedule, before, Math.max(1, Math.min(limit, MOST))));
  }

  /** Queues that a replay may name. */
  public List<String> consumers() {
    return properties.consumers();
  }

  private List<Replay> withProgress(List<Replay> replays) {
    List<String> active =
        replays.stream().filter(replay -> !replay.status().isOver()).map(Replay::mark).toList();
    Map<String, Long> waiting = active.isEmpty() ? Map.of() : resends.waiting(active);
    return replays.stream()
        .map(replay -> replay.with(progress(replay, waiting.getOrDefault(replay.mark(), 0L))))
        .toList();
  }

  private Progress progress(Replay replay, long waiting) {
    Progress kept = replay.progress();
    var now =
        new Progress(kept.selected(), kept.put(), kept.skipped(), waiting, kept.withdrawn(), null);
    if (replay.status() != Status.RUNNING) {
      return now;
    }
    long millis = Math.multiplyExact(now.remaining(), 1_000L) / replay.eventsPerSecond();
    return new Progress(
        kept.selected(),
        kept.put(),
        kept.skipped(),
        waiting,
        kept.withdrawn(),
        clock.instant().plus(Duration.ofMillis(millis)));
  }

  String allowed(String queue) {
    if (!properties.consumers().contains(queue)) {
      throw new ReplayRefused(
          "RPL-001",
          "nothing is replayed to '%s'; allowed are %s. Choose one, or add it to hub.replay.consumers."
              .formatted(queue, properties.consumers()));
    }
    return queue;
  }

  int rate(int eventsPerSecond) {
    int rate = eventsPerSecond == 0 ? properties.eventsPerSecond() : eventsPerSecond;
    if (rate < 1 || rate > properties.eventsPerSecondMost()) {
      throw new ReplayRefused(
          "RPL-003",
          "a rate of %d events per second is not possible; 1 to %d are. Choose another, or raise hub.replay.events-per-second-most."
              .formatted(rate, properties.eventsPerSecondMost()));
    }
    return rate;
  }

  private static ReplayRefused unknown(long id) {
    return new ReplayRefused(
        "RPL-006", "there is no replay %d. ./hub replays list shows all.".formatted(id));
  }

  private <T> T inTransaction(java.util.function.Supplier<T> action) {
    return java.util.Objects.requireNonNull(transaction.execute(status -> action.get()));
  }
}
