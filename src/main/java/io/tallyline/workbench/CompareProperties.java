package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The named properties of one object, and which of them must be there. */
final class CompareProperties {
  private static final String UNDECLARED = "additionalProperties";

  private final JsonNode was;
  private final JsonNode is;
  private final SchemaPlace at;
  private final FoundChanges found;
  private final Set<String> requiredBefore;
  private final Set<String> requiredAfter;
  private final Set<String> gone;
  private final Set<String> added;

  CompareProperties(JsonNode was, JsonNode is, SchemaPlace at, FoundChanges found) {
    this.was = was;
    this.is = is;
    this.at = at;
    this.found = found;
    this.requiredBefore = required(was);
    this.requiredAfter = required(is);
    this.gone = declaredOnlyIn(was, is);
    this.added = declaredOnlyIn(is, was);
  }

  private static Set<String> required(JsonNode schema) {
    Set<String> names = new TreeSet<>();
    schema.path("required").forEach(name -> names.add(name.asText()));
    return names;
  }

  private static Set<String> declaredOnlyIn(JsonNode one, JsonNode other) {
    Set<String> names = new TreeSet<>();
    one.path("properties").fieldNames().forEachRemaining(names::add);
    names.removeIf(name -> declares(other, name));
    return names;
  }

  private static boolean declares(JsonNode schema, String name) {
    return schema.path("properties").has(name);
  }

  void compare(CompareSchemas inside) {
    undeclared();
    renames();
    gone.forEach(this::removal);
    added.forEach(this::addition);
    requirements();
    for (Map.Entry<String, JsonNode> property : is.path("properties").properties()) {
      String name = property.getKey();
      if (declares(was, name)) {
        inside.compare(was.path("properties").path(name), property.getValue(), at.property(name));
      }
    }
  }

  /** What becomes of fields that the schema does not name. */
  private void undeclared() {
    JsonNode before = was.path(UNDECLARED);
    JsonNode after = is.path(UNDECLARED);
    if (open(before) && open(after) || before.equals(after)) {
      return;
    }
    boolean ordered = (open(before) || closed(before)) && (open(after) || closed(after));
    Set<Breaks> breaks =
        ordered ? SchemaLimits.either(closed(after), closed(before)) : Set.of(Breaks.UNKNOWN);
    found.rule(at, was, is, UNDECLARED, breaks);
  }

  private static boolean open(JsonNode undeclared) {
    return undeclared.isMissingNode()
        || undeclared.isBoolean() && undeclared.booleanValue()
        || undeclared.isObject() && undeclared.isEmpty();
  }

  private static boolean closed(JsonNode undeclared) {
    return undeclared.isBoolean() && !undeclared.booleanValue();
  }

  /** Where undeclared fields are not simply accepted, declaring one or not changes more. */
  private static Set<Breaks> with(JsonNode schema, Breaks ifClosed, Set<Breaks> breaks) {
    EnumSet<Breaks> all = EnumSet.noneOf(Breaks.class);
    all.addAll(breaks);
    JsonNode undeclared = schema.path(UNDECLARED);
    if (closed(undeclared)) {
      all.add(ifClosed);
    } else if (!open(undeclared)) {
      all.add(Breaks.UNKNOWN);
    }
    return all;
  }

  /** One went and one like it came: a new name is a new field to everybody who knows the old. */
  private void renames() {
    for (String name : List.copyOf(gone)) {
      for (String other : List.copyOf(added)) {
        if (gone.contains(name) && added.contains(other) && alike(name, other)) {
          gone.remove(name);
          added.remove(other);
          found.add(
              place(other, is),
              declared(name, requiredBefore),
              declared(other, requiredAfter),
              Set.of(Breaks.PRODUCER, Breaks.CONSUMER, Breaks.CONTENT_HASH),
              "looks like '%s' renamed to '%s'".formatted(name, other));
        }
      }
    }
  }

  private boolean alike(String name, String other) {
    JsonNode one = was.path("properties").path(name);
    JsonNode two = is.path("properties").path(other);
    return requiredBefore.contains(name) == requiredAfter.contains(other)
        && CompareSchemas.compare(one, two, SchemaKind.MESSAGE).isEmpty();
  }

  private void removal(String name) {
    Set<Breaks> breaks = Set.of(Breaks.CONSUMER, Breaks.CONTENT_HASH);
    found.add(
        place(name, was),
        declared(name, requiredBefore),
        "no property '" + name + "'",
        with(is, Breaks.PRODUCER, breaks),
        "");
  }

  private void addition(String name) {
    boolean needed = requiredBefore.contains(name) || requiredAfter.contains(name);
    boolean waived = requiredBefore.contains(name) && !requiredAfter.contains(name);
    found.add(
        place(name, is),
        "no property '" + name + "'",
        declared(name, requiredAfter),
        with(was, Breaks.CONSUMER, SchemaLimits.either(needed, waived)),
        needed ? "" : "consumers first: producers may send it once every consumer knows it");
  }

  private void requirements() {
    Set<String> names = new TreeSet<>(requiredBefore);
    names.addAll(requiredAfter);
    for (String name : names) {
      boolean before = requiredBefore.contains(name);
      boolean after = requiredAfter.contains(name);
      if (before != after && declares(was, name) == declares(is, name)) {
        found.add(
            at.property(name),
            before ? "required" : "optional",
            after ? "required" : "optional",
            SchemaLimits.either(after, before),
            "");
      }
    }
  }

  private SchemaPlace place(String name, JsonNode schema) {
    JsonNode property = schema.path("properties").path(name);
    return at.property(name).inside(CompareSchemas.isContent(property));
  }

  private String declared(String name, Set<String> required) {
    return (required.contains(name) ? "required" : "optional") + " property '" + name + "'";
  }
}
