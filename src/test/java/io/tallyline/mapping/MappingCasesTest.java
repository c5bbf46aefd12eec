package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Rejected;
import io.tallyline.workbench.MappingCase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every case that lies beside a mapping: an input, and what must come of it. */
class MappingCasesTest {
  private static final Path ROOT = Path.of("mappings");
  private static final Mappings MAPPINGS = Mappings.open(ROOT);

  static List<String> cases() throws Exception {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .map(file -> ROOT.relativize(file).toString())
          .filter(file -> file.endsWith(".in.json"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gives_what_the_case_says(String input) throws Exception {
    Path expected = ROOT.resolve(input.replace(".in.json", ".out.json"));
    Path error = ROOT.resolve(input.replace(".in.json", ".error.txt"));
    JsonNode in = StrictJson.parse(Files.readString(ROOT.resolve(input)));
    assertThat(Files.exists(expected) ^ Files.exists(error)).as("one expectation").isTrue();

    if (Files.exists(expected)) {
      JsonNode out = MappingCase.of(ROOT, ROOT.resolve(input)).run(MAPPINGS, in);
      assertThat(Trees.byValue(out))
          .isEqualTo(Trees.byValue(StrictJson.parse(Files.readString(expected))));
    } else {
      String[] reasonAndText = Files.readString(error).strip().split(" ", 2);
      Rejected rejected =
          catchThrowableOfType(
              Rejected.class, () -> MappingCase.of(ROOT, ROOT.resolve(input)).run(MAPPINGS, in));
      assertThat(rejected).isNotNull();
      assertThat(rejected.reason().text()).isEqualTo(reasonAndText[0]);
      assertThat(rejected).hasMessageContaining(reasonAndText[1]);
    }
  }
}
