package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.tallyline.contracts.StartRefused;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Compiles schemas. Each {@code $ref} is replaced by its target first: the validator never loads
 * anything, follows nothing at run time, and the content hash sees one plain tree.
 */
final class Schemas {
  private static final int DEEPEST_SCHEMA = 24;
  private static final Set<String> PATTERNS = Set.of("pattern", "patternProperties");

  private final MappingFiles files;
  private final JsonSchemaFactory factory;
  private final SchemaValidatorsConfig config =
      SchemaValidatorsConfig.builder()
          .failFast(true)
          .formatAssertionsEnabled(true)
          .locale(Locale.ENGLISH)
          .pathType(PathType.JSON_PATH)
          .cacheRefs(true)
          .preloadJsonSchema(true)
          .build();
  private final JsonSchema metaSchema;

  Schemas(MappingFiles files) {
    this.files = files;
    this.factory =
        JsonSchemaFactory.getInstance(
            VersionFlag.V202012,
            builder ->
                builder
                    .metaSchema(SchemaKeywords.metaSchema())
                    .schemaLoaders(
                        loaders ->
                            loaders.add(
                                iri -> {
                                  throw new IllegalArgumentException(iri + " is not loaded");
                                })));
    this.metaSchema =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(
                com.networknt.schema.SchemaLocation.of(
                    "https://json-schema.org/draft/2020-12/schema"));
  }

  Schema compile(String file) {
    String shown = MappingFiles.shown(file);
    JsonNode source = inline(file, files.readJson(file), "", 0);
    if (!source.isObject()) {
      throw invalid(file, "", "is not a JSON object");
    }
    ((ObjectNode) source).remove("$defs");
    Set<ValidationMessage> errors = metaSchema.validate(source);
    if (!errors.isEmpty()) {
      throw invalid(file, "", Shown.text(errors.iterator().next().getMessage(), 300));
    }
    try {
      JsonSchema compiled = factory.getSchema(source, config);
      compiled.initializeValidators();
      return new Schema(shown, compiled, source);
    } catch (RuntimeException wrong) {
      throw invalid(file, "", Shown.text(wrong.getMessage(), 300));
    }
  }

  /** A copy without references; refuses what is not checked or not safe to check. */
  private JsonNode inline(String file, JsonNode node, String at, int depth) {
    if (depth > DEEPEST_SCHEMA) {
      throw invalid(file, at, "refers to itself, or is nested too deep");
    }
    if (node instanceof ArrayNode array) {
      ArrayNode copy = array.arrayNode();
      for (int i = 0; i < array.size(); i++) {
        copy.add(inline(file, array.get(i), at + "/" + i, depth + 1));
      }
      return copy;
    }
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    ObjectNode copy = object.objectNode();
    JsonNode reference = at.endsWith("/properties") ? null : object.get("$ref");
    if (reference != null) {
      copy.setAll((ObjectNode) target(file, reference, at, depth));
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = entry.getKey();
      if (reference != null && name.equals("$ref") || name.equals("$defs")) {
        continue;
      }
      boolean keyword = !at.endsWith("/properties");
      if (keyword) {
        checkKeyword(file, at, name, entry.getValue());
        if (copy.has(name) && !name.equals("description")) {
          throw invalid(file, at, "says \"" + name + "\" again, which its $ref says already");
        }
      }
      boolean data = keyword && (name.equals("const") || name.equals("enum"));
      copy.set(
          name,
          data ? entry.getValue() : inline(file, entry.getValue(), at + "/" + name, depth + 1));
    }
    return copy;
  }

  private static void checkKeyword(String file, String at, String name, JsonNode value) {
    if (PATTERNS.contains(name)) {
      throw invalid(
          file,
          at,
          "uses \""
              + name
              + "\": a regular expression can be made to run for minutes;"
              + " use a format ("
              + String.join(", ", Formats.ALL.keySet().stream().sorted().toList())
              + ") or const/enum");
    }
    if (name.equals("format") && !Formats.ALL.containsKey(value.asText())) {
      throw invalid(
          file,
          at,
          "names the format \""
              + value.asText()
              + "\", which nobody checks; there are "
              + String.join(", ", Formats.ALL.keySet().stream().sorted().toList()));
    }
  }

  private JsonNode target(String file, JsonNode reference, String at, int depth) {
    String text = reference.asText();
    int hash = text.indexOf('#');
    String path = hash < 0 ? text : text.substring(0, hash);
    String pointer = hash < 0 ? "" : text.substring(hash + 1);
    String targetFile = path.isEmpty() ? file : files.resolve(file, path);
    JsonNode document = files.readJson(targetFile);
    if (!pointer.isEmpty() && !pointer.startsWith("/")) {
      throw invalid(file, at, "$ref \"" + text + "\" must end in a JSON pointer like #/$defs/uuid");
    }
    JsonNode target = pointer.isEmpty() ? document : document.at(pointer);
    if (!target.isObject()) {
      throw invalid(file, at, "$ref \"" + text + "\" leads to nothing");
    }
    return inline(targetFile, target, pointer, depth + 1);
  }

  private static StartRefused invalid(String file, String at, String what) {
    return new StartRefused(
        "MAP-005",
        MappingFiles.shown(file)
            + (at.isEmpty() ? "" : " at #" + at)
            + ": "
            + what
            + "; correct the schema");
  }
}
