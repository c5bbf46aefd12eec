package io.tallyline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.processor.Delayer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Posted journals announce themselves, on a real PostgreSQL and a real RabbitMQ. */
class AnnouncementIT {
  private static final String KEY = "finance.journal-posted.v1";
  private static final Duration LONG = Duration.ofSeconds(30);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final JdbcClient database = JdbcClient.create(finance.dataSource());
  private TestHub hub;
  private Queues queues;

  @BeforeEach
  void connect() {
    queues = new Queues(node, virtualHost);
  }

  @AfterEach
  void stop() {
    hub.close();
    queues.close();
  }

  private TestHub.Settings settings() {
    return new TestHub.Settings().roles("finance").database(finance).broker(node, virtualHost);
  }

  private void startWithSubscriber() {
    hub = settings().start();
    queues.bind("subscriber", "erp.events", "finance.#", Map.of());
  }

  private String send(String body) {
    String messageId = UUID.randomUUID().toString();
    queues.publish(
        "erp.events",
        SaleMessages.KEY,
        new BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(2)
            .messageId(messageId)
            .correlationId("request-81")
            .build(),
        body.getBytes(StandardCharsets.UTF_8));
    return messageId;
  }

  private long count(String table) {
    return database.sql("SELECT count(*) FROM finance." + table).query(Long.class).single();
  }

  /** Camel would wait on another thread by itself, and this one would begin the next batch. */
  @Test
  void waits_for_journals_to_gather_on_the_one_thread_of_its_route() {
    hub = settings().start();

    Delayer gather =
        hub.bean(CamelContext.class).getProcessor("announce-journals.gather", Delayer.class);

    assertThat(gather.isAsyncDelayed()).isFalse();
  }

  @Test
  void announces_a_posted_journal_as_the_contract_says() {
    startWithSubscriber();
    String id = UUID.randomUUID().toString();

    String cause = send(SaleMessages.valid(id));
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);

    GetResponse message = queues.drain("subscriber").get(0);
    var properties = message.getProps();
    assertThat(message.getEnvelope().getExchange()).isEqualTo("erp.events");
    assertThat(message.getEnvelope().getRoutingKey()).isEqualTo(KEY);
    assertThat(properties.getType()).isEqualTo(KEY);
    assertThat(properties.getContentType()).isEqualTo("application/json");
    assertThat(properties.getDeliveryMode()).isEqualTo(2);
    assertThat(properties.getAppId()).isEqualTo("finance");
    assertThat(properties.getCorrelationId()).isEqualTo("request-81");
    assertThat(UUID.fromString(properties.getMessageId())).isNotEqualTo(UUID.fromString(cause));
    long journal = database.sql("SELECT id FROM finance.ledger_journal").query(Long.class).single();
    Map<String, String> headers = new HashMap<>();
    properties.getHeaders().forEach((name, value) -> headers.put(name, value.toString()));
    assertThat(headers)
        .containsEntry("hub-versions", "v1")
        .containsEntry("cloudEvents:id", properties.getMessageId())
        .containsEntry("cloudEvents:source", "/finance")
        .containsEntry("cloudEvents:type", KEY)
        .containsEntry("cloudEvents:subject", Long.toString(journal));
    assertThat(new String(message.getBody(), StandardCharsets.UTF_8))
        .isEqualTo(
            """
            {"journalId":%d,"source":"Inventory","reference":"%s","journalDate":"2025-03-04",\
            "currencyCode":"USD","totalDebit":53.25,"totalCredit":53.25,"eventId":"%s",\
            "eventType":"inventory.sales-transaction-created","eventVersion":1,\
            "correlationId":"request-81","createdAt":"%s"}"""
                .formatted(journal, id, cause, headers.get("cloudEvents:time")));
    await().atMost(LONG).until(() -> count("outbox_event") == 0);
    assertThat(
            hub.bean(MeterRegistry.class)
                .get("hub.relay.events")
                .tags("outbox", "finance", "outcome", "published")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void announces_a_journal_once_when_its_message_is_delivered_twice() {
    startWithSubscriber();
    String twice = UUID.randomUUID().toString();
    String last = UUID.randomUUID().toString();

    send(SaleMessages.valid(twice));
    send(SaleMessages.valid(twice));
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);
    send(SaleMessages.valid(twice));
    send(SaleMessages.valid(last));
    await().atMost(LONG).until(() -> count("ledger_journal") == 2);
    await().atMost(LONG).until(() -> count("outbox_event") == 0);

    assertThat(references()).containsExactly(twice, last);
  }

  @Test
  void needs_no_subscriber() {
    hub = settings().start();

    send(SaleMessages.valid(UUID.randomUUID().toString()));
    await().atMost(LONG).until(() -> count("ledger_journal") == 1);
    await().atMost(LONG).until(() -> count("outbox_event") == 0);

    assertThat(queues.count("erp.unrouted")).isZero();
    assertThat(queues.count("finance.outbox.dead")).isZero();
    assertThat(hub.bean(RelayHealth.class).failures()).isZero();
  }

  @Test
  void wakes_on_a_notification_and_not_only_by_polling() {
    hub = settings().with("hub.relay.poll-interval", "1h").start();
    queues.bind("subscriber", "erp.events", "finance.#", Map.of());
    send(SaleMessages.valid(UUID.randomUUID().toString()));
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);

    send(SaleMessages.valid(UUID.randomUUID().toString()));

    await().atMost(Duration.ofSeconds(5)).until(() -> queues.count("subscriber") == 2);
  }

  @Test
  void sets_an_announcement_aside_that_no_mapping_can_translate_and_goes_on() {
    startWithSubscriber();
    database
        .sql(
            """
            INSERT INTO finance.outbox_event (aggregate_type, aggregate_id, event_type, payload)
            VALUES ('Journal', '17', 'JournalPosted', '{"journalId": 17}'),
                   ('Journal', '18', 'JournalReopened', '{}')
            """)
        .update();

    await().atMost(LONG).until(() -> queues.count("finance.outbox.dead") == 2);
    String id = UUID.randomUUID().toString();
    send(SaleMessages.valid(id));
    await().atMost(LONG).until(() -> queues.count("subscriber") == 1);

    assertThat(references()).containsExactly(id);
    List<GetResponse> dead = queues.drain("finance.outbox.dead");
    assertThat(dead)
        .extracting(message -> header(message, "hub-reason"))
        .containsExactly("schema", "unsupported-type");
    assertThat(dead.get(0).getBody()).asString().isEqualTo("{\"journalId\": 17}");
    assertThat(header(dead.get(0), "hub-queue")).isEqualTo("finance.outbox_event");
    assertThat(header(dead.get(1), "hub-error")).contains("announce-journals", "JournalReopened");
    assertThat(dead.get(0).getProps().getAppId()).isEqualTo("finance");
  }

  @Test
  void keeps_both_outboxes_going_in_one_process() {
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    Outbox outbox = new Outbox(inventory.ownerDataSource());
    hub = settings().roles("relay,finance").database(inventory).start();
    queues.bind("subscriber", "erp.events", "finance.#", Map.of());

    List<String> ids = outbox.recordSales(1_200, "10.5", "7.25");
    await().atMost(LONG).until(() -> count("ledger_journal") == ids.size());
    await().atMost(LONG).until(() -> count("outbox_event") == 0);

    List<String> announced = references();
    assertThat(announced).hasSize(ids.size());
    assertThat(Set.copyOf(announced)).isEqualTo(new HashSet<>(ids));
    assertThat(outbox.rows()).isZero();
    assertThat(queues.count("erp.unrouted")).isZero();
  }

  private static String header(GetResponse message, String name) {
    return String.valueOf(message.getProps().getHeaders().get(name));
  }

  /** Takes all that were announced, in their order. */
  private List<String> references() {
    return queues.drain("subscriber").stream()
        .map(message -> new String(message.getBody(), StandardCharsets.UTF_8))
        .map(body -> body.replaceFirst(".*\"reference\":\"([^\"]*)\".*", "$1"))
        .toList();
  }
}
