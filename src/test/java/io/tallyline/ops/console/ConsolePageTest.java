package io.tallyline.ops.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;

class ConsolePageTest {
  @Test
  void the_page_has_every_operation_that_may_be_run() {
    assertThat(ConsolePage.table("operations")).isEqualTo(operations());
  }

  private static String operations() {
    Map<String, StringJoiner> rows = new LinkedHashMap<>();
    for (ConsoleOperation operation : ConsoleOperation.ALL) {
      rows.computeIfAbsent(
              "| %s | `%s` | "
                  .formatted(operation.role().name().toLowerCase(Locale.ROOT), operation.mbeans()),
              row -> new StringJoiner(", ", row, " |"))
          .add("`" + operation.operation() + "`");
    }
    var table = new StringJoiner("\n");
    table.add("| role | MBeans | operations |").add("|---|---|---|");
    rows.values().forEach(row -> table.add(row.toString()));
    return table.toString();
  }
}
