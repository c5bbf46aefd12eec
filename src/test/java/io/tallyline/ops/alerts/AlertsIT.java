package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestCertificate;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each alert made to fire and to end by its real cause, on real servers that the test hurts, with
 * thresholds scaled down; seen by a receiver of the web hook.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AlertsIT {
  private static final Duration LONG = Duration.ofSeconds(90);

  private final List<JsonNode> told = Collections.synchronizedList(new ArrayList<>());
  private final JsonMapper json = new JsonMapper();
  private final GreenMail mail =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
  private RabbitNode node;
  private String virtualHost;
  private OwnPostgres financeServer;
  private Outbox outbox;
  private Queues queues;
  private HttpServer receiver;
  private TestCertificate certificate;
  private TestHub hub;

  @BeforeAll
  void start(@TempDir Path folder) throws IOException {
    node = RabbitNode.withMetrics("alerts");
    virtualHost = node.newVirtualHost();
    financeServer = OwnPostgres.started("alerts");
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    outbox = new Outbox(inventory.ownerDataSource());
    certificate = TestCertificate.make(folder, "hub.example.com", 400);
    receiver = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    receiver.createContext("/", this::receive);
    receiver.start();
    mail.start();
    hub =
        scaled(new TestHub.Settings())
            .roles("relay,finance")
            .database(inventory)
            .database(financeServer.fresh("finance"))
            .broker(node, virtualHost)
            .start();
    queues = new Queues(node, virtualHost);
  }

  private TestHub.Settings scaled(TestHub.Settings settings) {
    for (String alert :
        List.of(
            "relay-lag",
            "queue-lag",
            "consumer-errors",
            "broker-cpu",
            "relay-stopped",
            "outbox-growing",
            "breaker-open",
            "broker-alarm",
            "broker-blocked",
            "broker-away",
            "queue-without-consumer",
            "immovable-rows",
            "pool-exhausted",
            "not-ready")) {
      settings.with("hub.alerts.hold." + alert, "300ms");
    }
    return settings
        .with("hub.relay.watch-interval", "300ms")
        .with("hub.delivery.watch-interval", "300ms")
        .with("hub.alerts.interval", "200ms")
        .with("hub.alerts.resolve-after", "400ms")
        .with("hub.alerts.lag", "2s")
        .with("hub.alerts.lag-window", "1500ms")
        .with("hub.alerts.consumer-errors-window", "3s")
        .with("hub.alerts.consumer-errors-minimum", "10")
        .with("hub.alerts.broker-cpu-percent", "5")
        .with("hub.alerts.broker.timeout", "10s")
        .with("hub.alerts.backlog-rows", "30")
        .with("hub.alerts.backlog-window", "1s")
        .with("hub.alerts.certificate-interval", "300ms")
        .with("hub.alerts.broker.metrics-urls", node.metricsUrl())
        .with("hub.alerts.webhook.url", "http://127.0.0.1:" + receiver.getAddress().getPort() + "/")
        .with("hub.alerts.webhook.allowed-hosts", "127.0.0.1")
        .with("hub.alerts.webhook.allowed-networks", "127.0.0.1/32")
        .with("hub.alerts.webhook.secret", "a secret of the test, 32 letters")
        .with("hub.alerts.mail.to", "oncall@example.com")
        .with("hub.alerts.mail.from", "tallyline@example.com")
        .with("spring.mail.host", "127.0.0.1")
        .with("spring.mail.port", Integer.toString(mail.getSmtp().getPort()))
        .with("spring.ssl.bundle.watch.file.quiet-period", "300ms")
        .with("spring.ssl.bundle.jks.web.keystore.location", "file:" + certificate.file())
        .with("spring.ssl.bundle.jks.web.keystore.password", TestCertificate.PASSWORD)
        .with("spring.ssl.bundle.jks.web.reload-on-update", "true");
  }

  private void receive(HttpExchange exchange) throws IOException {
    told.add(json.readTree(exchange.getRequestBody().readAllBytes()));
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  @AfterEach
  void everything_is_over() {
    await("no alert is left: " + told)
        .atMost(LONG)
        .untilAsserted(() -> assertThat(report().path("firing")).isEmpty());
  }

  /** For each alert: begun, over, begun, over; never told twice of the same. */
  @AfterAll
  void each_was_told_once_and_then_that_it_is_over() {
    try {
      Map<String, String> last = new TreeMap<>();
      for (JsonNode change : List.copyOf(told)) {
        String one = change.path("alert").asText() + change.path("labels");
        String state = change.path("state").asText();
        assertThat(last.put(one, state))
            .as(one)
            .isEqualTo(state.equals("firing") ? null : "firing");
        if (state.equals("over")) {
          last.remove(one);
        }
      }
      await("e-mail").atMost(LONG).until(() -> mail.getReceivedMessages().length >= 2);
    } finally {
      hub.close();
      queues.close();
      financeServer.close();
      receiver.stop(0);
      mail.stop();
    }
  }

  @Test
  @Order(1)
  void nothing_fires_while_all_is_well_and_what_is_not_measured_is_said() throws Exception {
    publish(SaleMessages.valid(UUID.randomUUID().toString()), 1);
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(report().path("fine").toString())
                    .contains("dead-letters")
                    .contains("relay-lag")
                    .contains("consumer-errors")
                    .contains("certificate-expiring")
                    .contains("pool-exhausted")
                    .contains("not-ready"));
    // Until the hub has looked at its queues for the first time it cannot tell of them.
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(report().path("unknown").findValuesAsText("alert"))
                    .as("the first needs the role ops, the other one Prometheus")
                    .containsExactly("dead-letters-undecided", "hub-away"));
    assertThat(get("/actuator/health")).doesNotContain("\"mail\"");
  }

  @Test
  @Order(2)
  void dead_letters_and_consumer_errors_by_messages_that_are_wrong() {
    for (int i = 0; i < 12; i++) {
      String id = UUID.randomUUID().toString();
      publish(SaleMessages.with(id, "\"totalSalesValue\":31.5", "\"totalSalesValue\":99"), 1);
    }

    fires("dead-letters");
    fires("consumer-errors");
    assertThat(newest("dead-letters").path("labels").path("queue").asText())
        .isEqualTo("finance.journal.dead");
    assertThat(newest("dead-letters").path("action").asText()).contains("hub-reason");
    await().atMost(LONG).until(() -> queues.drain("finance.journal.dead").size(), n -> n > 0);

    await().atMost(LONG).until(() -> drained("finance.journal.dead") && isOver("dead-letters"));
    isOverSoon("consumer-errors");
  }

  private boolean drained(String queue) {
    queues.drain(queue);
    return queues.count(queue) == 0;
  }

  @Test
  @Order(3)
  void unrouted_by_a_binding_that_is_lost() {
    queues.unbind("finance.journal", "erp.inventory", "inventory.#");
    publish(SaleMessages.valid(UUID.randomUUID().toString()), 1);

    fires("unrouted");
    queues.rebind("finance.journal", "erp.inventory", "inventory.#");
    assertThat(queues.sendOn("erp.unrouted", "erp.inventory")).isEqualTo(1);
    isOverSoon("unrouted");
  }

  @Test
  @Order(4)
  void relay_stopped_lag_and_growth_by_a_stopped_route() throws Exception {
    CamelContext camel = hub.bean(CamelContext.class);
    camel.getRouteController().stopRoute("relay-outbox");
    ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
    try {
      producer.scheduleWithFixedDelay(
          () -> outbox.recordSales(20, "12.5", "7.25"), 0, 200, TimeUnit.MILLISECONDS);

      fires("relay-stopped");
      fires("relay-lag");
      fires("outbox-growing");
    } finally {
      producer.shutdown();
      assertThat(producer.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }
    camel.getRouteController().startRoute("relay-outbox");

    isOverSoon("relay-stopped");
    isOverSoon("relay-lag");
    isOverSoon("outbox-growing");
    await().atMost(LONG).until(() -> outbox.rows() == 0);
  }

  @Test
  @Order(5)
  void what_follows_from_a_finance_database_that_is_away() {
    financeServer.stopImmediately();
    for (int i = 0; i < 5; i++) {
      publish(SaleMessages.valid(UUID.randomUUID().toString()), 1);
    }

    fires("breaker-open");
    fires("queue-without-consumer");
    fires("queue-lag");
    fires("not-ready");
    assertThat(newest("breaker-open").path("labels").path("server").asText())
        .isEqualTo("finance-database");
    financeServer.start();

    isOverSoon("breaker-open");
    isOverSoon("queue-without-consumer");
    isOverSoon("queue-lag");
    isOverSoon("not-ready");
  }

  @Test
  @Order(6)
  void pool_exhausted_by_connections_that_are_not_given_back() throws Exception {
    DataSource pool = hub.context().getBean("financeDataSource", DataSource.class);
    var give = new AtomicBoolean();
    ExecutorService holders = Executors.newFixedThreadPool(8);
    try {
      for (int i = 0; i < 8; i++) {
        holders.submit(() -> hold(pool, give));
      }

      fires("pool-exhausted");
      assertThat(newest("pool-exhausted").path("labels").path("pool").asText())
          .isEqualTo("finance");
    } finally {
      give.set(true);
      holders.shutdown();
    }
    assertThat(holders.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    isOverSoon("pool-exhausted");
  }

  private static void hold(DataSource pool, AtomicBoolean give) {
    while (!give.get()) {
      try (var connection = pool.getConnection()) {
        await().atMost(LONG).until(give::get);
      } catch (SQLException exhausted) {
        // Waits again.
      }
    }
  }

  @Test
  @Order(7)
  void broker_alarm_and_blocked_by_memory() {
    node.alarm(true);
    try {
      outbox.recordSales(1, "12.5", "7.25");

      fires("broker-alarm");
      fires("broker-blocked");
      assertThat(newest("broker-alarm").path("labels").path("alarm").asText()).isEqualTo("memory");
    } finally {
      node.alarm(false);
    }
    isOverSoon("broker-alarm");
    isOverSoon("broker-blocked");
    await().atMost(LONG).until(() -> outbox.rows() == 0);
  }

  @Test
  @Order(8)
  void broker_cpu_by_load() throws Exception {
    var enough = new AtomicBoolean();
    Thread load = new Thread(() -> load(enough), "load");
    load.start();
    try {
      fires("broker-cpu");
      assertThat(newest("broker-cpu").path("labels").path("node").asText()).contains("@localhost");
    } finally {
      enough.set(true);
      load.join(TimeUnit.SECONDS.toMillis(60));
    }
    isOverSoon("broker-cpu");
  }

  private void load(AtomicBoolean enough) {
    byte[] body = new byte[64];
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare("load", false, true, true, Map.of("x-max-length", 100));
      while (!enough.get()) {
        channel.basicPublish("", "load", MessageProperties.BASIC, body);
      }
    } catch (IOException | java.util.concurrent.TimeoutException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  @Order(9)
  void certificates_that_end_soon_until_they_are_renewed() {
    certificate.renew("hub.example.com", 3);

    fires("certificate-expiring");
    fires("certificate-almost-over");
    assertThat(newest("certificate-almost-over").path("labels").path("certificate").asText())
        .isEqualTo("web");
    assertThat(newest("certificate-almost-over").path("summary").asText()).contains("2 d 23 h");
    certificate.renew("hub.example.com", 400);

    isOverSoon("certificate-expiring");
    isOverSoon("certificate-almost-over");
  }

  @Test
  @Order(10)
  void immovable_rows_by_a_row_that_no_queue_could_hold() {
    outbox.recordImmovable();
    fires("immovable-rows");

    outbox.deleteAll();
    isOverSoon("immovable-rows");
  }

  @Test
  @Order(11)
  void broker_away_by_a_broker_that_is_stopped() {
    node.awaitSettled();
    node.stopApplication();
    fires("broker-away");

    node.startApplication();
    isOverSoon("broker-away");
  }

  private void publish(String body, int times) {
    for (int i = 0; i < times; i++) {
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(UUID.randomUUID().toString()),
          body.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void fires(String alert) {
    await(alert + " fires; told: " + told)
        .atMost(LONG)
        .until(() -> newestOrMissing(alert).path("state").asText().equals("firing"));
  }

  private void isOverSoon(String alert) {
    await(alert + " is over; told: " + told).atMost(LONG).until(() -> isOver(alert));
  }

  private boolean isOver(String alert) {
    return newestOrMissing(alert).path("state").asText().equals("over");
  }

  private JsonNode newest(String alert) {
    JsonNode newest = newestOrMissing(alert);
    assertThat(newest.isMissingNode()).as(alert).isFalse();
    return newest;
  }

  private JsonNode newestOrMissing(String alert) {
    List<JsonNode> all = List.copyOf(told);
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).path("alert").asText().equals(alert)) {
        return all.get(i);
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  private JsonNode report() throws IOException, InterruptedException {
    return json.readTree(get("/api/alerts"));
  }

  private String get(String path) throws IOException, InterruptedException {
    return hub.get(path).body();
  }
}
