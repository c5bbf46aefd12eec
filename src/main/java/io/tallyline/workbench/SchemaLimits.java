package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rules about one value that can be ordered: which of two lets more through. Each answer names the
 * side that a change from the first to the second breaks, and is empty if both let the same
 * through.
 */
final class SchemaLimits {
  static final Set<Breaks> NOBODY = Set.of();
  static final Set<Breaks> BOTH = Set.of(Breaks.PRODUCER, Breaks.CONSUMER);

  /** Keyword, and the types of which it says something. */
  static final Map<String, Set<String>> UPPER =
      Map.of(
          "maxLength", Set.of("string"),
          "maxItems", Set.of("array"),
          "maxProperties", Set.of("object"),
          "maxDigits", Set.of(SchemaValues.INTEGER, SchemaValues.FRACTION),
          "maxDecimals", Set.of(SchemaValues.FRACTION));

  static final Map<String, Set<String>> LOWER =
      Map.of(
          "minLength", Set.of("string"),
          "minItems", Set.of("array"),
          "minProperties", Set.of("object"));

  static final Map<String, Set<String>> SWITCHES =
      Map.of(
          "uniqueItems",
          Set.of("array"),
          "nonZero",
          Set.of(SchemaValues.INTEGER, SchemaValues.FRACTION));

  /** Every text of the format on the left is also one of those on the right. */
  private static final Map<String, Set<String>> WIDER_FORMATS =
      Map.of(
          "uuid", Set.of("text", "optional-text"),
          "timestamp", Set.of("text", "optional-text"),
          "currency", Set.of("text", "optional-text"),
          "text", Set.of("optional-text"));

  /** Their texts are hashed by meaning, upper and lower case alike, say. */
  private static final Set<String> HASHED_BY_MEANING = Set.of("uuid", "timestamp");

  /** A bound of numbers; the limit itself is outside if it is exclusive. */
  record Bound(@Nullable BigDecimal limit, boolean exclusive, String inWords) {
    /** The stricter of the inclusive and the exclusive keyword. */
    static Bound of(JsonNode schema, boolean lower) {
      Bound inclusive = read(schema, lower ? "minimum" : "maximum", false);
      Bound exclusive = read(schema, lower ? "exclusiveMinimum" : "exclusiveMaximum", true);
      if (inclusive.limit == null && exclusive.limit == null) {
        return new Bound(null, false, lower ? "no minimum" : "no maximum");
      }
      return exclusive.stricterThan(inclusive, lower) ? exclusive : inclusive;
    }

    private static Bound read(JsonNode schema, String keyword, boolean exclusive) {
      JsonNode limit = schema.path(keyword);
      return limit.isNumber()
          ? new Bound(limit.decimalValue(), exclusive, rule(schema, keyword))
          : new Bound(null, false, "no " + keyword);
    }

    boolean stricterThan(Bound other, boolean lower) {
      if (limit == null || other.limit == null) {
        return limit != null;
      }
      int order = limit.compareTo(other.limit) * (lower ? 1 : -1);
      return order > 0 || order == 0 && exclusive && !other.exclusive;
    }
  }

  private SchemaLimits() {}

  static Set<Breaks> upper(JsonNode before, JsonNode after) {
    if (!before.isNumber() || !after.isNumber()) {
      return either(after.isNumber() && !before.isNumber(), before.isNumber() && !after.isNumber());
    }
    int order = after.decimalValue().compareTo(before.decimalValue());
    return either(order < 0, order > 0);
  }

  /** A lower limit of zero and none are the same. */
  static Set<Breaks> lower(JsonNode before, JsonNode after) {
    BigDecimal least = before.isNumber() ? before.decimalValue() : BigDecimal.ZERO;
    BigDecimal now = after.isNumber() ? after.decimalValue() : BigDecimal.ZERO;
    return either(now.compareTo(least) > 0, now.compareTo(least) < 0);
  }

  static Set<Breaks> bound(Bound before, Bound after, boolean lower) {
    return either(after.stricterThan(before, lower), before.stricterThan(after, lower));
  }

  static Set<Breaks> switched(JsonNode before, JsonNode after) {
    boolean was = before.asBoolean(false);
    boolean is = after.asBoolean(false);
    return either(is && !was, was && !is);
  }

  static Set<Breaks> multipleOf(JsonNode before, JsonNode after) {
    if (!before.isNumber() || !after.isNumber()) {
      return upper(before, after);
    }
    BigDecimal was = before.decimalValue();
    BigDecimal is = after.decimalValue();
    if (was.compareTo(is) == 0) {
      return NOBODY;
    }
    if (is.remainder(was).signum() == 0) {
      return Set.of(Breaks.PRODUCER);
    }
    return was.remainder(is).signum() == 0 ? Set.of(Breaks.CONSUMER) : BOTH;
  }

  static Set<Breaks> format(JsonNode before, JsonNode after) {
    String was = before.asText("");
    String is = after.asText("");
    if (was.equals(is)) {
      return NOBODY;
    }
    EnumSet<Breaks> breaks = EnumSet.noneOf(Breaks.class);
    if (!is.isEmpty() && !WIDER_FORMATS.getOrDefault(was, Set.of()).contains(is)) {
      breaks.add(Breaks.PRODUCER);
    }
    if (!was.isEmpty() && !WIDER_FORMATS.getOrDefault(is, Set.of()).contains(was)) {
      breaks.add(Breaks.CONSUMER);
    }
    if (HASHED_BY_MEANING.contains(was) || HASHED_BY_MEANING.contains(is)) {
      breaks.add(Breaks.CONTENT_HASH);
    }
    return breaks;
  }

  static Set<Breaks> together(JsonNode before, JsonNode after) {
    if (before.isObject() && after.isObject()) {
      boolean sameLists = names(before).equals(names(after));
      return sameLists ? upper(before.path("max"), after.path("max")) : Set.of(Breaks.UNKNOWN);
    }
    return either(after.isObject(), before.isObject());
  }

  private static List<String> names(JsonNode together) {
    List<String> names = new java.util.ArrayList<>();
    together.path("properties").forEach(name -> names.add(name.asText()));
    return names.stream().sorted().toList();
  }

  static Set<Breaks> either(boolean narrower, boolean wider) {
    if (narrower && wider) {
      return BOTH;
    }
    if (narrower) {
      return Set.of(Breaks.PRODUCER);
    }
    return wider ? Set.of(Breaks.CONSUMER) : NOBODY;
  }

  /** {@code maxLength 128}, or {@code no maxLength}. */
  static String rule(JsonNode schema, String keyword) {
    JsonNode value = schema.get(keyword);
    return value == null ? "no " + keyword : keyword + " " + shown(value);
  }

  static String shown(JsonNode value) {
    String text = value.isBigDecimal() ? value.decimalValue().toPlainString() : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 79) + "…";
  }
}
