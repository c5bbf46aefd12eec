package io.tallyline.finance;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The ledger as readers see it: journals that were posted, and what they add up to. */
public interface Ledger {
  /**
   * A posted journal, or a transaction whose amounts are all zero, which was seen and has no lines.
   *
   * @param id of the journal; null for a transaction that was only seen
   * @param externalRef the transaction's id in lower case
   * @param contentHash what its message said; see {@link Journal.Content}
   * @param recordedAt when the ledger took it
   */
  record Entry(
      @Nullable Long id,
      String source,
      String externalRef,
      @Nullable LocalDate date,
      @Nullable String description,
      @Nullable String currency,
      @Nullable UUID eventId,
      @Nullable String eventType,
      @Nullable Integer eventVersion,
      @Nullable String correlationId,
      @Nullable String contentHash,
      Instant recordedAt,
      List<JournalLine> lines) {}

  /** What one account has in one currency; exact sums. */
  record Balance(
      String account,
      String name,
      String type,
      String currency,
      BigDecimal debit,
      BigDecimal credit) {
    /** Debits less credits. */
    public BigDecimal balance() {
      return debit.subtract(credit);
    }
  }

  /** Those of the transactions that are recorded, by external reference; lines in order. */
  Map<String, Entry> entries(String source, Collection<String> externalRefs);

  /**
   * Journals and seen transactions of a source in the order of their external references, a page at
   * a time.
   *
   * @param from recorded at or after
   * @param to recorded before
   * @param after external reference of the page before; empty for the first
   */
  List<Entry> recordedBetween(String source, Instant from, Instant to, String after, int limit);

  /** The transaction that an event was posted for. */
  Optional<Entry> ofEvent(UUID eventId);

  /** Transactions that a request caused, oldest first. */
  List<Entry> ofCorrelation(String correlationId, int limit);

  /** Per account and currency, of all journals that were recorded before a moment. */
  List<Balance> trialBalance(Instant before);

  /** Codes of all accounts with their names. */
  Map<String, String> accounts();

  /** Codes that are not among the accounts. */
  default Set<String> unknown(Collection<JournalLine> lines) {
    Set<String> known = accounts().keySet();
    return lines.stream()
        .map(JournalLine::account)
        .filter(account -> !known.contains(account))
        .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new));
  }
}
