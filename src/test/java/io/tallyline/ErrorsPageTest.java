package io.tallyline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The page of errors and the code name the same errors. */
class ErrorsPageTest {
  private static final Pattern IN_CODE = Pattern.compile("\"((?!SHA)[A-Z]{3}-\\d{3})\\b");
  private static final Pattern HEADING =
      Pattern.compile("^### ([A-Z]{3}-\\d{3})$", Pattern.MULTILINE);

  @Test
  void every_code_has_its_heading_and_every_heading_its_code() throws IOException {
    TreeSet<String> inCode = new TreeSet<>();
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
        inCode.addAll(all(IN_CODE, Files.readString(file)));
      }
    }
    List<String> headings = all(HEADING, Files.readString(Path.of("src/docs/errors.md")));

    assertThat(headings).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(headings)).isEqualTo(inCode);
  }

  private static List<String> all(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .map(ErrorsPageTest::code)
        .collect(Collectors.toList());
  }

  private static String code(String match) {
    return match.replaceAll("[^A-Z0-9-]", "");
  }
}
