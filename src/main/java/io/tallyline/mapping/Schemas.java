package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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

  /** Takes what is wrong in a schema: the start throws the first, a check collects them all. */
  interface Problems {
    /**
     * @param at JSON pointer into the file
     */
    void add(String file, String at, String what);
  }

  private final MappingFiles files;
  private final Problems problems;
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

  /** Read once in a process: it is a dozen documents. */
  private static final class MetaSchema {
    static final JsonSchema SCHEMA =
        JsonSchemaFactory.getInstance(VersionFlag.V202012)
            .getSchema(
                com.networknt.schema.SchemaLocation.of(
                    "https://json-schema.org/draft/2020-12/schema"));
  }

  Schemas(MappingFiles files) {
    this(
        files,
        (file, at, what) -> {
          throw invalid(file, at, what);
        });
  }

  Schemas(MappingFiles files, Problems problems) {
    this.files = files;
    this.problems = problems;
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
  }

  Schema compile(String file) {
    String shown = MappingFiles.shown(file);
    JsonNode source = inline(file, files.readJson(file), "", 0);
    if (!source.isObject()) {
      throw invalid(file, "", "is not a JSON object");
    }
    ((ObjectNode) source).remove("$defs");
    Set<ValidationMessage> errors = MetaSchema.SCHEMA.validate(source);
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
      // Also for a check: schemas that refer to themselves in two places grow without end.
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
      copy.setAll(target(file, reference, at + "/$ref", depth));
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = entry.getKey();
      if (reference != null && name.equals("$ref") || name.equals("$defs")) {
        continue;
      }
      boolean keyword = !at.endsWith("/properties");
      if (keyword) {
        checkKeyword(file, at + "/" + step(name), name, entry.getValue());
        if (copy.has(name) && !name.equals("description")) {
          problems.add(
              file, at + "/" + name, "says \"" + name + "\" again, which its $ref says already");
        }
      }
      boolean data = keyword && (name.equals("const") || name.equals("enum"));
      copy.set(
          name,
          data
              ? entry.getValue()
              : inline(file, entry.getValue(), at + "/" + step(name), depth + 1));
    }
    return copy;
  }

  private void checkKeyword(String file, String at, String name, JsonNode value) {
    if (PATTERNS.contains(name)) {
      problems.add(
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
      problems.add(
          file,
          at,
          "names the format \""
              + value.asText()
              + "\", which nobody checks; there are "
              + String.join(", ", Formats.ALL.keySet().stream().sorted().toList()));
    }
  }

  private ObjectNode target(String file, JsonNode reference, String at, int depth) {
    String text = reference.asText();
    int hash = text.indexOf('#');
    String path = hash < 0 ? text : text.substring(0, hash);
    String pointer = hash < 0 ? "" : text.substring(hash + 1);
    String targetFile = path.isEmpty() ? file : files.resolve(file, path);
    JsonNode document = files.readJson(targetFile);
    boolean points = pointer.isEmpty() || pointer.startsWith("/");
    if (!points) {
      problems.add(file, at, "$ref \"" + text + "\" must end in a JSON pointer like #/$defs/uuid");
    }
    JsonNode target = points ? document.at(pointer) : document.path("");
    if (points && !target.isObject()) {
      problems.add(file, at, "$ref \"" + text + "\" leads to nothing");
    }
    return inline(targetFile, target, pointer, depth + 1) instanceof ObjectNode object
        ? object
        : JsonNodeFactory.instance.objectNode();
  }

  /** A name as a step of a JSON pointer. */
  private static String step(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  /** Everything wrong with a schema goes to {@link Problems}, as far as it can be read. */
  void examine(String file) {
    JsonNode source = files.readJson(file);
    if (!source.isObject()) {
      problems.add(file, "", "is not a JSON object");
      return;
    }
    for (ValidationMessage error : MetaSchema.SCHEMA.validate(source)) {
      StringBuilder at = new StringBuilder();
      for (int i = 0; i < error.getInstanceLocation().getNameCount(); i++) {
        at.append('/').append(step(String.valueOf(error.getInstanceLocation().getElement(i))));
      }
      problems.add(file, at.toString(), Shown.text(error.getMessage(), 300));
    }
    examine(file, source, "", 0);
  }

  /** Each schema inside a schema by itself, so that one broken reference hides no other. */
  private void examine(String file, JsonNode node, String at, int depth) {
    if (depth > DEEPEST_SCHEMA) {
      problems.add(file, at, "is nested too deep");
      return;
    }
    boolean names = at.endsWith("/properties") || at.endsWith("/$defs");
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String name = entry.getKey();
      String here = at + "/" + step(name);
      if (!names && name.equals("$ref")) {
        examineReference(file, entry.getValue(), here, depth);
      } else if (!names) {
        checkKeyword(file, here, name, entry.getValue());
        SchemaKeywords.wrong(name, entry.getValue())
            .ifPresent(wrong -> problems.add(file, here, wrong));
      }
      if (names || !SchemaKeywords.holdsData(name)) {
        examine(file, entry.getValue(), here, depth + 1);
      }
    }
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        examine(file, node.get(i), at + "/" + i, depth + 1);
      }
    }
  }

  private void examineReference(String file, JsonNode reference, String at, int depth) {
    try {
      target(file, reference, at, depth);
    } catch (StartRefused unreadable) {
      String said = unreadable.getMessage();
      problems.add(file, at, "$ref \"" + reference.asText() + "\": " + said.substring(8));
    }
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
