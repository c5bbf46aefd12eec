package io.tallyline.faults;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must be in the ledger and in the dead-letter queues at the end. Safe for several threads.
 */
public final class Expected {
  private final Map<String, Journal> journals = new LinkedHashMap<>();
  private final Set<String> seen = new LinkedHashSet<>();
  private final Map<String, DeadLetter> deadLetters = new HashMap<>();

  /** A journal, its lines in any order. */
  public record Journal(
      String source, String externalRef, LocalDate date, String currency, List<Line> lines) {}

  /** One side of a journal's line is zero; amounts have four decimals. */
  public record Line(String account, BigDecimal debit, BigDecimal credit) {}

  /** A dead letter, by its queue and message id. */
  public record DeadLetter(String queue, String messageId, byte[] body, String reason) {}

  /** A transaction; without lines it must be among the seen ones, without a journal. */
  public synchronized void transaction(Journal journal) {
    if (journal.lines().isEmpty()) {
      seen.add(journal.externalRef());
    } else {
      journals.put(journal.externalRef(), journal);
    }
  }

  public synchronized void deadLetter(DeadLetter deadLetter) {
    deadLetters.put(key(deadLetter.queue(), deadLetter.messageId()), deadLetter);
  }

  public synchronized Map<String, Journal> journals() {
    return Map.copyOf(journals);
  }

  public synchronized Set<String> seen() {
    return Set.copyOf(seen);
  }

  public synchronized Map<String, DeadLetter> deadLetters() {
    return Map.copyOf(deadLetters);
  }

  /** References of journals, in the order they were ordered. */
  public synchronized List<String> references() {
    return new ArrayList<>(journals.keySet());
  }

  public synchronized int transactions() {
    return journals.size() + seen.size();
  }

  static String key(String queue, String messageId) {
    return queue + " " + messageId;
  }
}
