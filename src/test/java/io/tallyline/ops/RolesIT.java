package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process needs only what its roles use, and starts nothing else. */
class RolesIT {
  private final RabbitNode node = RabbitNode.shared();

  @TempDir Path data;

  private TestHub.Settings role(String role) {
    return new TestHub.Settings().roles(role).with("hub.data-directory", data.toString());
  }

  private void assertRuns(TestHub hub, String[] routes, String... databases) {
    assertThat(hub.bean(CamelContext.class).getRoutes())
        .extracting(route -> route.getRouteId())
        .containsExactlyInAnyOrder(routes);
    assertThat(hub.context().getBeanNamesForType(DataSource.class))
        .containsExactlyInAnyOrder(databases);
    assertThat(data)
        .as("nothing was started embedded; a file is the key of the audit")
        .isDirectoryNotContaining(path -> path.toFile().isDirectory());
  }

  @Test
  void a_relay_needs_the_inventory_database_and_the_broker() {
    try (TestHub hub =
        role("relay")
            .database(PostgresServer.fresh("inventory"))
            .broker(node, node.newVirtualHost())
            .start()) {
      assertRuns(
          hub,
          new String[] {
            "relay-outbox",
            "poll-outbox",
            "hear-outbox",
            "watch-outbox",
            "watch-queues",
            "watch-unrouted",
            "retry-outbox"
          },
          "inventoryDataSource");
    }
  }

  @Test
  void finance_needs_the_finance_database_and_the_broker() {
    try (TestHub hub =
        role("finance")
            .database(PostgresServer.fresh("finance"))
            .broker(node, node.newVirtualHost())
            .start()) {
      assertRuns(
          hub,
          new String[] {
            "post-journals",
            "announce-journals",
            "poll-journal-announcements",
            "hear-journal-announcements",
            "watch-journal-announcements",
            "watch-journal-queues",
            "retry-announcements"
          },
          "financeDataSource");
    }
  }

  @Test
  void the_store_needs_the_hub_database_and_the_broker() {
    try (TestHub hub =
        role("store")
            .database(PostgresServer.fresh("store"))
            .broker(node, node.newVirtualHost())
            .start()) {
      assertRuns(
          hub,
          new String[] {
            "store-events", "keep-attempts", "take-dead-letters", "send-resends", "retain-events"
          },
          "storeDataSource");
    }
  }

  @Test
  void operations_need_the_hub_database_and_finance_but_no_broker() {
    try (TestHub hub =
        role("ops")
            .database(PostgresServer.fresh("store"))
            .database(PostgresServer.fresh("finance"))
            .start()) {
      assertRuns(
          hub,
          new String[] {"move-replays", "run-bulk-retries", "settle-retries"},
          "storeDataSource",
          "financeDataSource");
    }
  }
}
