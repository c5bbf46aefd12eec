package io.tallyline.ops.console;

import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.reconcile.Reconciliation;
import io.tallyline.replay.Replay;
import io.tallyline.replay.Replays;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedResource;
import org.springframework.transaction.TransactionException;

/** {@code io.tallyline:type=Desk}: what waits for somebody, and whether the books agree. */
@ManagedResource(
    description = "What waits for somebody, and whether the ledger agrees with the events")
public final class ManagedDesk {
  private final Figures figures;
  private final Replays replays;
  private final ReconcileLedger reconciliations;

  ManagedDesk(Figures figures, Replays replays, ReconcileLedger reconciliations) {
    this.figures = figures;
    this.replays = replays;
    this.reconciliations = reconciliations;
  }

  @ManagedAttribute(description = "Dead letters that somebody has to decide about, by queue")
  public Map<String, Long> getOpenDeadLetters() {
    return figures.byTag("hub.dead-letters.open", "queue");
  }

  @ManagedAttribute(description = "Replays that run; -1 if the hub's database cannot be asked")
  public long getRunningReplays() {
    try {
      return replays.list(Replay.Status.RUNNING, null, Long.MAX_VALUE, Replays.MOST).size();
    } catch (DataAccessException | TransactionException away) {
      return Figures.NONE;
    }
  }

  @ManagedAttribute(
      description = "The last reconciliation and how it ended; empty if there is none to be read")
  public String getLastReconciliation() {
    try {
      return reconciliations.list(Long.MAX_VALUE, 1).stream()
          .findFirst()
          .map(ManagedDesk::result)
          .orElse("");
    } catch (DataAccessException | TransactionException away) {
      return "";
    }
  }

  private static String result(Reconciliation one) {
    if (one.isDone()) {
      return one.isClean()
          ? "%d: clean".formatted(one.id())
          : "%d: %d differences, %d accounts do not agree"
              .formatted(one.id(), one.found(), one.accountErrors());
    }
    return "%d: %s".formatted(one.id(), one.status());
  }
}
