package io.tallyline.deadletter;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.deadletter.JdbcDeadLetters.WithBody;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.finance.Ledger;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What retries would write, worked out as posting would and without writing anything. */
final class PreviewRetries {
  private static final int PAGE = 250;

  private final JdbcDeadLetters letters;
  private final DraftJournals drafts;
  private final Ledger ledger;
  private final int most;

  PreviewRetries(JdbcDeadLetters letters, DraftJournals drafts, Ledger ledger, int most) {
    this.letters = letters;
    this.drafts = drafts;
    this.ledger = ledger;
    this.most = most;
  }

  /** Null if the message is none that finance posts. */
  DraftJournals.@Nullable Draft draft(DeadLetter letter, byte[] body) {
    if (!letter.queue().equals(Names.JOURNAL_QUEUE)) {
      return null;
    }
    return drafts.draft(
        new DraftJournals.Kept(
            letter.routingKey(),
            letter.messageId(),
            letter.correlationId(),
            letter.properties().path("content-type").textValue(),
            letter.headers().path(Names.HUB_VERSIONS).textValue(),
            body));
  }

  JournalPreview one(DeadLetter letter, byte[] body) {
    DraftJournals.Draft draft = draft(letter, body);
    if (draft == null) {
      return new JournalPreview(null, null, Set.of(), false, false);
    }
    Journal journal = draft.journal();
    if (journal == null) {
      Rejected rejected = draft.rejected();
      return new JournalPreview(
          null, rejected == null ? null : rejected.getMessage(), Set.of(), false, false);
    }
    Ledger.Entry entry =
        ledger.entries(journal.source(), List.of(journal.externalRef())).get(journal.externalRef());
    return new JournalPreview(
        journal,
        null,
        ledger.unknown(journal.lines()),
        entry != null && isSame(journal, entry),
        entry != null && !isSame(journal, entry));
  }

  /** Whether the ledger has what the journal says, also as an older hub hashed it. */
  static boolean isSame(Journal journal, Ledger.Entry entry) {
    return journal.content().hash().equals(entry.contentHash())
        || journal.content().olderHashes().get().contains(entry.contentHash());
  }

  /** The journals that messages would become, with what the ledger has of them, per source. */
  Map<String, Ledger.Entry> recorded(List<Journal> journals) {
    Map<String, List<String>> refs = new HashMap<>();
    journals.forEach(
        journal ->
            refs.computeIfAbsent(journal.source(), source -> new ArrayList<>())
                .add(journal.externalRef()));
    Map<String, Ledger.Entry> entries = new HashMap<>();
    refs.forEach(
        (source, wanted) ->
            ledger
                .entries(source, wanted)
                .forEach((ref, entry) -> entries.put(key(source, ref), entry)));
    return entries;
  }

  static String key(String source, String ref) {
    return source + "/" + ref;
  }

  /** Of these; looks at no more than the bound. */
  RetryValue of(List<Long> ids) {
    Sum sum = new Sum(ledger.accounts().keySet());
    int looked = Math.min(ids.size(), most);
    for (int from = 0; from < looked; from += PAGE) {
      List<Journal> journals = new ArrayList<>();
      for (WithBody one : letters.withBodies(ids.subList(from, Math.min(from + PAGE, looked)))) {
        DraftJournals.Draft draft = draft(one.letter(), one.body());
        if (draft == null || draft.copy() != null) {
          sum.unknown++;
        } else if (draft.journal() == null) {
          sum.wouldFail++;
        } else {
          journals.add(draft.journal());
        }
      }
      Map<String, Ledger.Entry> recorded = recorded(journals);
      journals.forEach(
          journal -> sum.add(journal, recorded.get(key(journal.source(), journal.externalRef()))));
    }
    return sum.value(ids.size(), looked);
  }

  /** Adds up; two messages of one transaction post once. */
  private static final class Sum {
    private final Set<String> accounts;
    private final Set<String> seen = new java.util.HashSet<>();
    private final Map<List<String>, RetryValue.AccountSum> sums = byAccount();
    private final Map<List<String>, RetryValue.AccountSum> blocked = byAccount();
    private final Map<String, BigDecimal> debits = new TreeMap<>();
    private long wouldPost;
    private long recorded;
    private long wouldFail;
    private long unknown;

    Sum(Set<String> accounts) {
      this.accounts = accounts;
    }

    private static Map<List<String>, RetryValue.AccountSum> byAccount() {
      return new TreeMap<>(
          java.util.Comparator.comparing((List<String> key) -> key.get(0))
              .thenComparing(key -> key.get(1)));
    }

    void add(Journal journal, Ledger.@Nullable Entry entry) {
      if (entry != null && isSame(journal, entry)) {
        recorded++;
      } else if (entry != null) {
        wouldFail++;
      } else if (journal.lines().stream().anyMatch(line -> !accounts.contains(line.account()))) {
        wouldFail++;
        if (seen.add(key(journal.source(), journal.externalRef()))) {
          journal.lines().forEach(line -> add(blocked, line, journal.currency()));
        }
      } else if (!seen.add(key(journal.source(), journal.externalRef()))) {
        recorded++;
      } else {
        wouldPost++;
        debits.merge(journal.currency(), journal.totalDebit(), BigDecimal::add);
        journal.lines().forEach(line -> add(sums, line, journal.currency()));
      }
    }

    private static void add(
        Map<List<String>, RetryValue.AccountSum> to, JournalLine line, String currency) {
      to.merge(
          List.of(line.account(), currency),
          new RetryValue.AccountSum(line.account(), currency, line.debit(), line.credit()),
          (one, other) ->
              new RetryValue.AccountSum(
                  one.account(),
                  one.currency(),
                  one.debit().add(other.debit()),
                  one.credit().add(other.credit())));
    }

    RetryValue value(long letters, long looked) {
      return new RetryValue(
          letters,
          looked,
          wouldPost,
          recorded,
          wouldFail,
          unknown,
          List.copyOf(sums.values()),
          Map.copyOf(debits),
          List.copyOf(blocked.values()));
    }
  }
}
