package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** SIGKILL at any instant costs nothing: every row has exactly one journal. */
class KilledHubIT {
  private static final int ROWS = 6_000;
  private static final int KILLS = 5;
  private static final long SEED = 20_241_001L;

  @Test
  void posts_every_row_exactly_once_though_the_hub_is_killed_again_and_again() {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    Outbox outbox = new Outbox(inventory.ownerDataSource());
    JdbcClient ledger = JdbcClient.create(finance.dataSource());
    String[] hub =
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of("start"),
                java.util.Arrays.stream(
                    new TestHub.Settings()
                        .roles("relay,finance")
                        .database(inventory)
                        .database(finance)
                        .broker(node, virtualHost)
                        // Small batches, so that a kill has many moments to hit.
                        .with("hub.relay.batch-size", "50")
                        .with("hub.delivery.batch-size", "25")
                        .arguments()))
            .toArray(String[]::new);
    List<String> ids = outbox.recordSales(ROWS, "10.5", "7.25");
    Random random = new Random(SEED);

    int interrupted = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      long before = TestHub.journals(finance);
      try (HubProcess running = HubProcess.run(hub)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(20))
            .until(() -> TestHub.journals(finance) > before || !running.isAlive());
        assertThat(running.isAlive()).as(running.output()).isTrue();
        pause(random.nextInt(200));
        running.kill();
      }
      long after = TestHub.journals(finance);
      interrupted += after < ROWS ? 1 : 0;
    }
    try (HubProcess running = HubProcess.run(hub)) {
      await()
          .atMost(Duration.ofSeconds(120))
          .until(() -> TestHub.journals(finance) == ROWS || !running.isAlive());
      await().atMost(Duration.ofSeconds(30)).until(() -> outbox.rows() == 0);
      running.terminate();
      assertThat(running.exit(30)).as(running.output()).isZero();
    }

    assertThat(interrupted).as("kills in the middle of the drain").isGreaterThanOrEqualTo(2);
    assertThat(
            ledger
                .sql(
                    "SELECT count(DISTINCT external_ref) FROM finance.ledger_journal WHERE external_ref = ANY (?)")
                .param(ids.toArray(String[]::new))
                .query(Long.class)
                .single())
        .isEqualTo(ROWS);
    assertThat(
            ledger
                .sql(
                    "SELECT count(*) || ' ' || sum(debit) || ' ' || sum(credit) FROM finance.ledger_journal_line")
                .query(String.class)
                .single())
        .isEqualTo(ROWS * 4 + " 106500.0000 106500.0000");
    try (Queues queues = new Queues(node, virtualHost)) {
      assertThat(queues.count("finance.journal.dead")).isZero();
      assertThat(queues.count("inventory.outbox.dead")).isZero();
      assertThat(queues.count("erp.unrouted")).isZero();
    }
  }

  /** The moment of the kill is part of the experiment, so this waits for nothing but time. */
  private static void pause(int millis) {
    await().pollDelay(Duration.ofMillis(millis + 1)).until(() -> true);
  }
}
