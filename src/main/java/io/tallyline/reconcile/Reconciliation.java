package io.tallyline.reconcile;

import io.tallyline.replay.CompareJournals.LineDifference;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of one comparison.
 *
 * @param from events received and journals recorded at or after
 * @param to and before
 * @param status running, done or failed
 * @param events in the version that finance handles, of each transaction the one that counts
 * @param copies the same events in other versions
 * @param repeats further messages of transactions that have one
 * @param journals recorded in the window, transactions of zero among them
 * @param differences exact count of each kind that was found
 * @param kept how many of them are listed
 * @param accountErrors how many accounts have other totals than the events
 */
public record Reconciliation(
    long id,
    Instant from,
    Instant to,
    String status,
    String createdBy,
    String reason,
    Instant startedAt,
    @Nullable Instant endedAt,
    long events,
    long copies,
    long repeats,
    long journals,
    Map<Kind, Long> differences,
    long kept,
    long accountErrors,
    @Nullable String error) {

  public boolean isDone() {
    return status.equals("done");
  }

  /** Done, and events and journals agree in everything. */
  public boolean isClean() {
    return isDone() && accountErrors == 0 && found() == 0;
  }

  /** All differences, listed or not. */
  public long found() {
    return differences.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * One difference.
   *
   * @param no its number in the reconciliation
   * @param eventId number of the stored event
   * @param lines where the journal differs
   */
  public record Difference(
      long no,
      Kind kind,
      String transactionId,
      @Nullable Long eventId,
      @Nullable String messageId,
      @Nullable String eventName,
      @Nullable Integer eventVersion,
      @Nullable Instant receivedAt,
      @Nullable Long journalId,
      @Nullable String currency,
      String detail,
      List<LineDifference> lines) {}

  /** What events and ledger have on one account; exact sums. */
  public record AccountTotal(
      String account,
      String currency,
      BigDecimal eventsDebit,
      BigDecimal eventsCredit,
      BigDecimal ledgerDebit,
      BigDecimal ledgerCredit) {
    public boolean agrees() {
      return eventsDebit.compareTo(ledgerDebit) == 0 && eventsCredit.compareTo(ledgerCredit) == 0;
    }
  }

  /**
   * Quantities and amounts of one item in the lines of one kind of event: of all events, and of
   * those whose journal the ledger has.
   *
   * @param part the list of the message that the lines stand in, for example {@code producedItems}
   */
  public record ItemTotal(
      String itemNumber,
      String eventName,
      String part,
      String currency,
      BigDecimal eventsQuantity,
      BigDecimal eventsCost,
      BigDecimal eventsSales,
      BigDecimal postedQuantity,
      BigDecimal postedCost,
      BigDecimal postedSales) {
    public boolean agrees() {
      return eventsQuantity.compareTo(postedQuantity) == 0
          && eventsCost.compareTo(postedCost) == 0
          && eventsSales.compareTo(postedSales) == 0;
    }
  }
}
