package io.tallyline.deadletter;

import io.tallyline.deadletter.DeskRefused.Kind;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Retrying a selection or a group: first a plan that says how many and what value, then a start, to
 * which a second person may have to agree. {@link RunBulkRetries} sends.
 */
public final class BulkRetries {
  private final JdbcBulkRetries bulks;
  private final JdbcDeadLetters letters;
  private final JdbcApprovals approvals;
  private final PreviewRetries previews;
  private final DeskTransactions transactions;
  private final DeadLetterProperties properties;
  private final InstantSource clock;

  BulkRetries(
      JdbcBulkRetries bulks,
      JdbcDeadLetters letters,
      JdbcApprovals approvals,
      PreviewRetries previews,
      DeskTransactions transactions,
      DeadLetterProperties properties,
      InstantSource clock) {
    this.bulks = bulks;
    this.letters = letters;
    this.approvals = approvals;
    this.previews = previews;
    this.transactions = transactions;
    this.properties = properties;
    this.clock = clock;
  }

  /**
   * @param approval number of the approval that it waits for; null if it runs
   */
  public record Started(BulkRetry bulk, RetryValue value, @Nullable Long approval) {}

  /** Works out what a retry of a group would do; nothing is sent. */
  public BulkRetry plan(DeadLetterFilter filter, String who, String reason) {
    return plan(letters.ids(filter, properties.bulkMost() + 1), who, reason);
  }

  /**
   * Works out what a retry of a selection would do; nothing is sent.
   *
   * @throws DeskRefused DLQ-016 if there are none or too many
   */
  public BulkRetry plan(List<Long> ids, String who, String reason) {
    List<Long> distinct = ids.stream().distinct().sorted().toList();
    if (distinct.isEmpty() || distinct.size() > properties.bulkMost()) {
      throw new DeskRefused(
          Kind.INVALID,
          "DLQ-016",
          "a bulk retry has 1 to %d dead letters (hub.dead-letters.bulk-most), and here are %s. Select others."
              .formatted(properties.bulkMost(), distinct.isEmpty() ? "none" : "more than that"));
    }
    RetryValue value = previews.of(distinct);
    return transactions.act(
        who,
        reason,
        () -> {
          long id = bulks.plan(distinct, who, reason, value, clock.instant());
          BulkRetry bulk = one(id);
          transactions.record(who, "plan-bulk-retry", bulk.subject(), reason, null, value.json());
          return bulk;
        });
  }

  /**
   * Starts it, or asks a second person first. The value is worked out again: a mapping may have
   * changed since the plan.
   */
  public Started start(long id, String who, String reason) {
    RetryValue value = previews.of(bulks.ids(id));
    return transactions.act(
        who,
        reason,
        () -> {
          BulkRetry bulk = bulks.lock(id);
          boolean asks = needsApproval(value);
          BulkRetry.Status to = asks ? BulkRetry.Status.WAITING_APPROVAL : BulkRetry.Status.CANARY;
          move(bulk, BulkRetry.Status.PLANNED, to, null);
          bulks.revalue(id, value);
          Instant now = clock.instant();
          Long approval = null;
          if (asks) {
            Instant expires = now.plus(properties.approvalWithin());
            approval = approvals.ask(null, null, id, who, reason, now, expires);
          }
          transactions.record(
              who,
              "start-bulk-retry",
              bulk.subject(),
              reason,
              DeskTransactions.status(BulkRetry.Status.PLANNED),
              DeskTransactions.status(to).set("value", value.json()));
          return new Started(one(id), value, approval);
        });
  }

  /** A sum that a bound cut may be more than it looks, so it needs a second person too. */
  private boolean needsApproval(RetryValue value) {
    BigDecimal most = properties.approvalAbove();
    return value.isCut()
        || value.debits().values().stream().anyMatch(sum -> sum.compareTo(most) > 0);
  }

  /** Sends no more; what was sent goes its way. */
  public void stop(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          BulkRetry bulk = bulks.lock(id);
          if (bulk.status() != BulkRetry.Status.CANARY
              && bulk.status() != BulkRetry.Status.RUNNING) {
            throw wrongState(bulk, "CANARY or RUNNING");
          }
          bulks.end(id, BulkRetry.Status.STOPPED, "stopped by " + who, clock.instant());
          transactions.record(
              who,
              "stop-bulk-retry",
              bulk.subject(),
              reason,
              DeskTransactions.status(bulk.status()),
              DeskTransactions.status(BulkRetry.Status.STOPPED));
          return id;
        });
  }

  /**
   * @throws DeskRefused DLQ-010 if there is none
   */
  public BulkRetry one(long id) {
    return bulks.one(id).orElseThrow(() -> DeskRefused.unknown("bulk retry", id));
  }

  /** Those that sent any of these dead letters, as the audit names them. */
  public List<String> thatSent(Collection<Long> letters) {
    return bulks.thatSent(letters, DeadLetterDesk.MOST).stream().map(BulkRetry::subject).toList();
  }

  /** The newest first; {@code before} is exclusive. */
  public List<BulkRetry> list(long before, int limit) {
    return bulks.newest(before, Math.max(1, Math.min(limit, DeadLetterDesk.MOST)));
  }

  void move(BulkRetry bulk, BulkRetry.Status from, BulkRetry.Status to, @Nullable String note) {
    if (bulk.status() != from) {
      throw wrongState(bulk, from.name());
    }
    if (to == BulkRetry.Status.CANARY) {
      bulks.run(bulk.id(), to, clock.instant());
    } else if (to == BulkRetry.Status.WAITING_APPROVAL) {
      bulks.move(bulk.id(), to);
    } else {
      bulks.end(bulk.id(), to, note, clock.instant());
    }
  }

  private static DeskRefused wrongState(BulkRetry bulk, String wanted) {
    return new DeskRefused(
        Kind.CONFLICT,
        "DLQ-017",
        "bulk retry %d is %s, and must be %s for that. Plan another one."
            .formatted(bulk.id(), bulk.status(), wanted));
  }
}
