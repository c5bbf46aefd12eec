package io.tallyline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A row that no queue could hold, on a real PostgreSQL and a real RabbitMQ. */
class ImmovableRowsIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());
  private final JdbcClient database = JdbcClient.create(inventory.dataSource());

  @Test
  void is_passed_over_and_counted_until_somebody_has_deleted_it() throws Exception {
    try (TestHub hub =
            new TestHub.Settings()
                .roles("relay")
                .database(inventory)
                .broker(node, virtualHost)
                .start();
        Queues queues = new Queues(node, virtualHost)) {
      queues.bind("subscriber", "erp.inventory", "inventory.#", Map.of());

      outbox.recordImmovable();
      await().atMost(LONG).until(() -> leftBehind(hub) == 1);
      recordSale();
      await().atMost(LONG).until(() -> queues.count("subscriber") == 1);
      assertThat(rows()).as("it stays in the outbox").isEqualTo(1);

      outbox.deleteAll();

      await().atMost(LONG).until(() -> leftBehind(hub) == 0);
    }
  }

  private void recordSale() throws Exception {
    String id = UUID.randomUUID().toString();
    try (var owner = inventory.superuser()) {
      Outbox.record(owner, id, "SalesTransactionCreated", Outbox.sale(id, 1, "1", "2", "1"));
    }
  }

  private long rows() {
    return database.sql("SELECT count(*) FROM inventory.outbox_event").query(Long.class).single();
  }

  private static double leftBehind(TestHub hub) {
    return hub.bean(MeterRegistry.class)
        .get("hub.relay.immovable.rows")
        .tag("outbox", "inventory")
        .gauge()
        .value();
  }
}
