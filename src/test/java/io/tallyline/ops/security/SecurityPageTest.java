package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page of the docs and the code have the same table of endpoints. */
class SecurityPageTest {
  @Test
  void the_table_of_the_docs_is_the_table_of_the_code() throws IOException {
    List<String> expected =
        EndpointTable.ROWS.stream()
            .map(
                row ->
                    "| %s | `%s` | %s | %s |"
                        .formatted(
                            row.methods(),
                            row.pattern(),
                            row.role() == null ? "everybody" : row.role().word(),
                            row.what()))
            .toList();

    List<String> page =
        Files.readAllLines(Path.of("src/docs/security.md")).stream()
            .dropWhile(line -> !line.startsWith("| methods |"))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .toList();

    assertThat(page).isEqualTo(expected);
  }
}
