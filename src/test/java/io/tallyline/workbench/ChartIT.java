package io.tallyline.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.testing.PostgresServer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The chart of accounts that checks read is the one that the migrations make. */
class ChartIT {
  @Test
  void the_file_and_a_new_ledger_hold_the_same_accounts() {
    Project project = new Project(Path.of("routes"), Path.of("mappings"), Map.of(), Set.of());

    var accounts =
        JdbcClient.create(PostgresServer.fresh("finance").dataSource())
            .sql("SELECT code, name, type FROM finance.ledger_account")
            .query(
                (row, number) ->
                    new Chart.Account(row.getString(1), row.getString(2), row.getString(3)))
            .list();

    assertThat(Chart.of(project).accounts().values()).containsExactlyInAnyOrderElementsOf(accounts);
  }
}
