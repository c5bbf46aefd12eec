package io.tallyline.deadletter;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What an edit changed, by value: 1.50 for 1.5 is no change.
 *
 * @param diff array of {@code {pointer, before, after}}; a side is left out where nothing stood
 * @param changesAmount a number or a currency differs, or one of the two is not JSON, so that
 *     nobody can tell
 */
public record EditedBody(JsonNode diff, boolean changesAmount) {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final int MOST_DIFFERENCES = 10_000;
  private static final Set<String> CURRENCIES = Set.of("currency", "currencyCode");

  static EditedBody of(byte[] before, byte[] after) {
    ArrayNode diff = JsonNodeFactory.withExactBigDecimals(true).arrayNode();
    try {
      JsonNode old = JSON.readTree(before);
      JsonNode fresh = JSON.readTree(after);
      compare(old, fresh, "", diff);
    } catch (IOException notJson) {
      diff.addObject().put("pointer", "").put("note", "one of the two is not JSON");
      return new EditedBody(diff, true);
    }
    boolean amount = diff.size() >= MOST_DIFFERENCES;
    for (JsonNode difference : diff) {
      String pointer = difference.path("pointer").asText();
      amount |=
          CURRENCIES.contains(pointer.substring(pointer.lastIndexOf('/') + 1))
              || hasNumber(difference.path("before"))
              || hasNumber(difference.path("after"));
    }
    return new EditedBody(diff, amount);
  }

  private static void compare(JsonNode before, JsonNode after, String at, ArrayNode diff) {
    if (diff.size() >= MOST_DIFFERENCES) {
      return;
    }
    if (before.isObject() && after.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      before.fieldNames().forEachRemaining(names::add);
      after.fieldNames().forEachRemaining(names::add);
      for (String name : names) {
        String step = name.replace("~", "~0").replace("/", "~1");
        compare(before.path(name), after.path(name), at + "/" + step, diff);
      }
    } else if (before.isArray() && after.isArray()) {
      for (int i = 0; i < Math.max(before.size(), after.size()); i++) {
        compare(before.path(i), after.path(i), at + "/" + i, diff);
      }
    } else if (!same(before, after)) {
      ObjectNode difference = diff.addObject().put("pointer", at);
      set(difference, "before", before);
      set(difference, "after", after);
    }
  }

  private static void set(ObjectNode difference, String side, JsonNode value) {
    if (!(value instanceof MissingNode)) {
      difference.set(side, value);
    }
  }

  private static boolean same(JsonNode before, JsonNode after) {
    return before.isNumber() && after.isNumber()
        ? before.decimalValue().compareTo(after.decimalValue()) == 0
        : before.equals(after);
  }

  private static boolean hasNumber(JsonNode node) {
    if (node.isNumber()) {
      return true;
    }
    for (JsonNode inner : node) {
      if (hasNumber(inner)) {
        return true;
      }
    }
    return false;
  }
}
