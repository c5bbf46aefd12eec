package io.tallyline.replay;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.replay.JdbcReplays.Claim;
import io.tallyline.replay.JdbcReplays.Step;
import io.tallyline.replay.Replay.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Moves every replay on by what its rate allows. The cursor and the rows it stands for are one
 * transaction, and the cursor is only moved from where it was found: an event is put once, however
 * many hubs do this and wherever one is killed.
 */
public final class MoveReplays {
  /** Most of its rate that a replay may make up for, and most that waits to be sent, in seconds. */
  private static final int SECONDS_AHEAD = 2;

  private static final int MOST_AT_ONCE = 100;

  /** Bodies may have 4 MiB each, so a page is small. */
  private static final int PAGE = 200;

  private static final int MOST_PAGES = 50;
  private static final long MICROS = 1_000_000;

  private static final Logger log = LoggerFactory.getLogger(MoveReplays.class);

  private final String owner = UUID.randomUUID().toString();
  private final JdbcReplays rows;
  private final Events events;
  private final Resends resends;
  private final JudgeEvents judge;
  private final Audit audit;
  private final ReplayProperties properties;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final TransactionTemplate transaction;

  MoveReplays(
      DataSource store,
      Events events,
      Resends resends,
      JudgeEvents judge,
      Audit audit,
      ReplayProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    this.rows = new JdbcReplays(store);
    this.events = events;
    this.resends = resends;
    this.judge = judge;
    this.audit = audit;
    this.properties = properties;
    this.clock = clock;
    this.meters = meters;
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
  }

  /** One round; what fails is tried again in the next. */
  public void move() {
    for (Replay due : rows.due(clock.instant(), MOST_AT_ONCE)) {
      attempt(due.id(), () -> start(due));
    }
    for (long id : rows.running(MOST_AT_ONCE)) {
      attempt(id, () -> moveOn(id));
    }
  }

  private void attempt(long id, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException failed) {
      String cause = String.valueOf(failed.getMessage()).lines().findFirst().orElse("");
      log.warn(
          "RPL-011 replay {} could not be moved on and is tried again in {}: {}",
          id,
          properties.moveInterval(),
          cause);
      try {
        rows.trouble(id, "RPL-011 it could not be moved on and is tried again: " + cause);
      } catch (RuntimeException away) {
        log.debug("The hub's database is away", away);
      }
    }
  }

  private void start(Replay due) {
    EventFilter filter = judge.filter(due.queue(), due.selection());
    long upTo = events.settledUpTo().orElse(0);
    long selected = upTo == 0 ? 0 : events.count(filter, upTo, properties.eventsMost() + 1);
    Instant now = clock.instant();
    if (selected <= properties.eventsMost()) {
      rows.start(due.id(), upTo, selected, now);
      return;
    }
    end(
        due,
        Status.FAILED,
        "RPL-010 it selects more than %d events. Narrow it, or raise hub.replay.events-most."
            .formatted(properties.eventsMost()));
  }

  private void moveOn(long id) {
    Instant now = clock.instant();
    Claim claim = rows.claim(id, owner, now, now.plus(properties.lease())).orElse(null);
    if (claim == null) {
      return;
    }
    Replay replay = claim.replay();
    long waiting = resends.waiting(List.of(replay.mark())).getOrDefault(replay.mark(), 0L);
    if (!replay.exhausted()) {
      put(replay, new Budget(claim.budgetFrom(), now, replay.eventsPerSecond(), waiting));
    } else if (waiting == 0) {
      end(replay, Status.DONE, null);
    }
  }

  /** How many may be put now, and until which moment the rate is used up after that. */
  private static final class Budget {
    private final long rate;
    private Instant from;
    private long left;

    Budget(@Nullable Instant usedUntil, Instant now, long rate, long waiting) {
      Instant earliest = now.minusSeconds(SECONDS_AHEAD);
      this.rate = rate;
      this.from = usedUntil == null || usedUntil.isBefore(earliest) ? earliest : usedUntil;
      long earned = Duration.between(from, now).toNanos() / 1_000 * rate / MICROS;
      this.left = Math.max(0, Math.min(earned, SECONDS_AHEAD * rate - waiting));
    }

    Instant after(long events) {
      return from.plus(-Math.floorDiv(-events * MICROS, rate), ChronoUnit.MICROS);
    }

    void use(long events) {
      from = after(events);
      left -= events;
    }
  }

  private void put(Replay replay, Budget budget) {
    EventFilter filter = judge.filter(replay.queue(), replay.selection());
    long upTo = Objects.requireNonNull(replay.upTo());
    long cursor = replay.lastEventId();
    boolean only = replay.selection().withoutJournal();
    for (int page = 0; page < MOST_PAGES && budget.left > 0; page++) {
      int limit = only ? PAGE : (int) Math.min(PAGE, budget.left);
      List<StoredEvent> found = events.find(filter, cursor, upTo, limit);
      if (found.isEmpty()) {
        rows.exhausted(replay.id(), owner, cursor);
        return;
      }
      List<StoredEvent> chosen = only ? judge.withoutJournal(found) : found;
      int seen = found.size();
      if (chosen.size() > budget.left) {
        chosen = chosen.subList(0, (int) budget.left);
        seen = found.indexOf(chosen.get(chosen.size() - 1)) + 1;
      }
      long last = place(found.get(seen - 1));
      Instant until = budget.after(chosen.size());
      var step = new Step(cursor, last, chosen.size(), seen - chosen.size(), until);
      if (!put(replay, step, chosen)) {
        return;
      }
      budget.use(chosen.size());
      cursor = last;
    }
  }

  private boolean put(Replay replay, Step step, List<StoredEvent> chosen) {
    Boolean moved =
        transaction.execute(
            status -> {
              if (!rows.advance(replay.id(), owner, step)) {
                return false;
              }
              if (!chosen.isEmpty()) {
                resends.add(replay.queue(), replay.mark(), chosen);
              }
              return true;
            });
    if (!Boolean.TRUE.equals(moved)) {
      return false;
    }
    counter(replay.queue(), "put").increment(step.put());
    counter(replay.queue(), "skipped").increment(step.skipped());
    return true;
  }

  /** A corrected copy stands in the place of its original. */
  static long place(StoredEvent event) {
    return event.revisionOf() == null ? event.id() : event.revisionOf();
  }

  private void end(Replay replay, Status how, @Nullable String error) {
    transaction.executeWithoutResult(
        status -> {
          List<Status> from = List.of(Status.PLANNED, Status.RUNNING);
          if (rows.change(replay.id(), from, how, clock.instant(), error)) {
            audit.record(ended(replay, how, error));
          }
        });
  }

  private static Audit.Action ended(Replay replay, Status how, @Nullable String error) {
    var after = JsonNodeFactory.instance.objectNode();
    after.put("status", how.text());
    after.put("put", replay.progress().put());
    after.put("skipped", replay.progress().skipped());
    return new Audit.Action(replay.createdBy(), "end-replay", replay.mark(), error, null, after);
  }

  private Counter counter(String queue, String outcome) {
    return Counter.builder("hub.replay.events")
        .description("Stored events that replays have put in line to be sent, or left out")
        .tags("queue", queue, "outcome", outcome)
        .register(meters);
  }
}
