package io.tallyline.reconcile;

import io.tallyline.reconcile.Reconciliation.AccountTotal;
import io.tallyline.reconcile.Reconciliation.Difference;
import io.tallyline.reconcile.Reconciliation.ItemTotal;
import io.tallyline.replay.CompareJournals.LineDifference;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reconciliation as CSV (RFC 4180, UTF-8), written while it is read. A text that a spreadsheet
 * would take for a formula gets an apostrophe in front.
 */
public final class ExportReconciliation {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+([.][0-9]+)?");
  private static final Pattern FORMULA = Pattern.compile("[=+\\-@\t\r].*", Pattern.DOTALL);
  private static final Pattern QUOTED = Pattern.compile("[\",\r\n]");

  private final ReconcileLedger reconciliations;

  ExportReconciliation(ReconcileLedger reconciliations) {
    this.reconciliations = reconciliations;
  }

  /** A row for every line that differs; one for a difference without lines. */
  public void differences(long id, Appendable csv) throws IOException {
    reconciliations.one(id);
    row(
        csv,
        "no",
        "kind",
        "transaction_id",
        "event_id",
        "message_id",
        "event_name",
        "event_version",
        "received_at",
        "journal_id",
        "currency",
        "account",
        "posted_debit",
        "posted_credit",
        "drafted_debit",
        "drafted_credit",
        "detail");
    long after = 0;
    List<Difference> page;
    do {
      page = reconciliations.differences(id, null, after, ReconcileLedger.MOST);
      for (Difference difference : page) {
        difference(csv, difference);
        after = difference.no();
      }
    } while (page.size() == ReconcileLedger.MOST);
  }

  private static void difference(Appendable csv, Difference one) throws IOException {
    List<@Nullable LineDifference> lines = new ArrayList<>(one.lines());
    if (lines.isEmpty()) {
      lines.add(null);
    }
    for (LineDifference line : lines) {
      row(
          csv,
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
          line == null ? null : line.account(),
          line == null ? null : line.postedDebit(),
          line == null ? null : line.postedCredit(),
          line == null ? null : line.draftedDebit(),
          line == null ? null : line.draftedCredit(),
          one.detail());
    }
  }

  public void accounts(long id, Appendable csv) throws IOException {
    reconciliations.one(id);
    row(
        csv,
        "account",
        "currency",
        "events_debit",
        "events_credit",
        "ledger_debit",
        "ledger_credit",
        "agrees");
    for (AccountTotal one : reconciliations.accounts(id)) {
      row(
          csv,
          one.account(),
          one.currency(),
          one.eventsDebit(),
          one.eventsCredit(),
          one.ledgerDebit(),
          one.ledgerCredit(),
          one.agrees());
    }
  }

  public void items(long id, Appendable csv) throws IOException {
    reconciliations.one(id);
    row(
        csv,
        "item_number",
        "event_name",
        "part",
        "currency",
        "events_quantity",
        "events_cost",
        "events_sales",
        "posted_quantity",
        "posted_cost",
        "posted_sales",
        "agrees");
    int offset = 0;
    List<ItemTotal> page;
    do {
      page = reconciliations.items(id, offset, ReconcileLedger.MOST);
      for (ItemTotal one : page) {
        row(
            csv,
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
      offset += page.size();
    } while (page.size() == ReconcileLedger.MOST);
  }

  private static void row(Appendable csv, @Nullable Object... cells) throws IOException {
    for (int i = 0; i < cells.length; i++) {
      csv.append(i == 0 ? "" : ",").append(cell(cells[i]));
    }
    csv.append("\r\n");
  }

  static String cell(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    String text = value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    boolean formula = FORMULA.matcher(text).matches() && !NUMBER.matcher(text).matches();
    String guarded = formula ? "'" + text : text;
    return QUOTED.matcher(guarded).find() ? "\"" + guarded.replace("\"", "\"\"") + "\"" : guarded;
  }
}
