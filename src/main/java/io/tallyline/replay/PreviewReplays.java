package io.tallyline.replay;

import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.replay.CompareJournals.LineDifference;
import io.tallyline.replay.JudgeEvents.Outcome;
import io.tallyline.replay.JudgeEvents.Verdict;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The dry run: what a replay would do at the journal writer, worked out without doing it. */
public final class PreviewReplays {
  /** Bodies may have 4 MiB each, so a page is small. */
  private static final int PAGE = 200;

  private final Events events;
  private final JudgeEvents judge;
  private final ReplayProperties properties;

  PreviewReplays(Events events, JudgeEvents judge, ReplayProperties properties) {
    this.events = events;
    this.judge = judge;
    this.properties = properties;
  }

  /**
   * Counts of the whole selection.
   *
   * @param events that would be sent, counted up to hub.replay.dry-run-most
   * @param cut whether there are more, of which the rest does not speak
   * @param outcomes by exists, write, differs, rejected, superseded; all five are there
   * @param totals what would be written
   */
  public record Summary(long events, boolean cut, Map<String, Long> outcomes, List<Total> totals) {}

  /** Exact sums of one account in one currency. */
  public record Total(String account, String currency, BigDecimal debit, BigDecimal credit) {}

  /**
   * One event.
   *
   * @param place its number for the page after
   * @param eventId its number, a corrected copy's own
   * @param outcome exists, write, differs, rejected or superseded
   * @param conflict whether posting would make it a dead letter, the ledger having other content
   * @param reason why it differs, is rejected or superseded; else empty
   * @param lines where it differs
   */
  public record Item(
      long place,
      long eventId,
      String routingKey,
      @Nullable String messageId,
      Instant receivedAt,
      String transactionId,
      String outcome,
      @Nullable Long journalId,
      boolean conflict,
      String reason,
      List<LineDifference> lines) {}

  /**
   * @throws ReplayRefused RPL-001, RPL-002
   */
  public Summary summarize(String queue, Selection selection, Instant now) {
    Walk walk = new Walk(queue, selection.asOf(now));
    Counted counted = new Counted();
    long most = properties.dryRunMost();
    while (counted.looked < most && !walk.isOver()) {
      int limit = (int) Math.min(PAGE, most - counted.looked);
      counted.add(walk.next(limit));
    }
    return counted.summary(!walk.isOver() && walk.hasMore());
  }

  /**
   * A page of a selection's events.
   *
   * @param after place of the last item of the page before; 0 for the first
   * @param limit at most 200
   */
  public List<Item> page(String queue, Selection selection, Instant now, long after, int limit) {
    Walk walk = new Walk(queue, selection.asOf(now));
    walk.cursor = after;
    int most = Math.max(1, Math.min(limit, PAGE));
    List<Item> items = new ArrayList<>();
    while (items.size() < most && !walk.isOver()) {
      walk.next(most - items.size()).forEach(verdict -> items.add(item(verdict)));
    }
    return items;
  }

  private static String text(Outcome outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }

  private static Item item(Verdict verdict) {
    StoredEvent event = verdict.event();
    return new Item(
        MoveReplays.place(event),
        event.id(),
        event.routingKey(),
        event.messageId(),
        event.receivedAt(),
        verdict.reference(),
        text(verdict.outcome()),
        verdict.journalId(),
        verdict.conflict(),
        verdict.reason(),
        verdict.lines());
  }

  /** Through a selection, page by page. */
  private final class Walk {
    private final EventFilter filter;
    private final boolean withoutJournal;
    private final long upTo = events.settledUpTo().orElse(0);
    private final Set<String> accounts = judge.accounts();
    private long cursor;
    private boolean over;

    Walk(String queue, Selection selection) {
      if (!properties.consumers().contains(queue)) {
        throw new ReplayRefused(
            "RPL-001",
            "nothing is replayed to '%s'; allowed are %s. Choose one, or add it to hub.replay.consumers."
                .formatted(queue, properties.consumers()));
      }
      this.filter = judge.filter(queue, selection);
      this.withoutJournal = selection.withoutJournal();
    }

    boolean isOver() {
      return over;
    }

    boolean hasMore() {
      return !events.find(filter, cursor, upTo, 1).isEmpty();
    }

    /** Of the next events those that would be sent; maybe none, and not yet over. */
    List<Verdict> next(int limit) {
      List<StoredEvent> found = events.find(filter, cursor, upTo, limit);
      if (found.isEmpty()) {
        over = true;
        return List.of();
      }
      cursor = MoveReplays.place(found.get(found.size() - 1));
      return judge.judge(found, accounts).stream()
          .filter(verdict -> !withoutJournal || JudgeEvents.isWithoutJournal(verdict))
          .toList();
    }
  }

  private static final class Counted {
    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private final Map<String, Total> totals = new TreeMap<>();
    private final Set<String> written = new HashSet<>();
    private long looked;

    void add(List<Verdict> verdicts) {
      for (Verdict verdict : verdicts) {
        looked++;
        Journal draft = verdict.draft();
        boolean writes = verdict.outcome() == Outcome.WRITE && draft != null;
        // Of two messages of one transaction the second finds the journal of the first.
        boolean first = writes && written.add(verdict.reference());
        outcomes.merge(writes && !first ? Outcome.EXISTS : verdict.outcome(), 1L, Long::sum);
        if (first) {
          draft.lines().forEach(line -> add(draft.currency(), line));
        }
      }
    }

    private void add(String currency, JournalLine line) {
      totals.merge(
          currency + " " + line.account(),
          new Total(line.account(), currency, line.debit(), line.credit()),
          (sum, one) ->
              new Total(
                  sum.account(),
                  currency,
                  sum.debit().add(one.debit()),
                  sum.credit().add(one.credit())));
    }

    Summary summary(boolean cut) {
      Map<String, Long> named = new TreeMap<>();
      for (Outcome outcome : Outcome.values()) {
        named.put(text(outcome), outcomes.getOrDefault(outcome, 0L));
      }
      return new Summary(looked, cut, named, List.copyOf(totals.values()));
    }
  }
}
