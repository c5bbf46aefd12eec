package io.tallyline.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.delivery.ServerAway;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The role store empties the dead queues of a real RabbitMQ. */
class TakeDeadLettersIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String DEAD = "finance.journal.dead";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();

  private static BasicProperties failed(String id) {
    return new BasicProperties.Builder()
        .contentType("application/json")
        .messageId(id)
        .deliveryMode(2)
        .headers(
            Map.of(
                "hub-reason", "schema",
                "hub-error", "FIN-010 no such field",
                "hub-queue", "finance.journal",
                "hub-routing-key", SaleMessages.KEY,
                "hub-last-failed-at", "2026-03-04T05:01:00Z"))
        .build();
  }

  @Test
  void takes_what_is_in_the_queues_that_are_there_and_the_same_only_once() {
    PostgresServer.Database store = PostgresServer.fresh("store");
    JdbcClient sql = JdbcClient.create(store.dataSource());
    try (Queues queues = new Queues(node, virtualHost)) {
      try (TestHub hub =
          new TestHub.Settings().roles("store").database(store).broker(node, virtualHost).start()) {
        String id = UUID.randomUUID().toString();
        byte[] body = SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8);
        queues.publish("hub.dead", DEAD, failed(id), body);
        queues.publish("hub.dead", DEAD, failed(id), body);
        String other = UUID.randomUUID().toString();
        queues.publish("hub.dead", DEAD, failed(other), new byte[] {0, 1, (byte) 0xff});

        await()
            .atMost(LONG.multipliedBy(2))
            .until(
                () ->
                    sql.sql("SELECT count(*) FROM hub.dead_letter").query(Long.class).single()
                        == 2);
        await().atMost(LONG).until(() -> queues.count(DEAD) == 0);
        assertThat(
                sql.sql("SELECT dead_queue FROM hub.dead_letter WHERE body = '\\x0001ff'")
                    .query(String.class)
                    .single())
            .isEqualTo(DEAD);
        assertThat(hub.context().isRunning()).isTrue();
      }
    }
  }

  @Test
  void a_database_that_is_away_acknowledges_nothing() {
    var away = new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none", "nobody", "none");
    var take = new TakeDeadLetters(away, Clock.systemUTC(), new SimpleMeterRegistry());

    assertThatThrownBy(
            () ->
                take.take(List.of(DeskFixture.failedSale(UUID.randomUUID().toString(), Map.of()))))
        .isInstanceOf(ServerAway.class)
        .hasMessageStartingWith("DLQ-001");
  }
}
