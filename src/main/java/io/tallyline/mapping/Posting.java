package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** From a checked message to the lines of its journal. Thread-safe. */
public final class Posting {
  private final Mapping mapping;
  private final Schema shape;

  Posting(Mapping mapping, Schema shape) {
    this.mapping = mapping;
    this.shape = shape;
  }

  /**
   * Does not ask whether debits equal credits: the journal does.
   *
   * @param message that its {@link MessageContract} has accepted
   * @throws Rejected schema (MAP-024 the mapping failed, MAP-025 it made no journal)
   */
  public PostingDraft apply(JsonNode message) throws Rejected {
    JsonNode journal = mapping.apply(message, Map.of());
    shape.check(journal, "MAP-025", "the journal that " + mapping.file() + " makes");
    Timestamps.Moment date = Timestamps.read(journal.get("date").textValue());
    if (date == null) {
      throw broken("date is no timestamp");
    }
    List<PostingDraft.Line> lines = new ArrayList<>();
    for (JsonNode line : journal.get("lines")) {
      BigDecimal debit = amount(line.get("debit"));
      BigDecimal credit = amount(line.get("credit"));
      if (debit.signum() > 0 && credit.signum() > 0) {
        throw broken(
            "the line of account " + line.get("account").textValue() + " has a debit and a credit");
      }
      if (debit.signum() > 0 || credit.signum() > 0) {
        lines.add(
            new PostingDraft.Line(
                line.get("account").textValue(),
                debit,
                credit,
                line.path("description").asText("")));
      }
    }
    return new PostingDraft(
        journal.get("reference").textValue().toLowerCase(Locale.ROOT),
        date.instant(),
        journal.get("currency").textValue(),
        journal.get("description").textValue(),
        lines);
  }

  private static BigDecimal amount(@org.jspecify.annotations.Nullable JsonNode side) {
    return side == null || side.isNull() ? BigDecimal.ZERO : Decimals.bare(Decimals.of(side));
  }

  private Rejected broken(String what) {
    return new Rejected(
        Reason.SCHEMA, "MAP-025", mapping.file() + ": " + what + "; correct the mapping");
  }
}
