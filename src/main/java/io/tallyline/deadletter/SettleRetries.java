package io.tallyline.deadletter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.tallyline.contracts.Names;
import io.tallyline.deadletter.JdbcDeadLetters.WithBody;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Journal;
import io.tallyline.finance.Ledger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Looks what became of retried messages: a journal message is resolved when the ledger has what it
 * says, an outbox row when the event store has its event, anything else when it stayed quiet for
 * long enough. One that failed again comes back as a dead letter, see {@link TakeDeadLetters};
 * until then it is on the ladder.
 */
public final class SettleRetries {
  private static final int MOST_KINDS = 1_000;
  private static final int PAGE = 250;
  private static final int MOST_PAGES = 40;
  private static final String SOURCE_OF_COPIES = "Inventory";

  private final JdbcDeadLetters letters;
  private final PreviewRetries previews;
  private final Ledger ledger;
  private final Events events;
  private final Resends resends;
  private final Approvals approvals;
  private final DeadLetterProperties properties;
  private final InstantSource clock;
  private final MultiGauge open;
  private final Set<List<String>> known = new HashSet<>();
  private long after;

  SettleRetries(
      JdbcDeadLetters letters,
      PreviewRetries previews,
      Ledger ledger,
      Events events,
      Resends resends,
      Approvals approvals,
      DeadLetterProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    this.letters = letters;
    this.previews = previews;
    this.ledger = ledger;
    this.events = events;
    this.resends = resends;
    this.approvals = approvals;
    this.properties = properties;
    this.clock = clock;
    this.open =
        MultiGauge.builder("hub.dead-letters.open")
            .description("Dead letters that somebody has to decide about")
            .register(meters);
  }

  /** Settles what can be settled, a bounded number of pages, from where the last look ended. */
  public synchronized void look() {
    approvals.expire();
    for (int page = 0; page < MOST_PAGES; page++) {
      List<WithBody> retrying = letters.retrying(after, PAGE);
      if (!retrying.isEmpty()) {
        settle(retrying);
      }
      if (retrying.size() < PAGE) {
        after = 0;
        break;
      }
      after = retrying.get(retrying.size() - 1).letter().id();
    }
    measure();
  }

  private void settle(List<WithBody> retrying) {
    Set<Long> resolved = new HashSet<>(posted(retrying));
    resolved.addAll(published(retrying));
    resolved.addAll(quiet(retrying));
    if (!resolved.isEmpty()) {
      letters.change(
          resolved, DeadLetterStatus.RETRYING, DeadLetterStatus.RESOLVED, clock.instant(), null);
    }
  }

  private Set<Long> posted(List<WithBody> retrying) {
    Map<Long, Journal> journals = new HashMap<>();
    Map<Long, String> copies = new HashMap<>();
    for (WithBody one : retrying) {
      DraftJournals.Draft draft = previews.draft(one.letter(), one.body());
      if (draft != null && draft.journal() != null) {
        journals.put(one.letter().id(), draft.journal());
      } else if (draft != null && draft.copy() != null) {
        copies.put(one.letter().id(), draft.copy().externalRef());
      }
    }
    Map<String, Ledger.Entry> recorded = previews.recorded(List.copyOf(journals.values()));
    Set<Long> resolved = new HashSet<>();
    journals.forEach(
        (id, journal) -> {
          Ledger.Entry entry =
              recorded.get(PreviewRetries.key(journal.source(), journal.externalRef()));
          if (entry != null && PreviewRetries.isSame(journal, entry)) {
            resolved.add(id);
          }
        });
    if (!copies.isEmpty()) {
      Set<String> known = ledger.entries(SOURCE_OF_COPIES, copies.values()).keySet();
      copies.forEach(
          (id, ref) -> {
            if (known.contains(ref)) {
              resolved.add(id);
            }
          });
    }
    return resolved;
  }

  /** Rows of an outbox and messages from outside become events under the same id. */
  private Set<Long> published(List<WithBody> retrying) {
    List<DeadLetter> others =
        retrying.stream()
            .map(WithBody::letter)
            .filter(letter -> !letter.queue().equals(Names.JOURNAL_QUEUE))
            .filter(letter -> letter.messageId() != null)
            .toList();
    if (others.isEmpty()) {
      return Set.of();
    }
    Map<String, Instant> stored =
        events
            .find(
                EventFilter.ALL.withMessageIds(
                    others.stream()
                        .map(letter -> Objects.requireNonNull(letter.messageId()))
                        .toList()),
                0,
                Long.MAX_VALUE,
                Events.MOST)
            .stream()
            .collect(
                Collectors.toMap(
                    event -> Objects.requireNonNull(event.messageId()),
                    StoredEvent::receivedAt,
                    (one, other) -> one.isAfter(other) ? one : other));
    return others.stream()
        .filter(
            letter -> {
              Instant at = stored.get(Objects.requireNonNull(letter.messageId()));
              return at != null && !at.isBefore(letter.changedAt());
            })
        .map(DeadLetter::id)
        .collect(Collectors.toSet());
  }

  private Set<Long> quiet(List<WithBody> retrying) {
    Instant since = clock.instant().minus(properties.quietAfter());
    List<DeadLetter> candidates = new ArrayList<>();
    for (WithBody one : retrying) {
      if (!one.letter().queue().equals(Names.JOURNAL_QUEUE)
          && one.letter().changedAt().isBefore(since)) {
        candidates.add(one.letter());
      }
    }
    if (candidates.isEmpty()) {
      return Set.of();
    }
    Map<String, Long> waiting =
        resends.waiting(candidates.stream().map(DeadLetter::subject).toList());
    return candidates.stream()
        .filter(letter -> waiting.getOrDefault(letter.subject(), 0L) == 0)
        .map(DeadLetter::id)
        .collect(Collectors.toSet());
  }

  private void measure() {
    // A kind that was there once is counted as none, or its alert would never know that it is over.
    Map<List<String>, Long> counts = new HashMap<>();
    known.forEach(kind -> counts.put(kind, 0L));
    for (DeadLetterGroup group : letters.open()) {
      counts.merge(List.of(group.queue(), group.reason()), group.letters(), Long::sum);
    }
    if (counts.size() <= MOST_KINDS) {
      known.addAll(counts.keySet());
    }
    open.register(
        counts.entrySet().stream()
            .map(
                count ->
                    MultiGauge.Row.of(
                        Tags.of("queue", count.getKey().get(0), "reason", count.getKey().get(1)),
                        count.getValue()))
            .toList(),
        true);
  }
}
