package io.tallyline.eventstore;

import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.util.Map;

/**
 * Prints how fast a relay empties its outbox alone and with the event store in the same process,
 * and how fast the store keeps what it publishes.
 */
final class RelayBesideStore {
  private static final int ROWS = 20_000;
  private static final int ROUNDS = 3;

  private RelayBesideStore() {}

  public static void main(String[] arguments) throws Exception {
    measure("relay"); // warm-up
    for (int round = 1; round <= ROUNDS; round++) {
      measure("relay");
      measure("relay,store");
    }
    System.exit(0);
  }

  private static void measure(String roles) throws Exception {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    Outbox outbox = new Outbox(inventory.ownerDataSource());
    outbox.recordSales(ROWS, "10.50", "7.25");
    TestHub.Settings settings =
        new TestHub.Settings()
            .roles(roles)
            .database(inventory)
            .with("logging.level.hub.messages", "WARN")
            .broker(node, virtualHost);
    boolean store = roles.contains("store");
    if (store) {
      settings.database(PostgresServer.fresh("store"));
    }
    try (Queues queues = new Queues(node, virtualHost)) {
      queues
          .channel()
          .exchangeDeclare(
              "erp.inventory", "topic", true, false, Map.of("alternate-exchange", "erp.unrouted"));
      queues.bind("subscriber", "erp.inventory", "inventory.#", Map.of("x-queue-type", "quorum"));
      try (TestHub hub = settings.start()) {
        long first = awaitRows(outbox, ROWS - 1);
        long last = awaitRows(outbox, 0);
        String kept = store ? kept(hub, first) : "";
        System.out.printf("%-12s %,8.0f rows/s%s%n", roles, ROWS / ((last - first) / 1e9), kept);
      }
    }
  }

  private static String kept(TestHub hub, long first) throws InterruptedException {
    Events events = hub.bean(Events.class);
    while (events.count(EventFilter.ALL, Long.MAX_VALUE, ROWS) < ROWS) {
      Thread.sleep(20);
    }
    return "   kept %,8.0f/s".formatted(ROWS / ((System.nanoTime() - first) / 1e9));
  }

  /** When the outbox has no more than so many rows. */
  private static long awaitRows(Outbox outbox, int most) throws InterruptedException {
    while (outbox.rows() > most) {
      Thread.sleep(10);
    }
    return System.nanoTime();
  }
}
