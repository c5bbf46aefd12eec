package io.tallyline.ops.desk;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.deadletter.RetryValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a bulk retry would post, from a value just worked out or one that was kept. */
public record ShownValue(
    long letters,
    long looked,
    long wouldPost,
    long recorded,
    long wouldFail,
    long unknown,
    List<RetryValue.AccountSum> accounts,
    Map<String, BigDecimal> debits,
    List<RetryValue.AccountSum> blocked) {
  static ShownValue of(RetryValue value) {
    return new ShownValue(
        value.letters(),
        value.looked(),
        value.wouldPost(),
        value.recorded(),
        value.wouldFail(),
        value.unknown(),
        value.accounts(),
        new TreeMap<>(value.debits()),
        value.blocked());
  }

  static ShownValue of(JsonNode kept) {
    Map<String, BigDecimal> debits = new TreeMap<>();
    kept.path("debits")
        .properties()
        .forEach(total -> debits.put(total.getKey(), new BigDecimal(total.getValue().textValue())));
    return new ShownValue(
        kept.path("letters").longValue(),
        kept.path("looked").longValue(),
        kept.path("wouldPost").longValue(),
        kept.path("recorded").longValue(),
        kept.path("wouldFail").longValue(),
        kept.path("unknown").longValue(),
        sums(kept.path("accounts")),
        debits,
        sums(kept.path("blocked")));
  }

  private static List<RetryValue.AccountSum> sums(JsonNode kept) {
    List<RetryValue.AccountSum> sums = new ArrayList<>();
    kept.forEach(
        sum ->
            sums.add(
                new RetryValue.AccountSum(
                    sum.path("account").asText(),
                    sum.path("currency").asText(),
                    new BigDecimal(sum.path("debit").asText("0")),
                    new BigDecimal(sum.path("credit").asText("0")))));
    return sums;
  }

  /** A bound cut it, so that there may be more. */
  public boolean isCut() {
    return looked < letters;
  }
}
