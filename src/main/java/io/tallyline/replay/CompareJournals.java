package io.tallyline.replay;

import io.tallyline.contracts.Names;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.finance.Ledger;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the ledger has of a transaction against what the mappings would write of it today. */
public final class CompareJournals {
  /** Who the transactions of inventory's messages belong to. */
  public static final String SOURCE = "Inventory";

  private CompareJournals() {}

  /** One line that is not the same; a side that has no such line has zeros. */
  public record LineDifference(
      String account,
      BigDecimal postedDebit,
      BigDecimal postedCredit,
      BigDecimal draftedDebit,
      BigDecimal draftedCredit) {}

  /** A stored event as posting would read it. */
  public static DraftJournals.Kept kept(StoredEvent event) {
    return new DraftJournals.Kept(
        event.routingKey(),
        event.messageId(),
        event.correlationId(),
        event.property("content-type"),
        event.header(Names.HUB_VERSIONS),
        event.body());
  }

  /** Whether posting would take the message for a repetition of what is recorded. */
  public static boolean saysTheSame(Journal draft, Ledger.Entry entry) {
    return draft.content().hash().equals(entry.contentHash())
        || draft.content().olderHashes().get().contains(entry.contentHash());
  }

  /** Whether the same event was recorded in another version that it was published in. */
  public static boolean isOtherVersion(Journal draft, Ledger.Entry entry) {
    Integer recorded = entry.eventVersion();
    return draft.eventId().equals(entry.eventId())
        && recorded != null
        && recorded != draft.eventVersion()
        && draft.content().publishedIn().contains(recorded);
  }

  /** Whether date, currency or a line would be another; a seen transaction has none of them. */
  public static boolean differs(Journal draft, Ledger.Entry entry) {
    boolean head =
        entry.id() != null
            && (!draft.date().equals(entry.date()) || !draft.currency().equals(entry.currency()));
    return head || !lines(entry.lines(), draft.lines()).isEmpty();
  }

  /** Lines that are not the same, an account's first compared with its first, and so on. */
  public static List<LineDifference> lines(List<JournalLine> posted, List<JournalLine> drafted) {
    Map<String, List<JournalLine>> left = byAccount(posted);
    Map<String, List<JournalLine>> right = byAccount(drafted);
    Map<String, Integer> accounts = new LinkedHashMap<>();
    left.forEach((account, lines) -> accounts.merge(account, lines.size(), Math::max));
    right.forEach((account, lines) -> accounts.merge(account, lines.size(), Math::max));
    List<LineDifference> differences = new ArrayList<>();
    accounts.forEach(
        (account, count) -> {
          for (int i = 0; i < count; i++) {
            Sides was = at(left, account, i);
            Sides is = at(right, account, i);
            if (was.debit().compareTo(is.debit()) != 0
                || was.credit().compareTo(is.credit()) != 0) {
              differences.add(
                  new LineDifference(account, was.debit(), was.credit(), is.debit(), is.credit()));
            }
          }
        });
    return differences;
  }

  private static Map<String, List<JournalLine>> byAccount(List<JournalLine> lines) {
    Map<String, List<JournalLine>> byAccount = new LinkedHashMap<>();
    lines.forEach(
        line -> byAccount.computeIfAbsent(line.account(), code -> new ArrayList<>()).add(line));
    return byAccount;
  }

  /** The two amounts of a line, or none. */
  private record Sides(BigDecimal debit, BigDecimal credit) {
    static final Sides NONE = new Sides(BigDecimal.ZERO, BigDecimal.ZERO);
  }

  private static Sides at(Map<String, List<JournalLine>> lines, String account, int index) {
    List<JournalLine> ofAccount = lines.getOrDefault(account, List.of());
    if (index >= ofAccount.size()) {
      return Sides.NONE;
    }
    JournalLine line = ofAccount.get(index);
    return new Sides(line.debit(), line.credit());
  }
}
