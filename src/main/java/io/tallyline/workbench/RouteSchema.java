package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The schema of Camel's YAML, as Camel itself publishes it and as visual editors expect it. Of its
 * many answers to one mistake (one for each alternative that does not fit) the most telling stays.
 */
final class RouteSchema {
  private static final String RESOURCE = "/schema/camelYamlDsl.json";

  /** From the most telling to the least. */
  private static final List<String> TELLING =
      List.of("additionalProperties", "enum", "required", "maxProperties", "type");

  /** One thing that does not fit, at a JSON pointer. */
  record Misfit(String pointer, String what, String fix) {}

  private static final class Loaded {
    /** Of some hundred definitions a route needs a dozen. */
    private static final SchemaValidatorsConfig LAZY =
        SchemaValidatorsConfig.builder().preloadJsonSchema(false).build();

    static final JsonSchema SCHEMA = load();

    private static JsonSchema load() {
      try (InputStream stream = RouteSchema.class.getResourceAsStream(RESOURCE)) {
        if (stream == null) {
          throw new StartRefused("WRK-002", "Camel's YAML schema is missing on the class path.");
        }
        JsonMetaSchema draft4 =
            JsonMetaSchema.builder(JsonMetaSchema.getV4())
                .keyword(new NonValidationKeyword("deprecated"))
                .build();
        return JsonSchemaFactory.getInstance(VersionFlag.V4, factory -> factory.metaSchema(draft4))
            .getSchema(new JsonMapper().readTree(stream), LAZY);
      } catch (IOException broken) {
        throw new StartRefused("WRK-002", "Camel's YAML schema cannot be read.", broken);
      }
    }
  }

  private RouteSchema() {}

  static List<Misfit> misfits(JsonNode document) {
    Map<String, ValidationMessage> byPlace = new HashMap<>();
    for (ValidationMessage message : Loaded.SCHEMA.validate(document)) {
      if (TELLING.contains(message.getType()) && !tolerated(message)) {
        byPlace.merge(
            pointer(message.getInstanceLocation()) + "#" + name(message),
            message,
            (one, other) -> rank(one) <= rank(other) ? one : other);
      }
    }
    return mostTelling(byPlace.values());
  }

  /** A place says nothing new about a mistake further inside, or about a better told one. */
  private static List<Misfit> mostTelling(Iterable<ValidationMessage> messages) {
    List<Misfit> misfits = new ArrayList<>();
    for (ValidationMessage message : messages) {
      String at = pointer(message.getInstanceLocation());
      boolean outdone = false;
      for (ValidationMessage other : messages) {
        String inside = pointer(other.getInstanceLocation());
        outdone |= inside.startsWith(at + "/") && rank(message) > 0;
        outdone |= inside.equals(at) && rank(other) < rank(message);
      }
      if (!outdone) {
        misfits.add(misfit(message, at));
      }
    }
    return misfits;
  }

  private static Misfit misfit(ValidationMessage message, String at) {
    String name = name(message);
    return switch (message.getType()) {
      case "additionalProperties" ->
          new Misfit(
              at + "/" + YamlSource.step(name),
              "Camel's YAML knows no '" + name + "' here",
              Spelling.suggestion(
                  name, allowed(message), "Remove it, or move it where it belongs"));
      case "required" ->
          new Misfit(at, "'" + name + "' is missing here", "Add it, indented below this line");
      case "maxProperties" ->
          new Misfit(at, "two steps stand in one", "Begin each step with a '-' of its own");
      default ->
          new Misfit(
              at,
              message.getMessage().replaceFirst("^\\$[^:]*: ", ""),
              "Write it as Camel's YAML wants it");
    };
  }

  /** What may stand where something unknown stands. */
  private static Set<String> allowed(ValidationMessage message) {
    JsonNodePath keyword = message.getSchemaLocation().getFragment();
    JsonNode schema = Loaded.SCHEMA.getSchemaNode().at(pointer(keyword.getParent()));
    Set<String> names = new TreeSet<>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String name(ValidationMessage message) {
    return message.getProperty() == null ? "" : message.getProperty();
  }

  private static int rank(ValidationMessage message) {
    return TELLING.indexOf(message.getType());
  }

  /** Camel converts: a number or a placeholder may stand where another form is asked for. */
  private static boolean tolerated(ValidationMessage message) {
    JsonNode value = message.getInstanceNode();
    return message.getType().equals("type")
        && value != null
        && value.isValueNode()
        && (value.asText().contains("{{")
            || (value.isNumber() || value.isBoolean())
                && message.getMessage().contains("string expected"));
  }

  private static String pointer(JsonNodePath path) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < path.getNameCount(); i++) {
      pointer.append('/').append(YamlSource.step(String.valueOf(path.getElement(i))));
    }
    return pointer.toString();
  }
}
