package io.tallyline.reconcile;

import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Journal;
import io.tallyline.finance.Ledger;
import io.tallyline.reconcile.JdbcReconciliations.Counts;
import io.tallyline.reconcile.Reconciliation.Difference;
import io.tallyline.replay.CompareJournals;
import io.tallyline.replay.CompareJournals.LineDifference;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One walk through a window: first its events, a page at a time with the ledger's entries of their
 * transactions, then its journals with the events of theirs. Each page asks both databases by key,
 * so nothing is joined across them and no more than a page is in memory.
 *
 * <p>An event counts in its own window, its journal with it, whenever that was recorded. Of several
 * messages of one transaction the one that was posted counts; if none was, the first.
 */
final class CompareWindow {
  /** Bodies may have 4 MiB each, so a page is small. */
  private static final int PAGE = 200;

  /**
   * Entries have no bodies, and the ledger sorts the window for each page of them: few and large.
   */
  private static final int LEDGER_PAGE = 5_000;

  private final Events events;
  private final DraftJournals drafts;
  private final Ledger ledger;
  private final Failures failures;
  private final ReconcileProperties properties;
  private final InstantSource clock;
  private final Instant from;
  private final Instant to;
  private final EventFilter posted;
  private final Tally tally;
  private final Progress progress;

  private final Map<Kind, Long> differences = new EnumMap<>(Kind.class);
  private final List<Difference> found = new ArrayList<>();
  private long counted;
  private long copies;
  private long repeats;
  private long journals;
  private long kept;

  /** Takes what each page found. */
  interface Progress {
    void page(Counts counts, List<Difference> found);
  }

  /** What is read from. */
  record Books(
      Events events,
      DraftJournals drafts,
      Ledger ledger,
      Failures failures,
      ReconcileProperties properties,
      InstantSource clock) {}

  CompareWindow(Books books, Instant from, Instant to, Progress progress) {
    this.events = books.events();
    this.drafts = books.drafts();
    this.ledger = books.ledger();
    this.failures = books.failures();
    this.properties = books.properties();
    this.clock = books.clock();
    this.from = from;
    this.to = to;
    this.posted = EventFilter.ALL.named(List.copyOf(drafts.posts().keySet())).latestRevisions();
    this.tally = new Tally(properties.itemsMost());
    this.progress = progress;
  }

  /** What posting would make of an event, and what the ledger has of its transaction. */
  private record Seen(
      StoredEvent event,
      DraftJournals.Draft draft,
      String reference,
      Ledger.@Nullable Entry entry) {
    @Nullable Journal journal() {
      return draft.journal();
    }

    boolean isCopy() {
      return draft.copy() != null;
    }

    /** Whether its journal was made of this very event, be it of another version of it. */
    boolean isPosted() {
      Journal journal = journal();
      return entry != null
          && (journal == null
              ? String.valueOf(entry.eventId()).equalsIgnoreCase(event.messageId())
              : journal.eventId().equals(entry.eventId()));
    }

    String reason() {
      return draft.rejected() == null ? "" : String.valueOf(draft.rejected().getMessage());
    }
  }

  Tally compare() {
    long upTo = events.settledUpTo().orElse(0);
    long after = 0;
    EventFilter window = posted.between(from, to);
    for (List<StoredEvent> page = events.find(window, after, upTo, PAGE);
        !page.isEmpty();
        page = events.find(window, after, upTo, PAGE)) {
      events(page);
      after = place(page.get(page.size() - 1));
      report();
    }
    String reference = "";
    for (List<Ledger.Entry> page = entries(reference); !page.isEmpty(); page = entries(reference)) {
      for (int i = 0; i < page.size(); i += PAGE) {
        journals(page.subList(i, Math.min(page.size(), i + PAGE)));
      }
      reference = page.get(page.size() - 1).externalRef();
      report();
    }
    return tally;
  }

  private List<Ledger.Entry> entries(String after) {
    return ledger.recordedBetween(CompareJournals.SOURCE, from, to, after, LEDGER_PAGE);
  }

  private static long place(StoredEvent event) {
    return event.revisionOf() == null ? event.id() : event.revisionOf();
  }

  private void report() {
    progress.page(
        new Counts(counted, copies, repeats, journals, Map.copyOf(differences), kept),
        List.copyOf(found));
    found.clear();
  }

  private void events(List<StoredEvent> page) {
    List<Seen> seen = seen(page);
    List<Seen> unrecorded = new ArrayList<>();
    List<Seen> others = new ArrayList<>();
    for (Seen one : seen) {
      if (one.entry() == null) {
        unrecorded.add(one);
      } else if (one.isCopy()) {
        copies++;
      } else if (one.isPosted()) {
        recorded(one);
      } else {
        others.add(one);
      }
    }
    others(others);
    unrecorded(unrecorded);
  }

  private List<Seen> seen(List<StoredEvent> page) {
    List<DraftJournals.Draft> made =
        page.stream().map(event -> drafts.draft(CompareJournals.kept(event))).toList();
    List<String> references = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      references.add(reference(page.get(i), made.get(i)));
    }
    Map<String, Ledger.Entry> entries = ledger.entries(CompareJournals.SOURCE, references);
    List<Seen> seen = new ArrayList<>();
    for (int i = 0; i < page.size(); i++) {
      String reference = references.get(i);
      seen.add(new Seen(page.get(i), made.get(i), reference, entries.get(reference)));
    }
    return seen;
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

  /** An event whose journal is in the ledger. */
  private void recorded(Seen seen) {
    counted++;
    Ledger.Entry entry = Objects.requireNonNull(seen.entry());
    Journal draft = seen.journal();
    if (entry.currency() != null) {
      tally.ledger(entry.currency(), entry.lines());
    }
    tally.items(seen.event(), currency(seen), true);
    if (draft == null) {
      String detail = "the mapping refuses the event today: " + seen.reason();
      differ(Kind.JOURNAL_DIFFERS, seen, detail, List.of());
      return;
    }
    tally.event(draft);
    if (CompareJournals.differs(draft, entry)) {
      List<LineDifference> lines = CompareJournals.lines(entry.lines(), draft.lines());
      differ(Kind.JOURNAL_DIFFERS, seen, differing(draft, entry, lines), lines);
    }
  }

  private static String differing(Journal draft, Ledger.Entry entry, List<LineDifference> lines) {
    if (!lines.isEmpty()) {
      return "%d lines are not what the mapping would write today".formatted(lines.size());
    }
    return "date or currency are not what the mapping would write today: %s %s, not %s %s"
        .formatted(entry.date(), entry.currency(), draft.date(), draft.currency());
  }

  private static String currency(Seen seen) {
    Journal draft = seen.journal();
    String recorded = seen.entry() == null ? null : seen.entry().currency();
    return draft != null ? draft.currency() : recorded != null ? recorded : "";
  }

  /** Messages of transactions that were posted from another message. */
  private void others(List<Seen> others) {
    Set<String> stored =
        stored(posted, others.stream().map(one -> String.valueOf(one.entry().eventId())).toList());
    for (Seen one : others) {
      Journal draft = one.journal();
      Ledger.Entry entry = Objects.requireNonNull(one.entry());
      if (!stored.contains(String.valueOf(entry.eventId()))) {
        // The one that was posted is not there, so this one stands for it.
        recorded(one);
        continue;
      }
      repeats++;
      if (draft == null || !CompareJournals.saysTheSame(draft, entry)) {
        String detail =
            draft == null
                ? "a further message of the transaction that cannot be posted: " + one.reason()
                : "a further message of the transaction says otherwise than the posted one";
        List<LineDifference> lines =
            draft == null ? List.of() : CompareJournals.lines(entry.lines(), draft.lines());
        differ(Kind.JOURNAL_DIFFERS, one, detail, lines);
      }
    }
  }

  /** Those of the message ids that are stored, in lower case. */
  private Set<String> stored(EventFilter filter, List<String> messageIds) {
    Set<String> ids = new HashSet<>();
    if (!messageIds.isEmpty()) {
      each(
          filter.withMessageIds(messageIds),
          page -> page.forEach(event -> ids.add(lower(event.messageId()))));
    }
    return ids;
  }

  private static String lower(@Nullable String id) {
    return String.valueOf(id).toLowerCase(Locale.ROOT);
  }

  /** All that a filter by the keys of one page finds, of which no more than a page is kept. */
  private void each(EventFilter filter, Consumer<List<StoredEvent>> use) {
    long after = 0;
    List<StoredEvent> page;
    do {
      page = events.find(filter, after, Long.MAX_VALUE, PAGE);
      if (!page.isEmpty()) {
        use.accept(page);
        after = place(page.get(page.size() - 1));
      }
    } while (page.size() == PAGE);
  }

  /** Events of transactions that the ledger has not: the first of each counts. */
  private void unrecorded(List<Seen> unrecorded) {
    List<String> aggregates =
        unrecorded.stream().map(one -> one.event().aggregateId()).filter(Objects::nonNull).toList();
    Map<String, Long> first = new HashMap<>();
    Set<Long> known = new HashSet<>();
    for (Seen one : unrecorded) {
      known.add(one.event().id());
      note(first, one);
    }
    if (!aggregates.isEmpty()) {
      each(
          posted.aboutAggregates(aggregates),
          page -> {
            List<StoredEvent> others =
                page.stream().filter(event -> !known.contains(event.id())).toList();
            seen(others).forEach(one -> note(first, one));
          });
    }
    Predicate<Seen> isFirst =
        one -> first.getOrDefault(one.reference(), place(one.event())) >= place(one.event());
    List<Seen> lacking = new ArrayList<>();
    for (Seen one : unrecorded) {
      if (one.isCopy() && first.containsKey(one.reference())) {
        copies++;
      } else if (!one.reference().isEmpty() && !isFirst.test(one)) {
        repeats++;
      } else {
        lacking.add(one);
      }
    }
    Map<String, Failures.Failure> failed =
        failures.of(
            lacking.stream().map(one -> one.event().messageId()).filter(Objects::nonNull).toList());
    lacking.forEach(one -> lacks(one, failed.get(one.event().messageId())));
  }

  private static void note(Map<String, Long> first, Seen one) {
    if (!one.isCopy()) {
      first.merge(one.reference(), place(one.event()), Math::min);
    }
  }

  private void lacks(Seen one, Failures.@Nullable Failure failure) {
    counted++;
    if (one.journal() != null) {
      tally.event(one.journal());
    }
    tally.items(one.event(), currency(one), false);
    Instant received = one.event().receivedAt();
    Instant graceful = clock.instant().minus(properties.grace());
    String today = one.reason().isEmpty() ? "" : "; today it would be refused: " + one.reason();
    if (failure != null && !failure.isSentAgain()) {
      differ(
          Kind.EVENT_DEAD_LETTERED,
          one,
          "dead letter %d of %s is %s: %s"
              .formatted(failure.id(), failure.queue(), failure.status(), failure.reason()),
          List.of());
    } else if (received.isAfter(graceful)) {
      differ(Kind.EVENT_ON_ITS_WAY, one, "received at " + received + today, List.of());
    } else if (failure != null) {
      differ(
          Kind.EVENT_RETRYING,
          one,
          "dead letter %d was sent again".formatted(failure.id()),
          List.of());
    } else if (received.isAfter(graceful.minus(properties.redelivery()))) {
      differ(
          Kind.EVENT_RETRYING,
          one,
          "received at %s, so it may be on its redelivery ladder%s".formatted(received, today),
          List.of());
    } else {
      String detail = "neither in the ledger nor in the dead letters" + today;
      differ(Kind.EVENT_MISSING, one, detail, List.of());
    }
  }

  private void journals(List<Ledger.Entry> page) {
    journals += page.size();
    List<Ledger.Entry> lost = withoutEvent(page);
    for (Ledger.Entry entry : lost) {
      if (entry.currency() != null) {
        tally.ledger(entry.currency(), entry.lines());
      }
      add(
          Kind.JOURNAL_WITHOUT_EVENT,
          no ->
              new Difference(
                  no,
                  Kind.JOURNAL_WITHOUT_EVENT,
                  entry.externalRef(),
                  null,
                  String.valueOf(entry.eventId()),
                  entry.eventType(),
                  entry.eventVersion(),
                  null,
                  entry.id(),
                  entry.currency(),
                  "recorded at %s; no stored event is of this transaction"
                      .formatted(entry.recordedAt()),
                  CompareJournals.lines(entry.lines(), List.of())));
    }
  }

  private List<Ledger.Entry> withoutEvent(List<Ledger.Entry> page) {
    Set<String> stored =
        stored(
            EventFilter.ALL, page.stream().map(entry -> String.valueOf(entry.eventId())).toList());
    List<Ledger.Entry> others =
        page.stream().filter(entry -> !stored.contains(String.valueOf(entry.eventId()))).toList();
    Set<String> aggregates = new HashSet<>();
    if (!others.isEmpty()) {
      each(
          EventFilter.ALL.aboutAggregates(spellings(others)),
          found -> found.forEach(event -> aggregates.add(lower(event.aggregateId()))));
    }
    return others.stream().filter(entry -> !aggregates.contains(entry.externalRef())).toList();
  }

  /** The ledger has ids in lower case; a publisher may write them in capitals. */
  private static List<String> spellings(Collection<Ledger.Entry> entries) {
    List<String> spellings = new ArrayList<>();
    for (Ledger.Entry entry : entries) {
      spellings.add(entry.externalRef());
      spellings.add(entry.externalRef().toUpperCase(Locale.ROOT));
    }
    return spellings;
  }

  private void differ(Kind kind, Seen seen, String detail, List<LineDifference> lines) {
    StoredEvent event = seen.event();
    String currency = currency(seen);
    add(
        kind,
        no ->
            new Difference(
                no,
                kind,
                seen.reference(),
                event.id(),
                event.messageId(),
                event.name(),
                event.version(),
                event.receivedAt(),
                seen.entry() == null ? null : seen.entry().id(),
                currency.isEmpty() ? null : currency,
                detail,
                lines));
  }

  private interface Numbered {
    Difference of(long no);
  }

  private void add(Kind kind, Numbered difference) {
    differences.merge(kind, 1L, Long::sum);
    if (kept < properties.differencesMost()) {
      found.add(difference.of(++kept));
    }
  }
}
