package io.tallyline.mapping;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * What a message means for the ledger, before accounts are looked up.
 *
 * @param reference the transaction id in lower case
 * @param date the transaction's moment
 * @param currency ISO 4217
 * @param lines in order, without zero amounts; empty if every amount is zero
 */
public record PostingDraft(
    String reference, Instant date, String currency, String description, List<Line> lines) {
  public PostingDraft {
    lines = List.copyOf(lines);
  }

  /** In the form of a posting mapping's own output, without zero lines: as cases show it. */
  public ObjectNode tree() {
    ObjectNode tree = JsonNodeFactory.withExactBigDecimals(true).objectNode();
    tree.put("reference", reference);
    tree.put("date", date.toString());
    tree.put("currency", currency);
    tree.put("description", description);
    ArrayNode shown = tree.putArray("lines");
    for (Line line : lines) {
      boolean debit = line.debit().signum() > 0;
      ObjectNode one = shown.addObject();
      one.put("account", line.account());
      one.put(debit ? "debit" : "credit", debit ? line.debit() : line.credit());
      if (!line.description().isEmpty()) {
        one.put("description", line.description());
      }
    }
    return tree;
  }

  /** Exactly one of debit and credit is above zero, the other is zero; at most 4 decimals. */
  public record Line(String account, BigDecimal debit, BigDecimal credit, String description) {}
}
