package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares two schemas without references, keyword by keyword: the keywords of one schema all apply
 * together, so if each lets through no less and no more than before, the whole does. A keyword that
 * does not order that way must stay as it is.
 */
final class CompareSchemas {
  private static final JsonNode ANYTHING = JsonNodeFactory.instance.objectNode();

  /** They say something to people and nothing about messages. */
  private static final Set<String> FREE =
      Set.of("title", "description", "$comment", "examples", "deprecated");

  private static final Set<String> COMPARED_ONE_BY_ONE =
      Set.of(
          "type",
          "const",
          "enum",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "multipleOf",
          "format",
          "maxItemsTogether",
          "x-content",
          "required",
          "properties",
          "additionalProperties",
          "items");

  private final FoundChanges found;

  private CompareSchemas(SchemaKind kind) {
    this.found = new FoundChanges(kind);
  }

  /** In the order of the schema; compatible changes too, but no change of mere words. */
  static List<SchemaChange> compare(JsonNode released, JsonNode current, SchemaKind kind) {
    CompareSchemas comparison = new CompareSchemas(kind);
    comparison.compare(released, current, SchemaPlace.ROOT);
    return comparison.found.all();
  }

  void compare(JsonNode before, JsonNode after, SchemaPlace at) {
    JsonNode was = before.isBoolean() && before.booleanValue() ? ANYTHING : before;
    JsonNode is = after.isBoolean() && after.booleanValue() ? ANYTHING : after;
    if (was.equals(is)) {
      return;
    }
    if (!was.isObject() || !is.isObject() || looksAtOthers(was) || looksAtOthers(is)) {
      found.unknown(at, "schema " + SchemaLimits.shown(was), "schema " + SchemaLimits.shown(is));
      return;
    }
    content(was, is, at);
    SchemaPlace in = at.inside(isContent(was) && isContent(is));
    Set<String> typesBefore = SchemaValues.types(was);
    Set<String> typesAfter = SchemaValues.types(is);
    types(was, is, typesBefore, typesAfter, in);
    if (Collections.disjoint(typesBefore, typesAfter)) {
      return;
    }
    values(was, is, in);
    limits(was, is, typesBefore, typesAfter, in);
    if (typesBefore.contains("object") && typesAfter.contains("object")) {
      new CompareProperties(was, is, in, found).compare(this);
    }
    if (typesBefore.contains("array") && typesAfter.contains("array")) {
      items(was, is, in);
    }
    theRest(was, is, in);
  }

  /**
   * Keywords that say nothing by themselves: what others have looked at, or two lists of values.
   */
  private static boolean looksAtOthers(JsonNode schema) {
    return schema.has("unevaluatedProperties")
        || schema.has("unevaluatedItems")
        || schema.has("const") && schema.has("enum");
  }

  static boolean isContent(JsonNode schema) {
    return schema.path("x-content").asBoolean(true);
  }

  private void content(JsonNode was, JsonNode is, SchemaPlace at) {
    found.add(
        at.keyword("x-content"),
        SchemaLimits.rule(was, "x-content"),
        SchemaLimits.rule(is, "x-content"),
        isContent(was) == isContent(is) ? Set.of() : Set.of(Breaks.CONTENT_HASH),
        "");
  }

  private void types(
      JsonNode was, JsonNode is, Set<String> typesBefore, Set<String> typesAfter, SchemaPlace at) {
    if (was.has("type") || is.has("type")) {
      Set<Breaks> breaks =
          SchemaLimits.either(
              !typesAfter.containsAll(typesBefore), !typesBefore.containsAll(typesAfter));
      found.rule(at, was, is, "type", breaks);
    }
  }

  private void values(JsonNode was, JsonNode is, SchemaPlace at) {
    Optional<List<JsonNode>> before = SchemaValues.only(was);
    Optional<List<JsonNode>> after = SchemaValues.only(is);
    Set<Breaks> breaks;
    if (before.isPresent() && after.isPresent()) {
      breaks =
          SchemaLimits.either(
              !SchemaValues.allIn(before.get(), after.get()),
              !SchemaValues.allIn(after.get(), before.get()));
    } else {
      breaks = SchemaLimits.either(after.isPresent(), before.isPresent());
    }
    String keywordBefore = was.has("const") ? "const" : "enum";
    String keyword = is.has("const") ? "const" : is.has("enum") ? "enum" : keywordBefore;
    found.add(
        at.keyword(keyword),
        SchemaLimits.rule(was, was.has(keywordBefore) ? keywordBefore : keyword),
        SchemaLimits.rule(is, keyword),
        breaks,
        "");
  }

  private void limits(
      JsonNode was, JsonNode is, Set<String> typesBefore, Set<String> typesAfter, SchemaPlace at) {
    Relevance relevance = new Relevance(typesBefore, typesAfter);
    Set<String> numbers = Set.of(SchemaValues.INTEGER, SchemaValues.FRACTION);
    each(SchemaLimits.UPPER, SchemaLimits::upper, was, is, relevance, at);
    each(SchemaLimits.LOWER, SchemaLimits::lower, was, is, relevance, at);
    each(SchemaLimits.SWITCHES, SchemaLimits::switched, was, is, relevance, at);
    each(Map.of("multipleOf", numbers), SchemaLimits::multipleOf, was, is, relevance, at);
    each(Map.of("format", Set.of("string")), SchemaLimits::format, was, is, relevance, at);
    each(
        Map.of("maxItemsTogether", Set.of("object")),
        SchemaLimits::together,
        was,
        is,
        relevance,
        at);
    for (boolean lower : new boolean[] {true, false}) {
      SchemaLimits.Bound before = SchemaLimits.Bound.of(was, lower);
      SchemaLimits.Bound after = SchemaLimits.Bound.of(is, lower);
      Set<Breaks> breaks = relevance.of(SchemaLimits.bound(before, after, lower), numbers);
      String keyword = after.inWords().replaceFirst("^no ", "").replaceFirst(" .*", "");
      found.add(at.keyword(keyword), before.inWords(), after.inWords(), breaks, "");
    }
  }

  private interface Rule {
    Set<Breaks> compare(JsonNode before, JsonNode after);
  }

  private void each(
      Map<String, Set<String>> keywords,
      Rule rule,
      JsonNode was,
      JsonNode is,
      Relevance relevance,
      SchemaPlace at) {
    for (String keyword : new TreeSet<>(keywords.keySet())) {
      Set<Breaks> breaks = rule.compare(was.path(keyword), is.path(keyword));
      found.rule(
          at, was, is, keyword, relevance.of(breaks, keywords.getOrDefault(keyword, Set.of())));
    }
  }

  /** A length says nothing about numbers: what no message of that side can be is left out. */
  private record Relevance(Set<String> before, Set<String> after) {
    Set<Breaks> of(Set<Breaks> breaks, Set<String> types) {
      EnumSet<Breaks> kept = EnumSet.noneOf(Breaks.class);
      kept.addAll(breaks);
      if (Collections.disjoint(before, types)) {
        kept.remove(Breaks.PRODUCER);
      }
      if (Collections.disjoint(after, types)) {
        kept.remove(Breaks.CONSUMER);
      }
      if (Collections.disjoint(before, types) || Collections.disjoint(after, types)) {
        kept.remove(Breaks.CONTENT_HASH);
      }
      return kept;
    }
  }

  /** Elements without a schema are hashed as they stand, unknown fields included. */
  private void items(JsonNode was, JsonNode is, SchemaPlace at) {
    if (was.path("items").isObject() != is.path("items").isObject()) {
      found.add(
          at.keyword("items"),
          SchemaLimits.rule(was, "items"),
          SchemaLimits.rule(is, "items"),
          Set.of(Breaks.CONTENT_HASH),
          "");
    }
    compare(orAnything(was.path("items")), orAnything(is.path("items")), at.items());
  }

  private static JsonNode orAnything(JsonNode schema) {
    return schema.isMissingNode() ? ANYTHING : schema;
  }

  /** Never guessed: a combination of schemas, or a keyword nobody here knows. */
  private void theRest(JsonNode was, JsonNode is, SchemaPlace at) {
    Set<String> keywords = new TreeSet<>();
    was.fieldNames().forEachRemaining(keywords::add);
    is.fieldNames().forEachRemaining(keywords::add);
    keywords.removeAll(FREE);
    keywords.removeAll(COMPARED_ONE_BY_ONE);
    keywords.removeAll(SchemaLimits.UPPER.keySet());
    keywords.removeAll(SchemaLimits.LOWER.keySet());
    keywords.removeAll(SchemaLimits.SWITCHES.keySet());
    for (String keyword : keywords) {
      if (!was.path(keyword).equals(is.path(keyword))) {
        found.unknown(
            at.keyword(keyword), SchemaLimits.rule(was, keyword), SchemaLimits.rule(is, keyword));
      }
    }
  }
}
