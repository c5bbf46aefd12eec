package io.tallyline.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompiledTablesTest {
  private static final Mappings FILES = Mappings.open(Path.of("mappings"));

  private final Set<String> broken = new HashSet<>();
  private String edition = "1";
  private final CompiledTables<String, Map<String, String>> tables =
      new CompiledTables<>(
          FILES,
          (mappings, line, where) -> {
            if (broken.contains(line.right())) {
              throw new StartRefused("MAP-003", line.right() + " is broken");
            }
            return line.right() + " " + edition;
          },
          Map::copyOf);

  @Test
  void compiles_a_line_once_until_the_files_change() {
    assertThat(tables.check("a -> x\nb -> y", "route 1")).containsEntry("a", "x 1");
    edition = "2";
    assertThat(tables.get("a -> x\nb -> y")).containsEntry("b", "y 1");
    assertThat(tables.check("a -> x\nc -> z", "route 1")).containsEntry("a", "x 1");

    assertThat(tables.use(FILES)).isEmpty();

    assertThat(tables.get("a -> x\nc -> z")).containsEntry("a", "x 2").containsEntry("c", "z 2");
  }

  @Test
  void goes_on_with_a_line_that_no_longer_compiles_and_takes_the_others() {
    tables.check("a -> x\nb -> y", "route 1");
    broken.add("x");
    edition = "2";

    assertThat(tables.use(FILES)).hasSize(1);
    assertThat(tables.get("a -> x\nb -> y")).isEqualTo(Map.of("a", "x 1", "b", "y 2"));

    broken.clear();
    edition = "3";
    assertThat(tables.use(FILES)).isEmpty();
    assertThat(tables.get("a -> x\nb -> y")).isEqualTo(Map.of("a", "x 3", "b", "y 3"));
  }

  @Test
  void keeps_a_table_that_is_used_without_having_been_checked() {
    tables.get("a -> x");
    broken.add("x");
    edition = "2";

    assertThat(tables.use(FILES)).hasSize(1);
    assertThat(tables.get("a -> x")).containsEntry("a", "x 1");
  }

  @Test
  void refuses_a_table_with_a_broken_line_and_keeps_the_one_before() {
    tables.check("a -> x", "route 1");
    broken.add("z");

    assertThatThrownBy(() -> tables.check("a -> x\nb -> z", "route 1"))
        .isInstanceOf(StartRefused.class);

    assertThat(tables.use(FILES)).isEmpty();
    assertThat(tables.get("a -> x")).containsEntry("a", "x 1");
  }
}
