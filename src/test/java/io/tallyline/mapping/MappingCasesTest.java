package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
      JsonNode out = run(input, in);
      assertThat(Trees.byValue(out))
          .isEqualTo(Trees.byValue(StrictJson.parse(Files.readString(expected))));
    } else {
      String[] reasonAndText = Files.readString(error).strip().split(" ", 2);
      Rejected rejected = catchThrowableOfType(Rejected.class, () -> run(input, in));
      assertThat(rejected).isNotNull();
      assertThat(rejected.reason().text()).isEqualTo(reasonAndText[0]);
      assertThat(rejected).hasMessageContaining(reasonAndText[1]);
    }
  }

  private static JsonNode run(String input, JsonNode in) throws Rejected {
    if (input.contains("/upcast-cases/")) {
      MessageType type = MessageType.ofFolder(input.substring(0, input.indexOf("/upcast-cases/")));
      MessageVersions step =
          new MessageVersions(
              List.of(new MessageType(type.module(), type.event(), type.version() - 1), type));
      return MAPPINGS.understood(step).read(type.version() - 1, in).body();
    }
    String folder = input.substring(0, input.indexOf("/cases/"));
    if (Files.exists(ROOT.resolve(folder).resolve("message.jslt"))) {
      byte[] body =
          MAPPINGS
              .translation(folder)
              .translate(in.get("payload"), Instant.parse(in.get("occurred_at").asText()));
      return StrictJson.parse(body, Names.LARGEST_BODY_BYTES);
    }
    MAPPINGS.contract(folder.replace("finance/", "inventory/")).check(in);
    return MAPPINGS.posting(folder + "/journal.jslt").apply(in).tree();
  }
}
