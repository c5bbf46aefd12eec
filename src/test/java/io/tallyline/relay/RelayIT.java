package io.tallyline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The relay on a real PostgreSQL and a real RabbitMQ. */
class RelayIT {
  private static final String SALES = "SalesTransactionCreated";
  private static final Duration LONG = Duration.ofSeconds(30);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());
  private final List<TestHub> hubs = new ArrayList<>();
  private Queues queues;

  @BeforeEach
  void connect() {
    queues = new Queues(node, virtualHost);
  }

  @AfterEach
  void stop() {
    hubs.forEach(TestHub::close);
    queues.close();
  }

  private TestHub.Settings settings() {
    return new TestHub.Settings().roles("relay").database(inventory).broker(node, virtualHost);
  }

  private TestHub start(TestHub.Settings settings) {
    TestHub hub = settings.start();
    hubs.add(hub);
    return hub;
  }

  private TestHub startWithSubscriber() {
    TestHub hub = start(settings());
    queues.bind("subscriber", "erp.inventory", "inventory.#", Map.of());
    return hub;
  }

  @Test
  void publishes_a_row_as_the_contract_says_and_clears_it() throws Exception {
    startWithSubscriber();
    String id = UUID.randomUUID().toString();

    outbox.record(id, SALES, Outbox.sale(id, 2, "2.5", "34.9901", "13.08631"));
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);

    GetResponse message = queues.drain("subscriber").get(0);
    var properties = message.getProps();
    assertThat(message.getEnvelope().getExchange()).isEqualTo("erp.events");
    assertThat(message.getEnvelope().getRoutingKey())
        .isEqualTo("inventory.sales-transaction-created.v1");
    assertThat(properties.getType()).isEqualTo("inventory.sales-transaction-created.v1");
    assertThat(properties.getContentType()).isEqualTo("application/json");
    assertThat(properties.getDeliveryMode()).isEqualTo(2);
    assertThat(properties.getAppId()).isEqualTo("inventory");
    assertThat(properties.getCorrelationId()).isEqualTo("test-" + id);
    assertThat(UUID.fromString(properties.getMessageId())).isNotNull();
    Map<String, String> headers = new HashMap<>();
    properties.getHeaders().forEach((name, value) -> headers.put(name, value.toString()));
    assertThat(headers)
        .containsEntry("hub-versions", "v1")
        .containsEntry("cloudEvents:specversion", "1.0")
        .containsEntry("cloudEvents:id", properties.getMessageId())
        .containsEntry("cloudEvents:type", "inventory.sales-transaction-created.v1")
        .containsEntry("cloudEvents:subject", id)
        .containsKeys("cloudEvents:source", "cloudEvents:time", "cloudEvents:dataschema");
    assertThat(new String(message.getBody(), StandardCharsets.UTF_8))
        .contains("\"extendedSellingPrice\":87.4753")
        .contains("\"totalSalesValue\":174.9506");
    await().atMost(LONG).until(() -> outbox.rows() == 0);
  }

  @Test
  void keeps_the_order_of_each_aggregate_with_two_relays() {
    startWithSubscriber();
    start(settings());
    Random random = new Random(7);
    Map<String, Integer> recorded = new HashMap<>();

    for (int i = 0; i < 600; i++) {
      String aggregate = "aggregate-" + random.nextInt(40);
      int number = recorded.merge(aggregate, 1, Integer::sum);
      String id = UUID.randomUUID().toString();
      outbox.record(aggregate, SALES, Outbox.sale(id, 1, Integer.toString(number), "1", "1"));
    }
    await().atMost(LONG).until(() -> outbox.rows() == 0);

    Map<String, Integer> seen = new HashMap<>();
    for (GetResponse message : queues.drain("subscriber")) {
      String aggregate = message.getProps().getHeaders().get("cloudEvents:subject").toString();
      String body = new String(message.getBody(), StandardCharsets.UTF_8);
      int number = seen.merge(aggregate, 1, Integer::sum);
      assertThat(body).contains("\"quantity\":" + number + ",");
    }
    assertThat(seen).isEqualTo(recorded);
  }

  @Test
  void does_not_skip_a_row_that_commits_late() throws Exception {
    startWithSubscriber();
    String late = UUID.randomUUID().toString();

    try (Connection producer = inventory.owner()) {
      producer.setAutoCommit(false);
      Outbox.record(producer, late, SALES, Outbox.sale(late, 1, "1", "2", "1"));
      outbox.recordSales(20, "2", "1");
      await().atMost(LONG).until(() -> queues.count("subscriber") == 20);
      producer.commit();
    }

    await().atMost(LONG).until(() -> queues.count("subscriber") == 21);
    assertThat(outbox.rows()).isZero();
  }

  @Test
  void wakes_on_a_notification_and_not_only_by_polling() {
    start(settings().with("hub.relay.poll-interval", "1h"));
    queues.bind("subscriber", "erp.inventory", "inventory.#", Map.of());
    outbox.recordSales(1, "2", "1");
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);

    outbox.recordSales(1, "2", "1");

    await().atMost(Duration.ofSeconds(5)).until(() -> queues.count("subscriber") == 2);
  }

  @Test
  void goes_on_by_polling_where_the_outbox_has_no_trigger() throws Exception {
    try (Connection owner = inventory.owner();
        var statement = owner.createStatement();
        var triggers =
            owner
                .createStatement()
                .executeQuery(
                    "SELECT tgname FROM pg_trigger WHERE tgrelid = 'inventory.outbox_event'::regclass"
                        + " AND NOT tgisinternal")) {
      while (triggers.next()) {
        statement.execute(
            "DROP TRIGGER \"" + triggers.getString(1) + "\" ON inventory.outbox_event");
      }
    }
    startWithSubscriber();

    outbox.recordSales(3, "2", "1");

    await().atMost(LONG).until(() -> queues.count("subscriber") == 3);
  }

  @Test
  void sets_rows_aside_that_no_mapping_can_translate_and_goes_on() {
    startWithSubscriber();
    String good = UUID.randomUUID().toString();

    outbox.record("a", "PriceChanged", "{\"id\": 1}");
    outbox.record("b", SALES, "{\"id\": \"no uuid\"}");
    outbox.record("c", SALES, "[1.10]");
    outbox.record("d", SALES, Outbox.sale(good, 1, "1e400", "1", "1"));
    outbox.record(good, SALES, Outbox.sale(good, 1, "1", "2", "1"));

    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);
    await().atMost(LONG).until(() -> queues.count("inventory.outbox.dead") == 4);
    List<GetResponse> dead = queues.drain("inventory.outbox.dead");
    assertThat(dead)
        .extracting(message -> message.getProps().getHeaders().get("hub-reason").toString())
        .containsExactly("unsupported-type", "schema", "schema", "schema");
    assertThat(dead.get(2).getBody()).isEqualTo("[1.10]".getBytes(StandardCharsets.UTF_8));
    assertThat(dead.get(0).getProps().getHeaders())
        .containsKeys(
            "seq",
            "event_id",
            "aggregate_id",
            "event_type",
            "occurred_at",
            "hub-error",
            "hub-attempts",
            "hub-first-failed-at",
            "hub-last-failed-at",
            "hub-queue");
    await().atMost(LONG).until(() -> outbox.rows() == 0);
  }

  @Test
  void keeps_rows_in_the_outbox_while_messages_are_returned() throws Exception {
    TestHub hub = startWithSubscriber();
    RelayHealth health = hub.bean(RelayHealth.class);
    // A connection that opens declares the topology again, so let the publisher open its own first.
    outbox.recordSales(1, "2", "1");
    await().atMost(LONG).until(() -> queues.drain("subscriber").size() == 1);
    queues.channel().exchangeUnbind("erp.inventory", "erp.events", "inventory.#");

    outbox.recordSales(5, "2", "1");
    await().atMost(LONG).until(() -> health.failures() > 0);

    assertThat(outbox.rows()).isEqualTo(5);
    queues.channel().exchangeBind("erp.inventory", "erp.events", "inventory.#");
    await().atMost(LONG).until(() -> outbox.rows() == 0);
    assertThat(queues.count("subscriber")).isEqualTo(5);
  }

  @Test
  void keeps_rows_in_the_outbox_while_a_queue_is_full() {
    TestHub hub = start(settings());
    RelayHealth health = hub.bean(RelayHealth.class);
    queues.bind(
        "small",
        "erp.inventory",
        "inventory.#",
        Map.of("x-max-length", 3, "x-overflow", "reject-publish"));

    List<String> ids = outbox.recordSales(5, "2", "1");
    await().atMost(LONG).until(() -> health.failures() > 0);

    assertThat(outbox.rows()).isEqualTo(5);
    List<String> seen = new ArrayList<>();
    await()
        .atMost(LONG)
        .until(
            () -> {
              queues
                  .drain("small")
                  .forEach(
                      message ->
                          seen.add(
                              message
                                  .getProps()
                                  .getHeaders()
                                  .get("cloudEvents:subject")
                                  .toString()));
              return seen.containsAll(ids);
            });
  }

  @Test
  void counts_what_no_queue_was_bound_for() {
    TestHub hub = start(settings().with("hub.relay.watch-interval", "200ms"));

    outbox.recordSales(4, "2", "1");

    await().atMost(LONG).until(() -> queues.count("erp.unrouted") == 4);
    await()
        .atMost(LONG)
        .until(
            () ->
                hub.bean(io.micrometer.core.instrument.MeterRegistry.class)
                        .get("hub.relay.unrouted.messages")
                        .gauge()
                        .value()
                    == 4);
    assertThat(outbox.rows()).isZero();
  }

  @Test
  void waits_while_the_broker_is_away_and_goes_on_by_itself() {
    TestHub hub = startWithSubscriber();
    RelayHealth health = hub.bean(RelayHealth.class);
    queues.close();
    node.stop();
    outbox.recordSales(10, "2", "1");
    await().atMost(LONG).until(() -> health.failures() > 0);
    assertThat(outbox.rows()).isEqualTo(10);

    node.start();

    await().atMost(Duration.ofSeconds(60)).until(() -> outbox.rows() == 0);
    queues = new Queues(node, virtualHost);
    assertThat(queues.count("subscriber")).isGreaterThanOrEqualTo(10);
  }
}
