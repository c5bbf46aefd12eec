package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick check accepts what it should, and nothing that the validator would not. */
class QuickCheckTest {
  private static final Path MAPPINGS = Path.of("mappings");
  private static final Schemas SCHEMAS = new Schemas(new MappingFiles(MAPPINGS));

  /** Put in the place of each value of a document. */
  private static final List<String> VALUES =
      Stream.of(
              "null true false 0 1 -1 7 -0.0 1.0 0.5 1e0 1E+2 12345678901234567890 2147483648",
              "0.0001 0.00001 0.0000001 999999999999999.9999 1000000000000000 999999999999999.99990",
              "1e15 1e-7 -0.01 1.23456 100.1000000 [] {} [1] [{}] {\"a\":1} \"\" \"_\" \"a\" \"USD\"",
              "\"usd\" \"Sales\" \"2025-02-29T00:00:00Z\" \"2024-02-29T00:00:00Z\" \"1899-12-31\"",
              "\"5E0C7D1B-2F3A-4B4C-9D5E-6F708192A3B4\" \"00000000-0000-0000-0000-000000000000\"",
              "\"a\\u0000b\" \"a\\tb\" \"\\u00a0\"")
          .flatMap(line -> Stream.of(line.split(" ")))
          .toList();

  private static final List<String> TEXTS =
      List.of(
          "x".repeat(128),
          "x".repeat(129),
          "😀".repeat(128),
          "😀".repeat(65),
          "  ",
          "x ".repeat(64));

  static Stream<Path> schemas() throws IOException {
    try (Stream<Path> files = Files.walk(MAPPINGS)) {
      return files
          .map(MAPPINGS::relativize)
          .filter(file -> file.toString().endsWith(".schema.json"))
          .filter(file -> !file.startsWith("released") && file.getNameCount() > 1)
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("schemas")
  void what_is_accepted_is_valid_however_a_document_is_spoiled(Path file) throws Exception {
    Schema schema = SCHEMAS.compile(file.toString());
    QuickCheck quick = QuickCheck.of(schema.source()).orElseThrow();
    int[] accepted = new int[1];
    int[] refused = new int[1];
    List<JsonNode> documents = documents(file);
    for (JsonNode document : documents) {
      if (schema.validates(document)) {
        assertThat(quick.accepts(document)).as("quick to accept %s", document).isTrue();
      }
      spoil(
          document,
          document,
          spoiled -> {
            if (quick.accepts(spoiled)) {
              accepted[0]++;
              assertThat(schema.validates(spoiled)).as("%s", spoiled).isTrue();
            } else {
              refused[0]++;
            }
          });
    }
    assertThat(documents).isNotEmpty();
    assertThat(accepted[0]).isPositive();
    assertThat(refused[0]).isPositive();
  }

  /** The cases that lie beside a schema, and of each only that part which it describes. */
  private static List<JsonNode> documents(Path schema) throws Exception {
    boolean event = schema.endsWith("event.schema.json");
    boolean journal = schema.endsWith("journal.schema.json");
    Path folder = MAPPINGS.resolve(schema).getParent();
    List<JsonNode> documents = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().contains("cases")).sorted().toList()) {
        if (file.toString().endsWith(event ? ".in.json" : ".out.json")) {
          JsonNode content = read(Files.readString(file));
          if (!event || content.has("payload")) {
            documents.add(event ? content.get("payload") : content);
          }
        }
      }
    }
    if (journal) {
      documents.removeIf(content -> !content.has("lines"));
      documents.replaceAll(QuickCheckTest::asMapped);
    }
    return documents;
  }

  /** A case shows the posted journal; a mapping makes it with the date still a timestamp. */
  private static JsonNode asMapped(JsonNode journal) {
    ObjectNode mapped = journal.deepCopy();
    mapped.put("date", "2025-06-30T23:30:00-02:00");
    return mapped;
  }

  private static void spoil(JsonNode root, JsonNode at, Consumer<JsonNode> each) throws Rejected {
    if (at instanceof ObjectNode object) {
      for (String name :
          List.copyOf(object.properties()).stream().map(Map.Entry::getKey).toList()) {
        JsonNode before = object.get(name);
        for (JsonNode value : values()) {
          object.set(name, value);
          each.accept(root);
        }
        object.remove(name);
        each.accept(root);
        object.set(name, before);
        spoil(root, before, each);
      }
      object.put("a name nobody knows", 1);
      each.accept(root);
      object.remove("a name nobody knows");
    } else if (at instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode before = array.get(i);
        for (JsonNode value : values()) {
          array.set(i, value);
          each.accept(root);
        }
        array.set(i, before);
        spoil(root, before, each);
      }
    }
  }

  private static List<JsonNode> values() throws Rejected {
    List<JsonNode> values = new ArrayList<>();
    for (String value : VALUES) {
      values.add(read(value.replace("_", " ")));
    }
    for (String text : TEXTS) {
      values.add(com.fasterxml.jackson.databind.node.TextNode.valueOf(text));
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"oneOf\":[{\"type\":\"string\"}]}",
        "{\"properties\":{\"a\":{\"not\":{\"type\":\"string\"}}}}",
        "{\"additionalProperties\":false}",
        "{\"const\":1}",
        "{\"items\":true}",
        "{\"contains\":{\"type\":\"string\"},\"minContains\":2}"
      })
  void a_schema_with_more_than_it_knows_is_the_validators(String schema) throws Exception {
    assertThat(QuickCheck.of(read(schema))).isEmpty();
  }

  @Test
  void what_is_required_need_not_be_described() throws Exception {
    QuickCheck quick =
        QuickCheck.of(read("{\"required\":[\"a\",\"b\"],\"properties\":{\"a\":{}}}")).orElseThrow();

    assertThat(quick.accepts(read("{\"a\":1,\"b\":null}"))).isTrue();
    assertThat(quick.accepts(read("{\"a\":1}"))).isFalse();
    assertThat(quick.accepts(read("{\"b\":1}"))).isFalse();
    assertThat(QuickCheck.of(read("{\"required\":[\"b\"]}")).orElseThrow().accepts(read("{}")))
        .isFalse();
  }

  private static JsonNode read(String json) throws Rejected {
    return StrictJson.parse(json.getBytes(StandardCharsets.UTF_8), 1_000_000);
  }
}
