package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a wrong file answers at the start: which file, where in it, what to do. */
class MappingFilesTest {
  private static final String FOLDER = "shop/item-sold/v1";

  @TempDir Path root;

  @BeforeEach
  void a_small_event_type() throws IOException {
    Files.createDirectories(root.resolve(FOLDER));
    write("shop/item-sold/event.schema.json", "{\"type\":\"object\"}");
    write(FOLDER + "/message.schema.json", "{\"type\":\"object\"}");
    write(FOLDER + "/message.jslt", "{\"at\": $occurredAt}");
    write(FOLDER + "/totals.jslt", "[]");
  }

  @Test
  void a_new_event_type_needs_no_java() throws Exception {
    byte[] body =
        Mappings.open(root)
            .translation(FOLDER)
            .translate(StrictJson.parse("{}"), java.time.Instant.EPOCH);

    assertThat(new String(body)).isEqualTo("{\"at\":\"1970-01-01T00:00:00Z\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\": .b + .c} | 1:10 '+'",
        "// a + b\\n{\"a - b\":\\n  .x-y - .c} | 3:8 '-'",
        ".a * .b | 1:4 '*'",
        ".a / .b | 1:4 '/'",
        ".a < .b | 1:4 '<'",
        ".a >= 2 | 1:4 '>='",
        ".a == 2 | 1:4 '=='",
        ".a != .b | 1:4 '!='",
        "0.5 | 1:1 '0.5' computes in binary floating point; write decimal(\"0.5\")",
        "sum(.a) | use total(array)",
        "round(.a) | rounded(a, decimals)",
        "floor(.a) | 1:1 'floor'",
        "ceiling(.a) | 1:1 'ceiling'",
        "mod(1, 2) | 1:1 'mod'",
        "number(.a) | 1:1 'number'",
        "min(1, 2) | 1:1 'min'",
        "max(1, 2) | 1:1 'max'",
        "random() | every run",
        "now() | $occurredAt",
        "uuid() | every run",
        "string(.a) | text(a)",
        "to-json(.a) | text(a)",
        "from-json(.a) | 1:1 'from-json'",
        "import \"x.jslt\" as x x(.) | 1:1 'import'",
        "def total(x) $x total(.) | choose another name",
      })
  void refuses_what_is_not_exact(String source, String said) throws IOException {
    write(FOLDER + "/message.jslt", source.replace("\\n", "\n"));

    StartRefused refused = refused();

    assertThat(refused.code()).isEqualTo("MAP-004");
    assertThat(refused).hasMessageContaining("mappings/" + FOLDER + "/message.jslt:");
    assertThat(refused).hasMessageContaining(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a + b\": .x-y} // 1 * 2",
        "{* : .}",
        "{\"a\": 1, * - b, c : .}",
        "if (.role == \"Produced\") -1 else 2",
        "[for (.a) . if (. != null)]",
        "{\"sum\": .sum, \"max\": .max}",
        "fallback(.a, 0)",
      })
  void accepts_what_only_looks_like_arithmetic(String source) throws IOException {
    write(FOLDER + "/message.jslt", source);

    assertThatCode(() -> Mappings.open(root).translation(FOLDER)).doesNotThrowAnyException();
  }

  @Test
  void names_line_and_column_of_a_syntax_error() throws IOException {
    write(FOLDER + "/message.jslt", "{\n  \"a\": .b\n  \"c\": .d\n}");

    StartRefused refused = refused();

    assertThat(refused.code()).isEqualTo("MAP-003");
    assertThat(refused).hasMessageContaining("mappings/" + FOLDER + "/message.jslt:3:");
  }

  @Test
  void names_an_unknown_function() throws IOException {
    write(FOLDER + "/totals.jslt", "\nfrobnicate(.a)");

    assertThat(refused()).hasMessageContaining("totals.jslt:2:").hasMessageContaining("frobnicate");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"type\":\"object\", | line 1",
        "[] | not a JSON object",
        "{\"type\":\"objekt\"} | type",
        "{\"properties\":{\"a\":{\"maxDecimal\":4}}} | maxDecimal",
        "{\"properties\":{\"a\":{\"maxDecimals\":\"4\"}}} | whole number",
        "{\"properties\":{\"a\":{\"format\":\"date-time\"}}} | #/properties/a",
        "{\"properties\":{\"a\":{\"pattern\":\"(a+)+\"}}} | regular expression",
        "{\"$ref\":\"https://example.org/a.json\"} | never from the network",
        "{\"$ref\":\"../../../../outside.json\"} | no path below",
        "{\"$ref\":\"../../../missing.json\"} | mappings/missing.json is missing",
        "{\"$ref\":\"#/$defs/none\"} | leads to nothing",
        "{\"properties\":{\"a\":{\"$ref\":\"#\"}}} | refers to itself",
      })
  void refuses_a_wrong_schema(String schema, String said) throws IOException {
    write(FOLDER + "/message.schema.json", schema);

    StartRefused refused = refused();

    assertThat(refused).hasMessageContaining(said);
    assertThat(refused.code()).isIn("MAP-005", "MAP-002");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../v1",
        "shop/item-sold",
        "/shop/item-sold/v1",
        "shop/../shop/v1",
        "Shop/x/v1",
        ""
      })
  void refuses_a_folder_of_another_form(String folder) {
    StartRefused refused =
        catchThrowableOfType(StartRefused.class, () -> Mappings.open(root).translation(folder));

    assertThat(refused.code()).isEqualTo("MAP-002");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x.jslt", "/etc/passwd", "a/../b.jslt", "none.jslt", "", "a\u0000b", "."})
  void refuses_a_file_outside_or_missing(String file) {
    StartRefused refused =
        catchThrowableOfType(StartRefused.class, () -> Mappings.open(root).posting(file));

    assertThat(refused.code()).isEqualTo("MAP-002");
  }

  @Test
  void follows_no_link_out_of_the_folder(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret.jslt"), "{}");
    Files.createSymbolicLink(root.resolve("link.jslt"), secret);

    StartRefused refused =
        catchThrowableOfType(StartRefused.class, () -> Mappings.open(root).posting("link.jslt"));

    assertThat(refused.code()).isEqualTo("MAP-002");
  }

  @Test
  void says_that_the_folder_is_missing() {
    StartRefused refused =
        catchThrowableOfType(StartRefused.class, () -> Mappings.open(root.resolve("nowhere")));

    assertThat(refused).hasMessageStartingWith("MAP-001 ").hasMessageContaining("nowhere");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "extended(.half, 0) | 0",
        "plus(1, decimal(\"0.10\"), 2) | 3.1",
        "minus(1, decimal(\"0.9\")) | 0.1",
        "times(decimal(\"1e3\"), 5) | 5000",
        "extended(decimal(\"0.5\"), decimal(\"0.0001\")) | 0.0001",
        "extended(decimal(\"-0.5\"), decimal(\"0.0001\")) | -0.0001",
        "rounded(decimal(\"-2.345\"), 2) | -2.35",
        "negated(3) | -3",
        "absolute(-3) | 3",
        "positive-part(-3) | 0",
        "negative-part(-3) | 3",
        "total([]) | 0",
        "total([1, decimal(\"0.1\")]) | 1.1",
        "compare(1, decimal(\"1.0\")) | 0",
        "compare(1, 2) | -1",
        "same-amount(1, decimal(\"1.00\")) | true",
        "same-amount(null, 0) | false",
        "same-amount(null, null) | true",
        "positive(0) | false",
        "negative(-1) | true",
        "text(\"a\", null, decimal(\"1e2\"), true) | \"a100true\"",
        "together(null, [1, [2, null]], 3) | [1,2,3]",
        "differs(1, decimal(\"1.0\"), \"x\") | null",
        "differs(null, 2, \"x\", 7) | \"x7 says  but should be 2\"",
      })
  void functions_give(String call, String result) throws Exception {
    String given = call.replace(".half", "decimal(\"0.5\")");

    assertThat(new String(StrictJson.write(evaluate(given)))).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "plus(.none, 1) | plus: argument 1 is null, a number is needed",
        "extended(2, \"3\") | extended: argument 2 is string (is \"3\"), a number is needed",
        "total(.none) | total: argument 1 is null, an array of numbers is needed",
        "total([1, null]) | total: element 1 is null",
        "decimal(5) | decimal: argument 1 is number",
        "decimal(\"1e999999999\") | decimal: argument 1",
        "rounded(1, -1) | rounded: argument 2",
        "text([1]) | text: argument 1 is array",
      })
  void functions_refuse(String call, String said) {
    assertThat(catchThrowableOfType(io.tallyline.contracts.Rejected.class, () -> evaluate(call)))
        .hasMessageContaining(said);
  }

  private static com.fasterxml.jackson.databind.JsonNode evaluate(String call) throws Exception {
    return Mapping.compile("test.jslt", call).apply(StrictJson.parse("{\"x\":1}"), Map.of());
  }

  private StartRefused refused() {
    StartRefused refused =
        catchThrowableOfType(StartRefused.class, () -> Mappings.open(root).translation(FOLDER));
    assertThat(refused).isNotNull();
    return refused;
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(root.resolve(file), text);
  }
}
