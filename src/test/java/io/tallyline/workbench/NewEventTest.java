package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.StrictJson;
import io.tallyline.testing.CopiedTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewEventTest {
  @TempDir Path folder;

  private Path routes;
  private Path mappings;

  @BeforeEach
  void copy() {
    routes = CopiedTree.of("routes", folder);
    mappings = CopiedTree.of("mappings", folder);
  }

  private NewEvent event(String module, String name) {
    return new NewEvent(routes, mappings, module, name, "5100", "1300");
  }

  @Test
  void writes_an_event_that_can_be_posted_as_it_stands() throws Exception {
    event("inventory", "scrap-recorded").write();

    Path in = mappings.resolve("inventory/scrap-recorded/v1/cases/two-lines.in.json");
    Preview preview =
        new Preview.Files(routes, mappings).of(StrictJson.parse(Files.readString(in)), null);
    assertThat(preview.eventType()).isEqualTo("ScrapRecorded");
    assertThat(preview.posted().journal().lines())
        .extracting(line -> line.account() + " " + line.debit() + " " + line.credit())
        .containsExactly("5100 87.9753 0", "1300 0 87.9753");
    assertThat(mappings.resolve("inventory/scrap-recorded/v1/cases/two-lines.out.json")).exists();
    assertThat(mappings.resolve("finance/scrap-recorded/v1/cases/one-amount.out.json")).exists();
  }

  @Test
  void adds_one_line_to_each_table_and_changes_nothing_else() throws Exception {
    String relay = Files.readString(routes.resolve("inventory/relay-outbox.camel.yaml"));

    event("inventory", "scrap-recorded").write();

    String edited = Files.readString(routes.resolve("inventory/relay-outbox.camel.yaml"));
    String line = "                ScrapRecorded                -> inventory/scrap-recorded/v1\n";
    assertThat(edited).contains(line);
    assertThat(edited.replace(line, "")).isEqualTo(relay);
  }

  @Test
  void writes_nothing_where_the_event_is_there_already() throws Exception {
    long before = files();

    assertThatThrownBy(() -> event("inventory", "sales-transaction-created").write())
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("WRK-321");

    assertThat(files()).isEqualTo(before);
  }

  private long files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.count();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ScrapRecorded", "scrap_recorded", "", "-scrap", "../x", "scrap--x"})
  void refuses_a_name_that_is_not_in_kebab_case(String name) {
    assertThatThrownBy(() -> event("inventory", name))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("kebab-case");
  }

  @Test
  void refuses_a_module_whose_events_nobody_relays() {
    assertThatThrownBy(() -> event("payroll", "wage-paid")).hasMessageContaining("inventory");
  }
}
