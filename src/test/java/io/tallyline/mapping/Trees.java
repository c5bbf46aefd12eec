package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plain copies of JSON trees that compare numbers by value and the journal's date as a moment. */
final class Trees {
  private Trees() {}

  static Object byValue(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> copy = new LinkedHashMap<>();
      node.properties()
          .forEach(
              entry ->
                  copy.put(
                      entry.getKey(),
                      entry.getKey().equals("date")
                          ? OffsetDateTime.parse(entry.getValue().asText()).toInstant()
                          : byValue(entry.getValue())));
      return copy;
    }
    if (node.isArray()) {
      List<Object> copy = new ArrayList<>();
      node.forEach(element -> copy.add(byValue(element)));
      return copy;
    }
    if (node.isNumber()) {
      BigDecimal number = node.decimalValue().stripTrailingZeros();
      return number.signum() == 0 ? BigDecimal.ZERO : number;
    }
    return node.asText();
  }
}
