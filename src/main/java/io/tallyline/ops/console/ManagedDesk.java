package io.tallyline.ops.console;

import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.reconcile.Reconciliation;
import io.tallyline.replay.By;
import io.tallyline.replay.Replay;
import io.tallyline.replay.Replays;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedOperationParameter;
import org.springframework.jmx.export.annotation.ManagedResource;
import org.springframework.transaction.TransactionException;

/**
 * {@code io.tallyline:type=Desk}: what waits for somebody, and whether the books agree. What is
 * done here is done by the signed-in caller and stands in the audit like what is done on a page;
 * every operation is refused where nobody is signed in, as in a JVM's own JMX.
 */
@ManagedResource(
    description = "What waits for somebody, and whether the ledger agrees with the events")
public final class ManagedDesk {
  private final Figures figures;
  private final Replays replays;
  private final ReconcileLedger reconciliations;
  private final DeadLetterDesk letters;
  private final Supplier<Caller> caller;

  ManagedDesk(
      Figures figures,
      Replays replays,
      ReconcileLedger reconciliations,
      DeadLetterDesk letters,
      Supplier<Caller> caller) {
    this.figures = figures;
    this.replays = replays;
    this.reconciliations = reconciliations;
    this.letters = letters;
    this.caller = caller;
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

  @ManagedOperation(description = "Sends a dead letter again to where it failed")
  @ManagedOperationParameter(name = "letter", description = "number of the dead letter")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String retryLetter(long letter, @Nullable String reason) {
    letters.retry(letter, who(), given(reason));
    return state(letter);
  }

  @ManagedOperation(description = "Nobody needs a dead letter; can be undone for a while")
  @ManagedOperationParameter(name = "letter", description = "number of the dead letter")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String discardLetter(long letter, @Nullable String reason) {
    letters.discard(letter, who(), given(reason));
    return state(letter);
  }

  @ManagedOperation(description = "Takes a discarded dead letter back")
  @ManagedOperationParameter(name = "letter", description = "number of the dead letter")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String undoDiscard(long letter, @Nullable String reason) {
    letters.undoDiscard(letter, who(), given(reason));
    return state(letter);
  }

  @ManagedOperation(description = "Takes back a retry that does not end")
  @ManagedOperationParameter(name = "letter", description = "number of the dead letter")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String reopenLetter(long letter, @Nullable String reason) {
    letters.reopen(letter, who(), given(reason));
    return state(letter);
  }

  private String state(long letter) {
    return "dead letter %d: %s".formatted(letter, letters.open(letter).letter().status());
  }

  @ManagedOperation(description = "Holds a replay up until it is resumed")
  @ManagedOperationParameter(name = "replay", description = "number of the replay")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String pauseReplay(long replay, @Nullable String reason) {
    replays.pause(replay, by(reason));
    return progress(replay);
  }

  @ManagedOperation(description = "Goes on with a replay that was paused")
  @ManagedOperationParameter(name = "replay", description = "number of the replay")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String resumeReplay(long replay, @Nullable String reason) {
    replays.resume(replay, by(reason));
    return progress(replay);
  }

  @ManagedOperation(description = "Ends a replay; what it has sent goes its way")
  @ManagedOperationParameter(name = "replay", description = "number of the replay")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public String cancelReplay(long replay, @Nullable String reason) {
    replays.cancel(replay, by(reason));
    return progress(replay);
  }

  private String progress(long replay) {
    return "replay %d: %s".formatted(replay, replays.one(replay).status());
  }

  @ManagedOperation(description = "Starts comparing events and journals of a window; its number")
  @ManagedOperationParameter(name = "from", description = "UTC, as 2026-11-01T00:00:00Z")
  @ManagedOperationParameter(name = "to", description = "UTC, as 2026-12-01T00:00:00Z")
  @ManagedOperationParameter(name = "reason", description = "why; kept in the audit")
  public long reconcile(@Nullable String from, @Nullable String to, @Nullable String reason) {
    return reconciliations.start(moment(from), moment(to), by(reason));
  }

  private static Instant moment(@Nullable String text) {
    try {
      return Instant.parse(given(text).strip());
    } catch (DateTimeParseException wrong) {
      throw new IllegalArgumentException(
          "OPS-144 '%s' is no moment in UTC. Write it as 2026-11-01T00:00:00Z."
              .formatted(Printed.of(given(text))));
    }
  }

  /** A caller can leave an argument out; the desk then says itself what is missing. */
  private static String given(@Nullable String argument) {
    return argument == null ? "" : argument;
  }

  private By by(@Nullable String reason) {
    return new By(who(), given(reason));
  }

  private String who() {
    Caller signedIn = caller.get();
    if (!signedIn.is(ConsoleRole.OPERATOR)) {
      throw new IllegalStateException(
          "OPS-143 the desk acts for operators who are signed in, and nobody is here. Use the console or Jolokia of the hub.");
    }
    return signedIn.name();
  }
}
