package io.tallyline.reconcile;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.contracts.Names;
import io.tallyline.reconcile.Reconciliation.AccountTotal;
import io.tallyline.reconcile.Reconciliation.Difference;
import io.tallyline.reconcile.Reconciliation.ItemTotal;
import io.tallyline.replay.By;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Selection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Compares windows of events and journals, one at a time, and keeps what was found. */
public final class ReconcileLedger implements AutoCloseable {
  /** Most rows that one call returns. */
  public static final int MOST = 500;

  private static final Logger log = LoggerFactory.getLogger(ReconcileLedger.class);

  private final JdbcReconciliations rows;
  private final CompareWindow.Books books;
  private final Replays replays;
  private final Audit audit;
  private final InstantSource clock;
  private final TransactionTemplate transaction;
  private final Map<Kind, AtomicLong> last = new EnumMap<>(Kind.class);
  private final ExecutorService background =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "reconcile");
            thread.setDaemon(true);
            return thread;
          });

  ReconcileLedger(
      DataSource store,
      CompareWindow.Books books,
      Replays replays,
      Audit audit,
      MeterRegistry meters) {
    this.rows = new JdbcReconciliations(store);
    this.books = books;
    this.replays = replays;
    this.audit = audit;
    this.clock = books.clock();
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    for (Kind kind : Kind.values()) {
      AtomicLong count = new AtomicLong();
      last.put(kind, count);
      Gauge.builder("hub.reconcile.differences", count, AtomicLong::get)
          .description("Differences that the last reconciliation of this hub found")
          .tag("kind", kind.text())
          .register(meters);
    }
  }

  /**
   * Compares a window and returns when that is done; a million events take minutes.
   *
   * @return the reconciliation's number
   * @throws ReconcileRefused REC-001 window; REC-002 another one runs; REC-005 it failed
   */
  public long run(Instant from, Instant to, By by) {
    long id = begin(from, to, by);
    work(id, from, to);
    return id;
  }

  /** The same in the background: its row tells how far it is. */
  public long start(Instant from, Instant to, By by) {
    long id = begin(from, to, by);
    background.execute(
        () -> {
          try {
            work(id, from, to);
          } catch (RuntimeException failed) {
            log.warn("{}", failed.getMessage());
          }
        });
    return id;
  }

  private long begin(Instant from, Instant to, By by) {
    Duration most = books.properties().windowMost();
    if (!from.isBefore(to) || Duration.between(from, to).compareTo(most) > 0) {
      throw new ReconcileRefused(
          "REC-001",
          "the window from %s to %s must be longer than 0 and at most %s. Choose another, or raise hub.reconcile.window-most."
              .formatted(from, to, most));
    }
    Instant now = clock.instant();
    Instant stale = now.minus(books.properties().staleAfter());
    return Objects.requireNonNull(
        transaction.execute(
            status -> {
              rows.forget(now.minus(books.properties().keep()));
              long id =
                  rows.begin(from, to, by, now, stale)
                      .orElseThrow(
                          () ->
                              new ReconcileRefused(
                                  "REC-002",
                                  "another reconciliation runs, and there is one at a time. Wait for its end: ./hub reconcile list."));
              ObjectNode window = JsonNodeFactory.instance.objectNode();
              window.put("from", from.toString()).put("to", to.toString());
              audit.record(
                  new Audit.Action(
                      by.who(), "run-reconciliation", subject(id), by.reason(), null, window));
              return id;
            }));
  }

  private void work(long id, Instant from, Instant to) {
    CompareWindow.Progress progress =
        (counts, found) -> {
          transaction.executeWithoutResult(
              status -> rows.progress(id, counts, found, clock.instant()));
          last.forEach((kind, count) -> count.set(counts.differences().getOrDefault(kind, 0L)));
        };
    try {
      last.values().forEach(count -> count.set(0));
      Tally tally = new CompareWindow(books, from, to, progress).compare();
      transaction.executeWithoutResult(
          status -> rows.done(id, tally.accounts(), tally.items(), clock.instant()));
    } catch (RuntimeException failed) {
      var refused =
          new ReconcileRefused(
              "REC-005",
              "reconciliation %d failed: %s. Run it again."
                  .formatted(
                      id, String.valueOf(failed.getMessage()).lines().findFirst().orElse("")));
      try {
        rows.failed(id, refused.getMessage(), clock.instant());
      } catch (RuntimeException away) {
        refused.addSuppressed(away);
      }
      refused.initCause(failed);
      throw refused;
    }
  }

  /**
   * @throws ReconcileRefused REC-003 there is none of this number
   */
  public Reconciliation one(long id) {
    return rows.one(id)
        .orElseThrow(
            () ->
                new ReconcileRefused(
                    "REC-003",
                    "there is no reconciliation %d. ./hub reconcile list shows all."
                        .formatted(id)));
  }

  /**
   * Newest first.
   *
   * @param before number of the last one of the page before; {@link Long#MAX_VALUE} for the first
   */
  public List<Reconciliation> list(long before, int limit) {
    return rows.newest(before, bounded(limit));
  }

  /**
   * What differs, in the order it was found.
   *
   * @param kind null for all
   * @param after number of the last one of the page before; 0 for the first
   */
  public List<Difference> differences(long id, @Nullable Kind kind, long after, int limit) {
    return rows.differences(id, kind, after, bounded(limit));
  }

  /** Totals of all accounts; those that do not agree among them. */
  public List<AccountTotal> accounts(long id) {
    return rows.accounts(id);
  }

  /** Totals of items, ordered by item, event, part and currency. */
  public List<ItemTotal> items(long id, int offset, int limit) {
    return rows.items(id, Math.max(0, offset), bounded(limit));
  }

  private static int bounded(int limit) {
    return Math.max(1, Math.min(limit, MOST));
  }

  /** Where the last one ended that somebody made. */
  Optional<Instant> lastEnd(String who) {
    return rows.lastEnd(who);
  }

  /**
   * @param replay its number; it begins at once
   * @param events how many missing ones it selects
   * @param left missing ones that it does not, being too many or without a message id
   */
  public record MissingReplay(long replay, long events, long left) {}

  /**
   * Plans a replay of the events that nobody has. Those that got a journal since are left out.
   *
   * @param eventsPerSecond 0 for the setting
   * @throws ReconcileRefused REC-004 it is not done, or nothing is missing
   */
  public MissingReplay replayMissing(long id, int eventsPerSecond, By by) {
    Reconciliation reconciliation = one(id);
    List<String> missing = reconciliation.isDone() ? missing(id) : List.of();
    if (missing.isEmpty()) {
      throw new ReconcileRefused(
          "REC-004",
          "reconciliation %d is %s and has no missing event, so there is nothing to replay."
              .formatted(id, reconciliation.status()));
    }
    Selection selection = Selection.ALL.withMessageIds(missing).onlyWithoutJournal();
    var request = new Replays.Request(Names.JOURNAL_QUEUE, selection, eventsPerSecond, null);
    long all = reconciliation.differences().getOrDefault(Kind.EVENT_MISSING, 0L);
    return Objects.requireNonNull(
        transaction.execute(
            status -> {
              long replay = replays.plan(request, by);
              ObjectNode after = JsonNodeFactory.instance.objectNode();
              after.put("replay", replay).put("events", missing.size());
              audit.record(
                  new Audit.Action(
                      by.who(), "replay-missing", subject(id), by.reason(), null, after));
              return new MissingReplay(replay, missing.size(), all - missing.size());
            }));
  }

  private List<String> missing(long id) {
    List<String> ids = new ArrayList<>();
    long after = 0;
    while (ids.size() < Selection.MOST_VALUES) {
      List<Difference> page = rows.differences(id, Kind.EVENT_MISSING, after, MOST);
      page.stream().map(Difference::messageId).filter(Objects::nonNull).forEach(ids::add);
      if (page.size() < MOST) {
        break;
      }
      after = page.get(page.size() - 1).no();
    }
    return ids.subList(0, Math.min(ids.size(), Selection.MOST_VALUES));
  }

  private static String subject(long id) {
    return "reconciliation:" + id;
  }

  @Override
  public void close() {
    background.shutdownNow();
  }
}
