package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tallyline.reconcile.Reconciliation;
import io.tallyline.replay.CompareJournals.LineDifference;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The result of comparing events with journals.
 *
 * @param status running, done or failed
 * @param clean done, and everything agrees
 * @param differences exact count of each kind that was found
 * @param kept how many of them are listed
 * @param accountErrors how many accounts have other totals than the events
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownReconciliation(
    long id,
    Instant from,
    Instant to,
    String status,
    boolean clean,
    String createdBy,
    String reason,
    Instant startedAt,
    @Nullable Instant endedAt,
    long events,
    long copies,
    long repeats,
    long journals,
    Map<String, Long> differences,
    long kept,
    long accountErrors,
    @Nullable String error) {
  static ShownReconciliation of(Reconciliation one) {
    Map<String, Long> differences = new TreeMap<>();
    one.differences().forEach((kind, count) -> differences.put(kind.text(), count));
    return new ShownReconciliation(
        one.id(),
        one.from(),
        one.to(),
        one.status(),
        one.isClean(),
        one.createdBy(),
        one.reason(),
        one.startedAt(),
        one.endedAt(),
        one.events(),
        one.copies(),
        one.repeats(),
        one.journals(),
        differences,
        one.kept(),
        one.accountErrors(),
        one.error());
  }

  /**
   * One difference.
   *
   * @param eventId number of the stored event
   * @param lines where the journal differs
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Difference(
      long no,
      String kind,
      String transactionId,
      @Nullable Long eventId,
      @Nullable String messageId,
      @Nullable String eventName,
      @Nullable Integer eventVersion,
      @Nullable Instant receivedAt,
      @Nullable Long journalId,
      @Nullable String currency,
      String detail,
      List<LineDifference> lines) {
    static Difference of(Reconciliation.Difference one) {
      return new Difference(
          one.no(),
          one.kind().text(),
          one.transactionId(),
          one.eventId(),
          one.messageId(),
          one.eventName(),
          one.eventVersion(),
          one.receivedAt(),
          one.journalId(),
          one.currency(),
          one.detail(),
          one.lines());
    }
  }

  /** What events and ledger have on one account. */
  public record Account(
      String account,
      String currency,
      BigDecimal eventsDebit,
      BigDecimal eventsCredit,
      BigDecimal ledgerDebit,
      BigDecimal ledgerCredit,
      boolean agrees) {
    static Account of(Reconciliation.AccountTotal one) {
      return new Account(
          one.account(),
          one.currency(),
          one.eventsDebit(),
          one.eventsCredit(),
          one.ledgerDebit(),
          one.ledgerCredit(),
          one.agrees());
    }
  }

  /** What all events say of an item, and what those say whose journal the ledger has. */
  public record Item(
      String itemNumber,
      String eventName,
      String part,
      String currency,
      BigDecimal eventsQuantity,
      BigDecimal eventsCost,
      BigDecimal eventsSales,
      BigDecimal postedQuantity,
      BigDecimal postedCost,
      BigDecimal postedSales,
      boolean agrees) {
    static Item of(Reconciliation.ItemTotal one) {
      return new Item(
          one.itemNumber(),
          one.eventName(),
          one.part(),
          one.currency(),
          one.eventsQuantity(),
          one.eventsCost(),
          one.eventsSales(),
          one.postedQuantity(),
          one.postedCost(),
          one.postedSales(),
          one.agrees());
    }
  }
}
