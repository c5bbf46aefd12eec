package io.tallyline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Outbox rows that were dead letters and are translated again, on a real RabbitMQ. */
class RetryEventsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String DEAD = "inventory.outbox.dead";
  private static final String MARK = "dead-letter:12";

  private static final RabbitNode NODE = RabbitNode.shared();
  private static final String HOST = NODE.newVirtualHost();

  private static TestHub hub;
  private static Queues queues;

  @BeforeAll
  static void start() {
    hub =
        new TestHub.Settings()
            .roles("relay")
            .database(PostgresServer.fresh("inventory"))
            .broker(NODE, HOST)
            .start();
    queues = new Queues(NODE, HOST);
    queues.bind("subscriber", "erp.inventory", "inventory.#", Map.of());
  }

  @AfterAll
  static void stop() {
    queues.close();
    hub.close();
  }

  private static void again(String event, Map<String, Object> more, String payload) {
    Map<String, Object> headers = new HashMap<>();
    headers.put("seq", 17L);
    headers.put("event_id", event);
    headers.put("aggregate_type", "InventoryTransaction");
    headers.put("aggregate_id", event);
    headers.put("event_type", "SalesTransactionCreated");
    headers.put("correlation_id", "request-1");
    headers.put("occurred_at", "2026-05-04T03:02:01.5Z");
    headers.put("hub-mark", MARK);
    headers.putAll(more);
    queues.publish(
        "hub.return",
        "inventory.outbox.retry",
        new BasicProperties.Builder().contentType("application/json").headers(headers).build(),
        payload.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void a_row_that_can_be_translated_now_is_published_as_if_it_had_never_failed() {
    String id = UUID.randomUUID().toString();

    again(id, Map.of(), Outbox.sale(id, 1, "2", "3.50", "1.25"));

    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);
    GetResponse message = queues.drain("subscriber").get(0);
    assertThat(message.getEnvelope().getRoutingKey())
        .isEqualTo("inventory.sales-transaction-created.v1");
    assertThat(message.getProps().getMessageId()).isEqualTo(id);
    assertThat(message.getProps().getCorrelationId()).isEqualTo("request-1");
    assertThat(message.getProps().getHeaders()).doesNotContainKey("hub-mark");
    assertThat(new String(message.getBody(), StandardCharsets.UTF_8))
        .contains("\"totalSalesValue\":7", "\"createdAt\":\"2026-05-04T03:02:01.500Z\"");
    assertThat(queues.count(DEAD)).isZero();
  }

  @Test
  void a_row_that_fails_again_says_which_dead_letter_it_was() {
    String id = UUID.randomUUID().toString();

    again(id, Map.of("event_type", "NobodyKnowsThis"), "{}");

    GetResponse dead = dead();
    assertThat(dead.getProps().getHeaders().get("hub-reason")).hasToString("unsupported-type");
    assertThat(dead.getProps().getHeaders().get("hub-mark")).hasToString(MARK);
    assertThat(dead.getProps().getMessageId()).isEqualTo(id);
  }

  @Test
  void what_is_no_row_of_an_outbox_is_a_dead_letter_and_holds_up_nothing() {
    String id = UUID.randomUUID().toString();

    again("no-uuid", Map.of(), "{}");
    again(id, Map.of(), Outbox.sale(id, 1, "2", "3.50", "1.25"));

    assertThat(dead().getProps().getHeaders().get("hub-error")).asString().contains("REL-013");
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);
    queues.drain("subscriber");
  }

  private static GetResponse dead() {
    await().atMost(LONG).until(() -> queues.count(DEAD) == 1);
    return queues.drain(DEAD).get(0);
  }
}
