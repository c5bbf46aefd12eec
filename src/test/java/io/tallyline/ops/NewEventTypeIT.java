package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.ScrapEvent;
import io.tallyline.testing.TestHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A new event type is schemas, mappings and a line in each route file; no Java. */
class NewEventTypeIT {
  @TempDir Path folder;

  @Test
  void posts_a_new_event_type_that_was_added_by_files_alone() throws Exception {
    Path routes = CopiedTree.of("routes", folder);
    Path mappings = CopiedTree.of("mappings", folder);
    ScrapEvent.addMappings(mappings);
    ScrapEvent.addToRelay(routes);
    ScrapEvent.addToFinance(routes);
    RabbitNode node = RabbitNode.shared();
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");

    try (TestHub hub =
        new TestHub.Settings()
            .roles("relay,finance")
            .database(inventory)
            .database(finance)
            .broker(node, node.newVirtualHost())
            .with("hub.routes-directory", routes.toString())
            .with("hub.mappings-directory", mappings.toString())
            .start()) {
      String id = UUID.randomUUID().toString();
      new Outbox(inventory.ownerDataSource()).record(id, ScrapEvent.TYPE, ScrapEvent.event(id));

      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> hub.context().isActive() && TestHub.journals(finance) == 1);
    }
    assertThat(
            JdbcClient.create(finance.dataSource())
                .sql(
                    "SELECT account_code || ' ' || debit || ' ' || credit FROM finance.ledger_journal_line ORDER BY line_no")
                .query(String.class)
                .list())
        .containsExactly("5100 87.4753 0.0000", "1300 0.0000 87.4753");
  }
}
