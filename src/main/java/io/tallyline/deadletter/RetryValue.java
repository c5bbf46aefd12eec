package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * What a retry of many would post; exact sums.
 *
 * @param letters how many were asked for
 * @param looked how many were looked at: fewer if the bound {@code hub.dead-letters.preview-most}
 *     cut it
 * @param wouldPost journals that would be written
 * @param recorded those whose transaction the ledger has already, so that nothing would be written
 * @param wouldFail rejected by the mapping, or with an account that the ledger does not have
 * @param unknown no journal can be worked out, as for an outbox row
 * @param accounts per account and currency, of the journals that would be written
 * @param debits per currency, of the same
 * @param blocked per account and currency, of the journals that wait for an account which the
 *     ledger does not have: what is at stake until the mapping or the ledger is corrected
 */
public record RetryValue(
    long letters,
    long looked,
    long wouldPost,
    long recorded,
    long wouldFail,
    long unknown,
    List<AccountSum> accounts,
    Map<String, BigDecimal> debits,
    List<AccountSum> blocked) {

  /** What one account gets in one currency. */
  public record AccountSum(String account, String currency, BigDecimal debit, BigDecimal credit) {}

  public boolean isCut() {
    return looked < letters;
  }

  /** For the audit and the table: amounts as text, so that nothing rounds them. */
  ObjectNode json() {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("letters", letters)
            .put("looked", looked)
            .put("wouldPost", wouldPost)
            .put("recorded", recorded)
            .put("wouldFail", wouldFail)
            .put("unknown", unknown);
    put(json.putArray("accounts"), accounts);
    put(json.putArray("blocked"), blocked);
    ObjectNode totals = json.putObject("debits");
    debits.forEach((currency, debit) -> totals.put(currency, debit.toPlainString()));
    return json;
  }

  private static void put(ArrayNode array, List<AccountSum> sums) {
    sums.forEach(
        sum ->
            array
                .addObject()
                .put("account", sum.account())
                .put("currency", sum.currency())
                .put("debit", sum.debit().toPlainString())
                .put("credit", sum.credit().toPlainString()));
  }
}
