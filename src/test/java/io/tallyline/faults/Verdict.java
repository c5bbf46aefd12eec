package io.tallyline.faults;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/**
 * What the checker found, after everything had come to rest or the window had passed.
 *
 * @param expected transactions that must be in the ledger
 * @param lost expected transactions that are not in it
 * @param duplicated transactions with more than one journal
 * @param unexpected journals that nobody ordered
 * @param different journals whose date, currency or lines are not the model's
 * @param unbalanced journals or currencies whose debits and credits differ, or trial balances that
 *     differ from the model's
 * @param deadMissing poison that is not in its dead-letter queue
 * @param deadUnexpected dead letters that are no poison
 * @param deadDifferent poison whose bytes or reason changed
 * @param deadRepeated dead letters that are there again: counted, not a fault
 * @param unannounced journals that no message {@code finance.journal-posted.v1} was heard of
 * @param outboxLeft rows in the inventory's outbox
 * @param announcementsLeft rows in finance's outbox
 * @param unrouted messages in {@code erp.unrouted}
 * @param queuesLeft messages in any other queue
 * @param redelivered messages that a consumer got flagged as delivered before: counted
 * @param republished messages that the broker got again: counted, -1 if nobody looked
 * @param took until everything had come to rest
 * @param atRest whether it did
 */
public record Verdict(
    int expected,
    List<String> lost,
    List<String> duplicated,
    List<String> unexpected,
    List<String> different,
    List<String> unbalanced,
    List<String> deadMissing,
    List<String> deadUnexpected,
    List<String> deadDifferent,
    int poison,
    int deadRepeated,
    List<String> unannounced,
    long outboxLeft,
    long announcementsLeft,
    long unrouted,
    Map<String, Long> queuesLeft,
    long redelivered,
    long republished,
    Duration took,
    boolean atRest) {
  private static final int SHOWN = 5;

  public boolean ok() {
    return atRest
        && lost.isEmpty()
        && duplicated.isEmpty()
        && unexpected.isEmpty()
        && different.isEmpty()
        && unbalanced.isEmpty()
        && deadMissing.isEmpty()
        && deadUnexpected.isEmpty()
        && deadDifferent.isEmpty()
        && unannounced.isEmpty()
        && outboxLeft == 0
        && announcementsLeft == 0
        && unrouted == 0
        && queuesLeft.isEmpty();
  }

  /** One line, for people. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ");
    text.add((ok() ? "ok: " : "NOT OK: ") + expected + " expected");
    text.add(lost.size() + " lost" + first(lost));
    text.add(duplicated.size() + " duplicated" + first(duplicated));
    text.add(unexpected.size() + " unexpected" + first(unexpected));
    text.add(different.size() + " different" + first(different));
    text.add(unbalanced.size() + " unbalanced" + first(unbalanced));
    text.add("%d of %d dead letters missing".formatted(deadMissing.size(), poison));
    text.add(deadUnexpected.size() + " unexpected" + first(deadUnexpected));
    text.add(deadDifferent.size() + " altered" + first(deadDifferent));
    text.add(deadRepeated + " repeated");
    text.add(unannounced.size() + " unannounced" + first(unannounced));
    text.add("outbox " + outboxLeft + ", announcements " + announcementsLeft);
    text.add("unrouted " + unrouted + ", in queues " + queuesLeft);
    text.add("redelivered " + redelivered + ", republished " + republished);
    text.add(String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1_000.0));
    if (!atRest) {
      text.add("still not at rest");
    }
    return text.toString();
  }

  private static String first(List<String> items) {
    if (items.isEmpty()) {
      return "";
    }
    return " "
        + items.subList(0, Math.min(SHOWN, items.size()))
        + (items.size() > SHOWN ? "..." : "");
  }
}
