package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Says yes to documents that surely fit a schema, at a tenth of the validator's cost. It never
 * explains and never refuses: whatever it does not accept goes to the validator, which decides and
 * finds the words. So it may be stricter than the schema, but must never be more lenient.
 */
final class QuickCheck {
  /** Says nothing about a document. */
  private static final Set<String> SILENT =
      Set.of(
          "$schema", "$id", "$comment", "title", "description", "examples", SchemaKeywords.CONTENT);

  private static final Map<String, Predicate<JsonNode>> TYPES =
      Map.of(
          "object", JsonNode::isObject,
          "array", JsonNode::isArray,
          "string", JsonNode::isTextual,
          "number", JsonNode::isNumber,
          "integer", JsonNode::isIntegralNumber,
          "boolean", JsonNode::isBoolean,
          "null", JsonNode::isNull);

  private final Predicate<JsonNode>[] rules;

  private QuickCheck(List<Predicate<JsonNode>> rules) {
    @SuppressWarnings("unchecked")
    Predicate<JsonNode>[] array = rules.toArray(Predicate[]::new);
    this.rules = array;
  }

  /**
   * @param schema valid, and without references
   * @return empty if the schema has a keyword that is not known here
   */
  static Optional<QuickCheck> of(JsonNode schema) {
    try {
      return Optional.of(compile(schema));
    } catch (NotKnown keyword) {
      return Optional.empty();
    }
  }

  /** Whether the document surely fits; false says nothing. */
  boolean accepts(JsonNode document) {
    for (Predicate<JsonNode> rule : rules) {
      if (!rule.test(document)) {
        return false;
      }
    }
    return true;
  }

  private static final class NotKnown extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotKnown(String keyword) {
      super(keyword, null, false, false);
    }
  }

  private static QuickCheck compile(JsonNode schema) {
    if (!schema.isObject()) {
      throw new NotKnown("a schema that is true or false");
    }
    List<Predicate<JsonNode>> rules = new ArrayList<>();
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      String name = keyword.getKey();
      JsonNode setting = keyword.getValue();
      if (name.equals("properties")) {
        rules.add(properties(setting, schema.path("required")));
      } else if (name.equals("required")) {
        if (!schema.has("properties")) {
          rules.add(required(setting));
        }
      } else if (!SILENT.contains(name)) {
        rules.add(rule(name, setting));
      }
    }
    return new QuickCheck(rules);
  }

  private static Predicate<JsonNode> rule(String keyword, JsonNode setting) {
    return switch (keyword) {
      case "type" -> type(setting);
      case "items" -> items(compile(setting));
      case "contains" -> contains(compile(setting));
      case "allOf" -> allOf(setting);
      case "const" -> oneOf(List.of(setting));
      case "enum" -> oneOf(setting);
      case "format" -> format(setting.textValue());
      case "minLength" -> minLength(setting.intValue());
      case "maxLength" -> maxLength(setting.intValue());
      case "minItems" -> value -> !value.isArray() || value.size() >= setting.intValue();
      case "maxItems" -> value -> !value.isArray() || value.size() <= setting.intValue();
      case "minimum" -> compared(setting, sign -> sign >= 0);
      case "maximum" -> compared(setting, sign -> sign <= 0);
      case "exclusiveMinimum" -> compared(setting, sign -> sign > 0);
      case "exclusiveMaximum" -> compared(setting, sign -> sign < 0);
      default -> SchemaKeywords.own(keyword, setting).orElseThrow(() -> new NotKnown(keyword));
    };
  }

  private static Predicate<JsonNode> type(JsonNode setting) {
    if (setting.isTextual()) {
      return TYPES.get(setting.textValue());
    }
    Predicate<JsonNode> any = value -> false;
    for (JsonNode type : setting) {
      any = any.or(TYPES.get(type.textValue()));
    }
    return any;
  }

  /** One look-up a property, for whether it is there and for what it is. */
  private record Property(String name, boolean required, QuickCheck check) {
    boolean accepts(JsonNode object) {
      JsonNode value = object.get(name);
      return value == null ? !required : check.accepts(value);
    }
  }

  private static Predicate<JsonNode> properties(JsonNode schemas, JsonNode required) {
    Set<String> demanded = new HashSet<>();
    required.forEach(name -> demanded.add(name.textValue()));
    List<Property> properties = new ArrayList<>();
    schemas
        .properties()
        .forEach(
            entry ->
                properties.add(
                    new Property(
                        entry.getKey(),
                        demanded.remove(entry.getKey()),
                        compile(entry.getValue()))));
    Property[] known = properties.toArray(Property[]::new);
    String[] others = demanded.toArray(String[]::new);
    return value -> {
      if (!value.isObject()) {
        return true;
      }
      for (Property property : known) {
        if (!property.accepts(value)) {
          return false;
        }
      }
      return hasAll(value, others);
    };
  }

  private static Predicate<JsonNode> required(JsonNode names) {
    List<String> demanded = new ArrayList<>();
    names.forEach(name -> demanded.add(name.textValue()));
    String[] known = demanded.toArray(String[]::new);
    return value -> !value.isObject() || hasAll(value, known);
  }

  private static boolean hasAll(JsonNode object, String[] names) {
    for (String name : names) {
      if (!object.has(name)) {
        return false;
      }
    }
    return true;
  }

  private static Predicate<JsonNode> items(QuickCheck check) {
    return value -> {
      if (value.isArray()) {
        for (int i = 0; i < value.size(); i++) {
          if (!check.accepts(value.get(i))) {
            return false;
          }
        }
      }
      return true;
    };
  }

  private static Predicate<JsonNode> contains(QuickCheck check) {
    return value -> {
      if (!value.isArray()) {
        return true;
      }
      for (int i = 0; i < value.size(); i++) {
        if (check.accepts(value.get(i))) {
          return true;
        }
      }
      return false;
    };
  }

  private static Predicate<JsonNode> allOf(JsonNode schemas) {
    List<Predicate<JsonNode>> all = new ArrayList<>();
    schemas.forEach(schema -> all.add(compile(schema)::accepts));
    return new QuickCheck(all)::accepts;
  }

  /** Texts and nothing else: two numbers of one value may be different nodes. */
  private static Predicate<JsonNode> oneOf(Iterable<JsonNode> values) {
    Set<String> texts = new HashSet<>();
    for (JsonNode value : values) {
      if (!value.isTextual()) {
        throw new NotKnown("a constant that is no text");
      }
      texts.add(value.textValue());
    }
    return value -> value.isTextual() && texts.contains(value.textValue());
  }

  private static Predicate<JsonNode> format(String name) {
    Formats.Kind kind = Formats.ALL.get(name);
    if (kind == null) {
      throw new NotKnown("the format " + name);
    }
    return value -> !value.isTextual() || kind.valid().test(value.textValue());
  }

  private static Predicate<JsonNode> minLength(int least) {
    return value -> {
      String text = value.textValue();
      return text == null || text.codePointCount(0, text.length()) >= least;
    };
  }

  /** A text has at least as many characters here as JSON Schema counts. */
  private static Predicate<JsonNode> maxLength(int most) {
    return value -> {
      String text = value.textValue();
      return text == null || text.length() <= most;
    };
  }

  private interface Sign {
    boolean fits(int sign);
  }

  private static Predicate<JsonNode> compared(JsonNode setting, Sign wanted) {
    BigDecimal limit = Decimals.of(setting);
    boolean whole = setting.isInt() || setting.isLong();
    long wholeLimit = whole ? setting.longValue() : 0;
    return value -> {
      if (!value.isNumber()) {
        return true;
      }
      if (whole && (value.isInt() || value.isLong())) {
        return wanted.fits(Long.compare(value.longValue(), wholeLimit));
      }
      return wanted.fits(Decimals.of(value).compareTo(limit));
    };
  }
}
