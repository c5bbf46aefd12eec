package io.tallyline.replay;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.finance.Ledger;
import io.tallyline.replay.CompareJournals.LineDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What posting would make of stored events, against what the ledger has; writes nothing. */
final class JudgeEvents {
  private final DraftJournals drafts;
  private final Ledger ledger;

  JudgeEvents(DraftJournals drafts, Ledger ledger) {
    this.drafts = drafts;
    this.ledger = ledger;
  }

  enum Outcome {
    EXISTS,
    WRITE,
    DIFFERS,
    REJECTED,
    SUPERSEDED
  }

  /**
   * @param reference the transaction's id; empty if the message does not tell
   * @param recorded whether the ledger has the transaction, be it without a journal
   * @param conflict whether posting would make it a dead letter because the ledger says otherwise
   */
  record Verdict(
      StoredEvent event,
      Outcome outcome,
      String reference,
      @Nullable Journal draft,
      @Nullable Long journalId,
      String reason,
      boolean recorded,
      boolean conflict,
      List<LineDifference> lines) {}

  /**
   * The events of a selection that a queue's consumer handles. The journal writer's queue never got
   * other names, and would make dead letters of them.
   */
  EventFilter filter(String queue, Selection selection) {
    EventFilter filter = selection.filter();
    boolean all = selection.names().isEmpty() && queue.equals(Names.JOURNAL_QUEUE);
    return all ? filter.named(List.copyOf(drafts.posts().keySet())) : filter;
  }

  Set<String> accounts() {
    return ledger.accounts().keySet();
  }

  List<Verdict> judge(List<StoredEvent> events, Set<String> accounts) {
    List<DraftJournals.Draft> made =
        events.stream().map(event -> drafts.draft(CompareJournals.kept(event))).toList();
    List<String> references = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      references.add(reference(events.get(i), made.get(i)));
    }
    Map<String, Ledger.Entry> entries = ledger.entries(CompareJournals.SOURCE, references);
    List<Verdict> verdicts = new ArrayList<>(events.size());
    for (int i = 0; i < events.size(); i++) {
      String reference = references.get(i);
      verdicts.add(
          verdict(events.get(i), made.get(i), reference, entries.get(reference), accounts));
    }
    return verdicts;
  }

  /** Which of the events have a transaction that is not recorded; copies of others do not count. */
  List<StoredEvent> withoutJournal(List<StoredEvent> events) {
    return judge(events, Set.of()).stream()
        .filter(JudgeEvents::isWithoutJournal)
        .map(Verdict::event)
        .toList();
  }

  static boolean isWithoutJournal(Verdict verdict) {
    return !verdict.recorded()
        && (verdict.outcome() == Outcome.WRITE || verdict.outcome() == Outcome.REJECTED);
  }

  private static String reference(StoredEvent event, DraftJournals.Draft draft) {
    if (draft.journal() != null) {
      return draft.journal().externalRef();
    }
    if (draft.copy() != null) {
      return draft.copy().externalRef();
    }
    return event.aggregateId() == null ? "" : event.aggregateId().toLowerCase(Locale.ROOT);
  }

  private static Verdict verdict(
      StoredEvent event,
      DraftJournals.Draft draft,
      String reference,
      Ledger.@Nullable Entry entry,
      Set<String> accounts) {
    Long journalId = entry == null ? null : entry.id();
    Journal journal = draft.journal();
    if (draft.copy() != null) {
      String reason = "version %d of the event is posted instead".formatted(draft.copy().handled());
      return new Verdict(
          event,
          Outcome.SUPERSEDED,
          reference,
          null,
          journalId,
          reason,
          entry != null,
          false,
          List.of());
    }
    if (journal == null) {
      Rejected rejected = java.util.Objects.requireNonNull(draft.rejected());
      String reason = rejected.reason().text() + ": " + rejected.getMessage();
      return new Verdict(
          event,
          Outcome.REJECTED,
          reference,
          null,
          journalId,
          reason,
          entry != null,
          false,
          List.of());
    }
    if (entry == null) {
      return unrecorded(event, journal, accounts);
    }
    List<LineDifference> lines = CompareJournals.lines(entry.lines(), journal.lines());
    if (CompareJournals.isOtherVersion(journal, entry)) {
      String reason = "recorded from version %d of the event".formatted(entry.eventVersion());
      return new Verdict(
          event, Outcome.SUPERSEDED, reference, journal, journalId, reason, true, false, lines);
    }
    boolean same = CompareJournals.saysTheSame(journal, entry);
    if (same && !CompareJournals.differs(journal, entry)) {
      return new Verdict(
          event, Outcome.EXISTS, reference, journal, journalId, "", true, false, List.of());
    }
    String reason =
        same
            ? "the mapping has changed since; the journal stays as it is"
            : Reason.CONFLICT.text() + ": the ledger has other content of this transaction";
    return new Verdict(
        event, Outcome.DIFFERS, reference, journal, journalId, reason, true, !same, lines);
  }

  private static Verdict unrecorded(StoredEvent event, Journal journal, Set<String> accounts) {
    List<String> unknown =
        accounts.isEmpty()
            ? List.of()
            : journal.lines().stream()
                .map(JournalLine::account)
                .filter(account -> !accounts.contains(account))
                .distinct()
                .toList();
    if (unknown.isEmpty()) {
      return new Verdict(
          event, Outcome.WRITE, journal.externalRef(), journal, null, "", false, false, List.of());
    }
    String reason = Reason.UNKNOWN_ACCOUNT.text() + ": " + unknown;
    return new Verdict(
        event,
        Outcome.REJECTED,
        journal.externalRef(),
        null,
        null,
        reason,
        false,
        false,
        List.of());
  }
}
