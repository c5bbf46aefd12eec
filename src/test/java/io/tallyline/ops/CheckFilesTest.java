package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.testing.BrokenEdits;
import io.tallyline.testing.BrokenEdits.BrokenEdit;
import io.tallyline.testing.CopiedTree;
import io.tallyline.workbench.CheckFiles;
import io.tallyline.workbench.Finding;
import io.tallyline.workbench.NewEvent;
import io.tallyline.workbench.UpdateCases;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code ./hub check} says of the project's own files, and of files with a mistake. */
class CheckFilesTest {
  @TempDir Path home;

  @BeforeEach
  void copy() {
    CopiedTree.of("routes", home);
    CopiedTree.of("mappings", home);
  }

  private List<Finding> findings() {
    return new CheckFiles(EditedProject.at(home)).check().findings();
  }

  @Test
  void finds_nothing_in_the_project_as_it_is() {
    assertThat(findings()).isEmpty();
  }

  static List<BrokenEdit> mistakes() {
    return BrokenEdits.all();
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void finds_a_mistake_in_its_file_and_line(BrokenEdit mistake) throws Exception {
    mistake.make(home);

    List<Finding> findings = findings();

    int line = mistake.line(home);
    assertThat(findings)
        .as("%s at line %d", mistake.foundIn(), line)
        .anyMatch(found -> found.file().equals(mistake.foundIn()) && found.line() == line);
    assertThat(findings).allMatch(found -> !found.what().isBlank() && !found.fix().isBlank());
  }

  @Test
  void knows_at_least_thirty_mistakes() {
    assertThat(BrokenEdits.all()).hasSizeGreaterThanOrEqualTo(30);
  }

  @Test
  void finds_several_mistakes_at_once() {
    List<BrokenEdit> mistakes =
        BrokenEdits.all().stream()
            .filter(
                mistake ->
                    List.of(
                            "a bean that is not there",
                            "an account that is not in the chart",
                            "a reference to nothing")
                        .contains(mistake.name()))
            .toList();
    mistakes.forEach(mistake -> mistake.make(home));

    assertThat(findings())
        .extracting(Finding::file)
        .containsAll(mistakes.stream().map(BrokenEdit::foundIn).toList());
  }

  @Test
  void has_nothing_against_the_files_of_a_new_event() throws Exception {
    new NewEvent(
            home.resolve("routes"),
            home.resolve("mappings"),
            "inventory",
            "scrap-recorded",
            "5100",
            "1300")
        .write();

    assertThat(findings()).isEmpty();
  }

  @Test
  void writes_a_missing_expectation_and_touches_no_other() throws Exception {
    Path expectation =
        home.resolve(
            "mappings/inventory/sales-transaction-created/v2/cases/no-tax-at-all.out.json");
    Files.delete(expectation);

    List<String> written = new UpdateCases(EditedProject.at(home)).update();

    assertThat(written)
        .containsExactly(
            "mappings/inventory/sales-transaction-created/v2/cases/no-tax-at-all.out.json");
    assertThat(findings()).isEmpty();
    assertThat(new UpdateCases(EditedProject.at(home)).update()).isEmpty();
  }
}
