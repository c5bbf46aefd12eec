package io.tallyline.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.search.Search;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TcpProxy;
import io.tallyline.testing.TestHub;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a running hub counts, and the page that says so. */
class MetricsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String SALE = "inventory.sales-transaction-created";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());
  private final Queues queues = new Queues(node, virtualHost);
  private TestHub hub;

  @AfterEach
  void stop() {
    if (hub != null) {
      hub.close();
    }
    queues.close();
  }

  private TestHub.Settings settings() {
    return new TestHub.Settings()
        .roles("relay,finance")
        .database(inventory)
        .database(finance)
        .broker(node, virtualHost)
        .with("hub.finance.ladder", "200ms,400ms")
        .with("hub.relay.watch-interval", "200ms")
        .with("hub.delivery.watch-interval", "200ms");
  }

  private Search meter(String name, String... tags) {
    return hub.bean(MeterRegistry.class).find(name).tags(tags);
  }

  private double counter(String name, String... tags) {
    return meter(name, tags).counters().stream().mapToDouble(c -> c.count()).sum()
        + meter(name, tags).functionCounters().stream().mapToDouble(c -> c.count()).sum();
  }

  private double gauge(String name, String... tags) {
    Gauge found = meter(name, tags).gauge();
    return found == null ? Double.NaN : found.value();
  }

  private void send(String id, String body) {
    queues.publish(
        "erp.events",
        SaleMessages.KEY,
        SaleMessages.properties(id),
        body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void the_page_names_every_meter_with_its_tags_and_each_of_them_is_there() throws Exception {
    hub =
        settings().roles("relay,finance,store,ops").database(PostgresServer.fresh("store")).start();
    outbox.recordSales(3, "10.00", "7.00");
    outbox.record("other", "Unheard", "{}");
    send(UUID.randomUUID().toString(), "{}");
    await().atMost(LONG).until(() -> TestHub.journals(finance) == 3);
    await().atMost(LONG).until(() -> counter("hub.finance.messages", "outcome", "schema") == 1);
    await().atMost(LONG).until(() -> gauge("hub.relay.backlog", "outbox", "inventory") == 0);
    // What is measured of the store and the desk is there once a dead letter was taken.
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(meter("hub.dead-letters.open", "queue", "finance.journal").gauge())
                    .isNotNull());

    Map<String, MetricsPage.Row> page = MetricsPage.rows();
    Map<String, Set<String>> meters = new TreeMap<>();
    for (Meter meter : hub.bean(MeterRegistry.class).getMeters()) {
      if (meter.getId().getName().startsWith("hub.")) {
        Set<String> tags =
            meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet());
        tags.remove("application");
        meters.computeIfAbsent(meter.getId().getName(), none -> new TreeSet<>()).addAll(tags);
      }
    }
    assertThat(meters)
        .allSatisfy(
            (name, tags) -> {
              assertThat(page).as("the page has a row for it").containsKey(name);
              assertThat(tags).as(name).isEqualTo(page.get(name).tags());
            });
    assertThat(meters.keySet())
        .containsAll(
            page.values().stream().filter(MetricsPage.Row::always).map(r -> r.name()).toList());
    String scraped = get("/actuator/prometheus");
    page.values().stream()
        .filter(row -> meters.containsKey(row.name()))
        .forEach(row -> assertThat(scraped).contains("\n# TYPE " + row.prometheus() + " "));
    assertThat(scraped.lines().filter(line -> line.startsWith("hub_")))
        .allSatisfy(line -> assertThat(line).contains("application=\"tallyline\""));
    assertThat(scraped)
        .containsPattern("hub_relay_publish_delay_seconds_bucket\\{.*le=\"0.005\"")
        .containsPattern("hub_finance_posting_delay_seconds_bucket\\{.*le=\"600.0\"")
        .containsPattern("hub_finance_consume_delay_seconds_count\\{.*} 3")
        .contains("hikaricp_connections_active{application=\"tallyline\",pool=\"inventory\"}")
        .contains("hikaricp_connections_active{application=\"tallyline\",pool=\"finance\"}");
  }

  @Test
  void counts_what_is_committed_and_not_what_is_rolled_back() {
    hub = settings().start();
    queues.bind("full", "erp.inventory", "inventory.#", Map.of("x-overflow", "reject-publish"));
    node.limit(virtualHost, "full", 1);

    outbox.recordSales(20, "10.00", "7.00");
    await()
        .atMost(LONG)
        .until(() -> counter("hub.relay.failed.batches", "outbox", "inventory") >= 2);
    double published = counter("hub.relay.events", "outcome", "published", "outbox", "inventory");
    assertThat(published + outbox.rows()).as("published, or still there").isEqualTo(20);
    assertThat(gauge("hub.relay.running", "outbox", "inventory")).isZero();
    assertThat(gauge("hub.relay.lag", "outbox", "inventory")).isPositive();

    node.liftLimit(virtualHost, "full");
    queues.drain("full");
    await().atMost(LONG).until(() -> outbox.rows() == 0);
    await()
        .atMost(LONG)
        .until(
            () ->
                counter("hub.relay.events", "outcome", "published", "outbox", "inventory") == 20
                    && gauge("hub.relay.running", "outbox", "inventory") == 1);
    assertThat(meter("hub.relay.publish.delay", "outbox", "inventory").timer().count())
        .isEqualTo(20);
    assertThat(meter("hub.relay.batch.size", "outbox", "inventory").summary().totalAmount())
        .isEqualTo(20);
  }

  @Test
  void counts_attempts_and_outcomes_of_each_message() {
    FailingLedger ledger = new FailingLedger(finance);
    hub = settings().start();
    String retried = UUID.randomUUID().toString();
    String given = UUID.randomUUID().toString();
    ledger.fail(retried, 2, "55P03");
    ledger.fail(given, 100, "55P03");

    // One after the other: together in a batch, each would fail by the other one too.
    send(retried, SaleMessages.valid(retried));
    await().atMost(LONG).until(() -> outcome("written") == 1);
    send(given, SaleMessages.valid(given));
    await().atMost(LONG).until(() -> outcome("exhausted") == 1);
    send(retried, SaleMessages.valid(retried));
    await().atMost(LONG).until(() -> outcome("duplicate") == 1);

    assertThat(outcome("redelivered")).isEqualTo(4);
    assertThat(meter("hub.finance.attempts", "outcome", "written").summary().totalAmount())
        .isEqualTo(3);
    assertThat(meter("hub.finance.attempts", "outcome", "exhausted").summary().totalAmount())
        .isEqualTo(3);
    assertThat(meter("hub.finance.posting.delay", "event", SALE).timer()).isNull();
  }

  private double outcome(String outcome) {
    return counter("hub.finance.messages", "event", SALE, "version", "v1", "outcome", outcome);
  }

  @Test
  void what_a_sender_makes_up_is_no_tag_and_no_delay() {
    hub = settings().start();
    for (int version = 5; version < 9; version++) {
      String id = UUID.randomUUID().toString();
      queues.publish(
          "erp.events",
          SALE + ".v" + version,
          SaleMessages.properties(id)
              .builder()
              .headers(Map.of("hub-published-at", "soon", "cloudEvents:time", "x".repeat(5_000)))
              .build(),
          SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
    }
    queues.publish(
        "erp.events",
        "inventory." + "y".repeat(100) + ".v1",
        SaleMessages.properties("1"),
        new byte[0]);

    await()
        .atMost(LONG)
        .until(
            () ->
                counter("hub.finance.messages", "outcome", "unsupported-version") == 4
                    && counter("hub.finance.messages", "outcome", "unsupported-type") == 1);
    assertThat(counter("hub.finance.messages", "event", SALE, "version", "other")).isEqualTo(4);
    assertThat(counter("hub.finance.messages", "event", "none", "version", "none")).isEqualTo(1);
    assertThat(meter("hub.finance.consume.delay").timers()).isEmpty();
  }

  @Test
  void measures_the_outbox_while_its_relay_is_stopped() throws Exception {
    hub = settings().with("hub.relay.backlog-exact", "10").start();
    var routes = hub.bean(CamelContext.class).getRouteController();
    routes.stopRoute("relay-outbox");

    outbox.recordSales(7, "10.00", "7.00");
    JdbcClient.create(inventory.ownerDataSource())
        .sql(
            "UPDATE inventory.outbox_event SET occurred_at = now() - interval '1 hour' WHERE seq = 3")
        .update();
    await().atMost(LONG).until(() -> gauge("hub.relay.backlog", "outbox", "inventory") == 7);
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(gauge("hub.relay.lag", "outbox", "inventory"))
                    .isBetween(3_600d, 3_700d));
    assertThat(gauge("hub.relay.running", "outbox", "inventory")).isZero();
    outbox.recordSales(20, "10.00", "7.00");
    await()
        .atMost(LONG)
        .alias("beyond the bound: the span of seq")
        .until(() -> gauge("hub.relay.backlog", "outbox", "inventory") == 27);
    infinite();

    routes.startRoute("relay-outbox");
    await().atMost(LONG).until(() -> gauge("hub.relay.backlog", "outbox", "inventory") == 0);
    assertThat(gauge("hub.relay.lag", "outbox", "inventory")).isZero();
    assertThat(gauge("hub.relay.running", "outbox", "inventory")).isEqualTo(1);
  }

  private void infinite() throws Exception {
    try (Connection connection = inventory.owner()) {
      Outbox.record(connection, "endless", "SalesTransactionCreated", "{}");
      connection
          .createStatement()
          .execute(
              "UPDATE inventory.outbox_event SET occurred_at = '-infinity' WHERE aggregate_id = 'endless'");
    }
    await().atMost(LONG).until(() -> gauge("hub.relay.backlog", "outbox", "inventory") == 28);
    assertThat(gauge("hub.relay.lag", "outbox", "inventory")).isBetween(3_600d, 3_700d);
  }

  @Test
  void counts_what_waits_in_each_kind_of_queue() throws Exception {
    hub = settings().with("hub.finance.ladder", "1h").start();
    FailingLedger ledger = new FailingLedger(finance);
    String waits = UUID.randomUUID().toString();
    ledger.fail(waits, 1, "55P03");
    send(waits, SaleMessages.valid(waits));
    send("bad", "{}");
    await()
        .atMost(LONG)
        .until(
            () ->
                messages("finance.journal.retry.60m", "wait") == 1
                    && messages("finance.journal.dead", "dead") == 1);

    hub.bean(CamelContext.class).getRouteController().stopRoute("post-journals");
    queues.unbind("finance.journal", "erp.inventory", "inventory.#");
    outbox.recordSales(2, "10.00", "7.00");
    await().atMost(LONG).until(() -> messages("erp.unrouted", "unrouted") == 2);
    assertThat(gauge("hub.delivery.queue.consumers", "queue", "finance.journal")).isZero();
    queues.publish("", "finance.journal", SaleMessages.properties("1"), new byte[0]);
    await().atMost(LONG).until(() -> messages("finance.journal", "work") == 1);
    assertThat(messages("inventory.outbox.dead", "dead")).isZero();
  }

  private double messages(String queue, String kind) {
    return gauge("hub.delivery.queue.messages", "queue", queue, "kind", kind);
  }

  @Test
  void knows_whether_the_broker_is_connected_and_takes_messages() {
    try (TcpProxy proxy = TcpProxy.to(node.port())) {
      hub = settings().with("spring.rabbitmq.addresses", "127.0.0.1:" + proxy.port()).start();
      assertThat(gauge("hub.delivery.broker.connected")).isEqualTo(1);

      proxy.refuse();
      proxy.cutAll();
      await().atMost(LONG).until(() -> gauge("hub.delivery.broker.connected") == 0);
      proxy.accept();
      await().atMost(LONG).until(() -> gauge("hub.delivery.broker.connected") == 1);

      node.alarm(true);
      try {
        outbox.recordSales(1, "10.00", "7.00");
        await().atMost(LONG).until(() -> gauge("hub.delivery.broker.blocked") == 1);
      } finally {
        node.alarm(false);
      }
      await().atMost(LONG).until(() -> gauge("hub.delivery.broker.blocked") == 0);
      await().atMost(LONG).until(() -> TestHub.journals(finance) == 1);
    }
  }

  private String get(String path) throws Exception {
    HttpResponse<String> answer = hub.get(path);
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  /** The table in the docs. */
  private static final class MetricsPage {
    /**
     * @param always whether it is there in every hub
     */
    record Row(String name, Set<String> tags, String prometheus, boolean always) {}

    static Map<String, Row> rows() throws Exception {
      Map<String, Row> rows = new TreeMap<>();
      for (String line : Files.readAllLines(Path.of("src/docs/metrics.md"))) {
        if (line.startsWith("| `hub.")) {
          List<String> cells = new ArrayList<>(Arrays.asList(line.split("\\|", -1)));
          cells.replaceAll(cell -> cell.replace("`", "").strip());
          Set<String> tags = new TreeSet<>(List.of(cells.get(3).split(",\\s*")));
          tags.remove("");
          rows.put(cells.get(1), new Row(cells.get(1), tags, type(cells), cells.get(5).isEmpty()));
        }
      }
      return rows;
    }

    private static String type(List<String> cells) {
      return cells.get(4);
    }
  }
}
