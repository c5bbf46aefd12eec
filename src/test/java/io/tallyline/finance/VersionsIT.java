package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Several versions of one event at a consumer that understands the first two. */
class VersionsIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String EVENT = "inventory.sales-transaction-created";

  private static TestHub hub;
  private static Queues queues;
  private static JdbcClient ledger;

  private final String id = UUID.randomUUID().toString();
  private final String eventId = UUID.randomUUID().toString();

  @BeforeAll
  static void start() {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    ledger = JdbcClient.create(finance.dataSource());
    hub =
        new TestHub.Settings()
            .roles("finance")
            .database(finance)
            .broker(node, virtualHost)
            .with("hub.delivery.ladder", "300ms,300ms")
            .start();
    queues = new Queues(node, virtualHost);
  }

  @AfterAll
  static void stop() {
    queues.close();
    hub.close();
  }

  private static String v2(String id, String tax) {
    return SaleMessages.valid(id)
        .replace("\"lineItems\"", "\"lines\"")
        .replace("\"extendedCost\":21.75}", "\"extendedCost\":21.75,\"taxAmount\":" + tax + "}")
        .replace(
            "\"totalSalesValue\":31.5,\"totalCostValue\":21.75",
            "\"amounts\":{\"sales\":31.5,\"cost\":21.75,\"tax\":" + tax + "}");
  }

  private static void send(int version, String eventId, String published, String body) {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(2)
            .messageId(eventId)
            .headers(published == null ? Map.of() : Map.of("hub-versions", published))
            .build();
    queues.publish(
        "erp.events", EVENT + ".v" + version, properties, body.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> lines() {
    return ledger
        .sql(
            """
            SELECT l.account_code || ' ' || l.debit || ' ' || l.credit
              FROM finance.ledger_journal j JOIN finance.ledger_journal_line l ON l.journal_id = j.id
             WHERE j.external_ref = ? ORDER BY l.line_no""")
        .param(id)
        .query(String.class)
        .list();
  }

  private String column(String column) {
    return ledger
        .sql("SELECT " + column + "::text FROM finance.ledger_journal WHERE external_ref = ?")
        .param(id)
        .query(String.class)
        .single();
  }

  private void awaitPosted() {
    await().atMost(LONG).until(() -> !lines().isEmpty());
  }

  /**
   * @param version as the meter's tag has it: {@code other} for those that this hub does not know
   */
  private static double superseded(String version) {
    return hub.bean(MeterRegistry.class)
        .counter(
            "hub.finance.messages",
            "consumer",
            "finance.journal",
            "event",
            EVENT,
            "version",
            version,
            "outcome",
            "superseded")
        .count();
  }

  private static void awaitQuiet() throws Exception {
    await()
        .atMost(LONG)
        .until(
            () ->
                queues.count("finance.journal") == 0
                    && queues.count("finance.journal.retry.300ms") == 0);
  }

  private static GetResponse dead() {
    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);
    return queues.drain("finance.journal.dead").get(0);
  }

  private static String header(GetResponse message, String name) {
    return String.valueOf(message.getProps().getHeaders().get(name));
  }

  @Test
  void posts_tax_to_its_account_and_receivables_including_tax() {
    send(2, eventId, "v2", v2(id, "5.985"));

    awaitPosted();
    assertThat(lines())
        .containsExactly(
            "1100 37.4850 0.0000",
            "4000 0.0000 31.5000",
            "2200 0.0000 5.9850",
            "5000 21.7500 0.0000",
            "1300 0.0000 21.7500");
    assertThat(column("event_version")).isEqualTo("2");
    assertThat(column("content_hash")).startsWith("v2:");
  }

  @Test
  void posts_an_older_version_as_it_always_did() {
    send(1, eventId, null, SaleMessages.valid(id));

    awaitPosted();
    assertThat(lines())
        .containsExactly(
            "1100 31.5000 0.0000",
            "4000 0.0000 31.5000",
            "5000 21.7500 0.0000",
            "1300 0.0000 21.7500");
    assertThat(column("event_version")).isEqualTo("1");
  }

  @Test
  void posts_the_higher_of_two_versions_and_acknowledges_the_other() throws Exception {
    double before = superseded("v1");

    send(2, eventId, "v1,v2", v2(id, "1"));
    send(1, eventId, "v1,v2", SaleMessages.valid(id));

    await().atMost(LONG).until(() -> superseded("v1") == before + 1);
    assertThat(column("event_version")).isEqualTo("2");
    awaitQuiet();
    assertThat(queues.count("finance.journal.dead")).isZero();
  }

  @Test
  void lets_an_older_copy_that_comes_first_wait_for_the_newer_one() throws Exception {
    double before = superseded("v1");

    send(1, eventId, "v1,v2", SaleMessages.valid(id));
    await().atMost(LONG).until(() -> queues.count("finance.journal.retry.300ms") == 1);
    assertThat(lines()).isEmpty();
    send(2, eventId, "v1,v2", v2(id, "1"));

    await().atMost(LONG).until(() -> superseded("v1") == before + 1);
    assertThat(column("event_version")).isEqualTo("2");
    assertThat(queues.count("finance.journal.dead")).isZero();
  }

  @Test
  void keeps_a_copy_whose_header_promises_a_version_that_never_comes() {
    send(1, eventId, "v1,v2", SaleMessages.valid(id));

    GetResponse dead = dead();
    assertThat(header(dead, "hub-reason")).isEqualTo("exhausted");
    assertThat(header(dead, "hub-error")).contains("FIN-019").contains(id).contains("v2");
    assertThat(header(dead, "hub-versions")).isEqualTo("v1,v2");
    assertThat(new String(dead.getBody(), StandardCharsets.UTF_8))
        .isEqualTo(SaleMessages.valid(id));
    assertThat(lines()).isEmpty();
  }

  @Test
  void refuses_a_version_that_it_does_not_understand() {
    send(3, eventId, "v3", v2(id, "1"));

    GetResponse dead = dead();
    assertThat(header(dead, "hub-reason")).isEqualTo("unsupported-version");
    assertThat(header(dead, "hub-error")).contains("FIN-011").contains(EVENT + ".v1,v2");
  }

  @Test
  void acknowledges_a_version_from_the_future_once_its_transaction_is_recorded() {
    double before = superseded("other");

    send(3, eventId, "v2,v3", "{\"transactionId\":\"" + id + "\",\"unheard\":\"of\"}");
    send(2, eventId, "v2,v3", v2(id, "1"));

    await().atMost(LONG).until(() -> superseded("other") == before + 1);
    assertThat(column("event_version")).isEqualTo("2");
  }

  @Test
  void refuses_a_version_from_the_future_that_names_no_transaction() {
    send(3, eventId, "v2,v3", "{\"transaction\":\"" + id + "\"}");

    assertThat(header(dead(), "hub-reason")).isEqualTo("unsupported-version");
  }

  @Test
  void knows_the_same_content_in_another_version() throws Exception {
    send(1, eventId, null, SaleMessages.valid(id));
    awaitPosted();

    send(2, UUID.randomUUID().toString(), null, v2(id, "0.00"));
    awaitQuiet();

    send(2, UUID.randomUUID().toString(), null, v2(id, "0.01"));
    assertThat(header(dead(), "hub-reason")).isEqualTo("conflict");
  }
}
