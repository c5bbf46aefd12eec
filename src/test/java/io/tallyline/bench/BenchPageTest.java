package io.tallyline.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchPageTest {
  @TempDir private Path folder;

  @Test
  void new_figures_take_the_place_of_the_old_ones_and_the_words_stay() throws Exception {
    Files.copy(Path.of("bench/README.md"), folder.resolve("README.md"));
    var figures = new Figures();
    figures.add("hub", Metric.DRAIN, 5_000);

    new BenchPage(folder).write(List.of("one machine"), List.of("old table"), figures, List.of());
    new BenchPage(folder).write(List.of("one machine"), List.of("new table"), figures, List.of());

    assertThat(folder.resolve("README.md"))
        .content()
        .contains("- one machine", "new table", "## How it is measured")
        .doesNotContain("old table", "No complete run");
    assertThat(folder.resolve("drain.svg")).content().contains("5,000/s");
  }

  @Test
  void a_page_without_its_marks_is_told_before_anything_is_measured() throws Exception {
    Files.writeString(folder.resolve("README.md"), "# The bench");

    assertThatThrownBy(() -> new BenchPage(folder)).hasMessageContaining("marks");
  }
}
