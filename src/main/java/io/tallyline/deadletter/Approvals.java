package io.tallyline.deadletter;

import io.tallyline.deadletter.DeskRefused.Kind;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** What waits for a second person, and that person's answer. */
public final class Approvals {
  private static final int MOST_EXPIRED = 100;

  private final JdbcApprovals approvals;
  private final JdbcBulkRetries rows;
  private final DeadLetterDesk desk;
  private final BulkRetries bulks;
  private final DeskTransactions transactions;
  private final InstantSource clock;

  Approvals(
      JdbcApprovals approvals,
      JdbcBulkRetries rows,
      DeadLetterDesk desk,
      BulkRetries bulks,
      DeskTransactions transactions,
      InstantSource clock) {
    this.approvals = approvals;
    this.rows = rows;
    this.desk = desk;
    this.bulks = bulks;
    this.transactions = transactions;
    this.clock = clock;
  }

  /** The oldest first. */
  public List<Approval> pending(int limit) {
    return approvals.pending(Math.max(1, Math.min(limit, DeadLetterDesk.MOST)));
  }

  /**
   * Lets it go on.
   *
   * @throws DeskRefused DLQ-020 if the same person asked for it; DLQ-021 if it is decided or too
   *     late
   */
  public void approve(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          Approval approval = undecided(id);
          if (approval.requestedBy().equalsIgnoreCase(who.strip())) {
            throw new DeskRefused(
                Kind.FORBIDDEN,
                "DLQ-020",
                "approval %d was asked for by %s, so somebody else has to agree."
                    .formatted(id, approval.requestedBy()));
          }
          decide(approval, Approval.Status.APPROVED, who, reason);
          return id;
        });
  }

  /** Does not let it go on; whoever asked may reject it too. */
  public void reject(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          decide(undecided(id), Approval.Status.REJECTED, who, reason);
          return id;
        });
  }

  /** Ends those that nobody decided in time. */
  void expire() {
    transactions.within(
        () -> {
          for (Approval approval : approvals.overdue(clock.instant(), MOST_EXPIRED)) {
            decide(
                approval,
                Approval.Status.EXPIRED,
                "schedule:approvals",
                "nobody decided until " + approval.expiresAt());
          }
          return true;
        });
  }

  private Approval undecided(long id) {
    Approval approval = approvals.lock(id);
    if (approval.status() != Approval.Status.PENDING
        || !clock.instant().isBefore(approval.expiresAt())) {
      throw new DeskRefused(
          Kind.CONFLICT,
          "DLQ-021",
          "approval %d is %s and could be decided until %s. Ask for it anew."
              .formatted(id, approval.status(), approval.expiresAt()));
    }
    return approval;
  }

  private void decide(Approval approval, Approval.Status status, String who, String reason) {
    Instant now = clock.instant();
    boolean go = status == Approval.Status.APPROVED;
    approvals.decide(approval.id(), status, who, now);
    Long letter = approval.deadLetterId();
    Long bulk = approval.bulkId();
    if (letter != null) {
      DeadLetterStatus to = go ? DeadLetterStatus.RETRYING : DeadLetterStatus.OPEN;
      desk.move(letter, DeadLetterStatus.WAITING_APPROVAL, to, null);
      if (go) {
        desk.sendEdited(letter);
      }
    } else if (bulk != null) {
      BulkRetry.Status to = go ? BulkRetry.Status.CANARY : BulkRetry.Status.REJECTED;
      bulks.move(rows.lock(bulk), BulkRetry.Status.WAITING_APPROVAL, to, reason);
    }
    transactions.record(
        who,
        status.name().toLowerCase(java.util.Locale.ROOT) + "-approval",
        letter != null ? DeadLetter.subject(letter) : "bulk-retry:" + bulk,
        reason,
        DeskTransactions.status(Approval.Status.PENDING).put("approval", approval.id()),
        DeskTransactions.status(status));
  }
}
