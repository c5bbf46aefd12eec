package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.AbstractKeyword;
import com.networknt.schema.BaseJsonValidator;
import com.networknt.schema.ErrorMessageType;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.Format;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonValidator;
import com.networknt.schema.Keyword;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.ValidationContext;
import com.networknt.schema.ValidationMessage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What JSON Schema lacks for exact money: keywords that judge a number by its value, and formats
 * that really are checked.
 */
final class SchemaKeywords {
  /** Marks a property that is no content: it does not enter the content hash. */
  static final String CONTENT = "x-content";

  /** Decides about one value; the text says what it must be, or null if it is. */
  private interface Rule {
    @Nullable String broken(JsonNode value);
  }

  /** Turns a keyword's value in the schema into a rule. */
  private interface RuleOf {
    Rule of(JsonNode setting);
  }

  private SchemaKeywords() {}

  static JsonMetaSchema metaSchema() {
    return JsonMetaSchema.builder(JsonMetaSchema.getV202012())
        .unknownKeywordFactory(new com.networknt.schema.DisallowUnknownKeywordFactory())
        .keyword(new NonValidationKeyword(CONTENT))
        .keyword(keyword("maxDigits", SchemaKeywords::maxDigits))
        .keyword(keyword("maxDecimals", SchemaKeywords::maxDecimals))
        .keyword(keyword("nonZero", SchemaKeywords::nonZero))
        .keyword(keyword("maxItemsTogether", SchemaKeywords::maxItemsTogether))
        .formats(formats())
        .build();
  }

  private static final Set<String> KNOWN = Set.copyOf(metaSchema().getKeywords().keySet());

  private static final Map<String, RuleOf> OWN =
      Map.of(
          "maxDigits", SchemaKeywords::maxDigits,
          "maxDecimals", SchemaKeywords::maxDecimals,
          "nonZero", SchemaKeywords::nonZero,
          "maxItemsTogether", SchemaKeywords::maxItemsTogether);

  /** Whether a keyword's value is data, in which no further schema can stand. */
  static boolean holdsData(String keyword) {
    return keyword.equals("const") || keyword.equals("enum") || OWN.containsKey(keyword);
  }

  /** What is wrong with a keyword and its value, if it is unknown or one of ours. */
  static Optional<String> wrong(String keyword, JsonNode setting) {
    if (!KNOWN.contains(keyword)) {
      return Optional.of("has the keyword \"" + keyword + "\", which nobody checks");
    }
    RuleOf rule = OWN.get(keyword);
    if (rule == null) {
      return Optional.empty();
    }
    try {
      rule.of(setting);
      return Optional.empty();
    } catch (IllegalArgumentException wrong) {
      return Optional.of(keyword + ": " + wrong.getMessage());
    }
  }

  /** One of our own keywords as a rule that a value fits or not; empty if it is none of them. */
  static Optional<Predicate<JsonNode>> own(String keyword, JsonNode setting) {
    RuleOf known = OWN.get(keyword);
    if (known == null) {
      return Optional.empty();
    }
    Rule rule = known.of(setting);
    return Optional.of(value -> rule.broken(value) == null);
  }

  private static Rule maxDigits(JsonNode setting) {
    int most = positive(setting);
    return value -> {
      if (!value.isNumber() || value.isInt()) {
        return null;
      }
      BigDecimal number = Decimals.of(value);
      boolean surely = number.scale() >= 0 && number.scale() <= most && number.precision() <= most;
      return surely || Decimals.digits(number) <= most
          ? null
          : "must have at most " + most + " digits";
    };
  }

  private static Rule maxDecimals(JsonNode setting) {
    int most = positive(setting);
    return value -> {
      if (!value.isNumber() || value.isIntegralNumber()) {
        return null;
      }
      BigDecimal number = Decimals.of(value);
      return number.scale() <= most || Decimals.decimals(number) <= most
          ? null
          : "must have at most " + most + " decimals";
    };
  }

  private static Rule nonZero(JsonNode setting) {
    if (!setting.isBoolean() || !setting.booleanValue()) {
      throw new IllegalArgumentException("nonZero can only be true");
    }
    return value ->
        value.isNumber() && Decimals.of(value).signum() == 0 ? "must not be zero" : null;
  }

  private static Rule maxItemsTogether(JsonNode setting) {
    int most = positive(setting.path("max"));
    List<String> names = new ArrayList<>();
    setting.path("properties").forEach(name -> names.add(name.asText()));
    return value -> {
      int items = 0;
      for (String name : names) {
        items += value.path(name).size();
      }
      return items <= most
          ? null
          : String.join(" and ", names) + " must have at most " + most + " items together";
    };
  }

  private static int positive(JsonNode setting) {
    if (!setting.isInt() || setting.intValue() < 0) {
      throw new IllegalArgumentException("needs a whole number, not " + setting);
    }
    return setting.intValue();
  }

  private static List<Format> formats() {
    List<Format> formats = new ArrayList<>();
    Formats.ALL.forEach(
        (name, kind) ->
            formats.add(
                new Format() {
                  @Override
                  public String getName() {
                    return name;
                  }

                  @Override
                  public boolean matches(
                      ExecutionContext execution, ValidationContext context, JsonNode value) {
                    return !value.isTextual() || kind.valid().test(value.textValue());
                  }
                }));
    return formats;
  }

  private static Keyword keyword(String name, RuleOf ruleOf) {
    return new AbstractKeyword(name) {
      @Override
      public JsonValidator newValidator(
          SchemaLocation location,
          JsonNodePath path,
          JsonNode setting,
          JsonSchema parent,
          ValidationContext context) {
        return new RuleValidator(
            location, path, setting, parent, this, context, ruleOf.of(setting));
      }
    };
  }

  private static final class RuleValidator extends BaseJsonValidator {
    private final Rule rule;

    RuleValidator(
        SchemaLocation location,
        JsonNodePath path,
        JsonNode setting,
        JsonSchema parent,
        Keyword keyword,
        ValidationContext context,
        Rule rule) {
      super(location, path, setting, parent, errorType(keyword), keyword, context, false);
      this.rule = rule;
    }

    private static ErrorMessageType errorType(Keyword keyword) {
      return keyword::getValue;
    }

    @Override
    public Set<ValidationMessage> validate(
        ExecutionContext execution, JsonNode node, JsonNode root, JsonNodePath at) {
      String broken = rule.broken(node);
      if (broken == null) {
        return Set.of();
      }
      return Set.of(
          message()
              .instanceNode(node)
              .instanceLocation(at)
              .message("{0}: {1}")
              .arguments(broken)
              .failFast(execution.isFailFast())
              .build());
    }
  }
}
