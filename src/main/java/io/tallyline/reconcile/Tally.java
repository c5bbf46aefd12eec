package io.tallyline.reconcile;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.mapping.StrictJson;
import io.tallyline.reconcile.Reconciliation.AccountTotal;
import io.tallyline.reconcile.Reconciliation.ItemTotal;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Exact sums per account and per item; as large as the charts of both, not as the window. */
final class Tally {
  private static final String OTHERS = "(further items)";

  private final int itemsMost;
  private final Map<Account, Sides> accounts = new TreeMap<>();
  private final Map<Item, Amounts> items = new TreeMap<>();

  Tally(int itemsMost) {
    this.itemsMost = itemsMost;
  }

  private record Account(String currency, String code) implements Comparable<Account> {
    @Override
    public int compareTo(Account other) {
      int byCurrency = currency.compareTo(other.currency);
      return byCurrency != 0 ? byCurrency : code.compareTo(other.code);
    }
  }

  private static final class Sides {
    private BigDecimal eventsDebit = BigDecimal.ZERO;
    private BigDecimal eventsCredit = BigDecimal.ZERO;
    private BigDecimal ledgerDebit = BigDecimal.ZERO;
    private BigDecimal ledgerCredit = BigDecimal.ZERO;
  }

  private record Item(String number, String event, String part, String currency)
      implements Comparable<Item> {
    @Override
    public int compareTo(Item other) {
      return key().compareTo(other.key());
    }

    private String key() {
      return String.join("\u0000", number, event, part, currency);
    }
  }

  private static final class Amounts {
    private BigDecimal quantity = BigDecimal.ZERO;
    private BigDecimal cost = BigDecimal.ZERO;
    private BigDecimal sales = BigDecimal.ZERO;
    private BigDecimal postedQuantity = BigDecimal.ZERO;
    private BigDecimal postedCost = BigDecimal.ZERO;
    private BigDecimal postedSales = BigDecimal.ZERO;
  }

  /** What the mapping makes of an event today. */
  void event(Journal draft) {
    for (JournalLine line : draft.lines()) {
      Sides sides = sides(draft.currency(), line.account());
      sides.eventsDebit = sides.eventsDebit.add(line.debit());
      sides.eventsCredit = sides.eventsCredit.add(line.credit());
    }
  }

  void ledger(String currency, List<JournalLine> lines) {
    for (JournalLine line : lines) {
      Sides sides = sides(currency, line.account());
      sides.ledgerDebit = sides.ledgerDebit.add(line.debit());
      sides.ledgerCredit = sides.ledgerCredit.add(line.credit());
    }
  }

  private Sides sides(String currency, String account) {
    return accounts.computeIfAbsent(new Account(currency, account), key -> new Sides());
  }

  /** The lines of an event, wherever its version has them: in arrays whose lines name items. */
  void items(StoredEvent event, String currency, boolean posted) {
    JsonNode body;
    try {
      body = StrictJson.parse(event.body(), Names.LARGEST_BODY_BYTES);
    } catch (Rejected unreadable) {
      return;
    }
    body.properties()
        .forEach(
            field -> {
              if (field.getValue().isArray()) {
                for (JsonNode line : field.getValue()) {
                  add(event.name(), field.getKey(), currency, line, posted);
                }
              }
            });
  }

  private void add(String event, String part, String currency, JsonNode line, boolean posted) {
    String number = line.path("itemNumber").asText("");
    if (number.isEmpty()) {
      return;
    }
    Item item = new Item(number, event, part, currency);
    if (!items.containsKey(item) && items.size() >= itemsMost) {
      item = new Item(OTHERS, event, part, currency);
    }
    Amounts amounts = items.computeIfAbsent(item, key -> new Amounts());
    BigDecimal quantity = decimal(line, line.has("quantityChange") ? "quantityChange" : "quantity");
    BigDecimal cost = decimal(line, "extendedCost");
    BigDecimal sales = decimal(line, "extendedSellingPrice");
    amounts.quantity = amounts.quantity.add(quantity);
    amounts.cost = amounts.cost.add(cost);
    amounts.sales = amounts.sales.add(sales);
    if (posted) {
      amounts.postedQuantity = amounts.postedQuantity.add(quantity);
      amounts.postedCost = amounts.postedCost.add(cost);
      amounts.postedSales = amounts.postedSales.add(sales);
    }
  }

  private static BigDecimal decimal(JsonNode line, String field) {
    JsonNode value = line.path(field);
    return value.isNumber() ? value.decimalValue() : BigDecimal.ZERO;
  }

  List<AccountTotal> accounts() {
    List<AccountTotal> totals = new ArrayList<>();
    accounts.forEach(
        (account, sides) ->
            totals.add(
                new AccountTotal(
                    account.code(),
                    account.currency(),
                    sides.eventsDebit,
                    sides.eventsCredit,
                    sides.ledgerDebit,
                    sides.ledgerCredit)));
    return totals;
  }

  List<ItemTotal> items() {
    List<ItemTotal> totals = new ArrayList<>();
    items.forEach(
        (item, amounts) ->
            totals.add(
                new ItemTotal(
                    item.number(),
                    item.event(),
                    item.part(),
                    item.currency(),
                    amounts.quantity,
                    amounts.cost,
                    amounts.sales,
                    amounts.postedQuantity,
                    amounts.postedCost,
                    amounts.postedSales)));
    return totals;
  }
}
