package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which types and which single values a schema lets through. */
final class SchemaValues {
  /** A number is one of these two, so that integer is a part of number like any other part. */
  static final String INTEGER = "integer";

  static final String FRACTION = "fraction";

  private static final Set<String> ANY =
      Set.of("null", "boolean", "object", "array", "string", INTEGER, FRACTION);

  private SchemaValues() {}

  /** Without {@code type}, what {@code enum} or {@code const} list; without these, all. */
  static Set<String> types(JsonNode schema) {
    Set<String> types = new TreeSet<>();
    JsonNode declared = schema.path("type");
    if (declared.isTextual()) {
      add(declared.asText(), types);
    } else if (declared.isArray()) {
      declared.forEach(type -> add(type.asText(), types));
    } else {
      only(schema)
          .ifPresentOrElse(
              values -> values.forEach(value -> types.add(typeOf(value))), () -> types.addAll(ANY));
    }
    return types;
  }

  private static void add(String type, Set<String> types) {
    types.add(type.equals("number") ? FRACTION : type);
    if (type.equals("number")) {
      types.add(INTEGER);
    }
  }

  private static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case OBJECT -> "object";
      case ARRAY -> "array";
      case STRING -> "string";
      case BOOLEAN -> "boolean";
      case NUMBER -> value.decimalValue().stripTrailingZeros().scale() <= 0 ? INTEGER : FRACTION;
      default -> "null";
    };
  }

  /** The values of {@code const} or {@code enum}; empty if any is allowed. */
  static Optional<List<JsonNode>> only(JsonNode schema) {
    if (schema.has("const")) {
      return Optional.of(List.of(schema.get("const")));
    }
    if (!schema.path("enum").isArray()) {
      return Optional.empty();
    }
    List<JsonNode> values = new ArrayList<>();
    schema.get("enum").forEach(values::add);
    return Optional.of(values);
  }

  static boolean allIn(List<JsonNode> values, List<JsonNode> others) {
    return values.stream().allMatch(value -> others.stream().anyMatch(one -> same(value, one)));
  }

  /** Numbers by value: 1 and 1.0 are one value. */
  private static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue()) == 0;
    }
    return one.equals(other);
  }
}
