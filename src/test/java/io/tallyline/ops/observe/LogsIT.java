package io.tallyline.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a hub says about messages, in both formats, when senders try to write its log. */
class LogsIT {
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String HOSTILE =
      "req\r\n12:00:00.000 ERROR forged\u001b[2J\u009b2J\u202e\",\"log.level\":\"FATAL";
  private static final String CUSTOMER = "8c3b2a10-6f1d-4a56-8f8b-2f8a6f0b9d21";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");

  private HubProcess start(String... more) {
    TestHub.Settings settings =
        new TestHub.Settings()
            .roles("relay,finance")
            .database(inventory)
            .database(finance)
            .broker(node, virtualHost)
            .with("hub.start.wait", "60s")
            .with("hub.finance.ladder", "300ms");
    return HubProcess.run(
        Stream.of(Stream.of("start"), Stream.of(settings.arguments()), Stream.of(more))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }

  private void record(String id, String type, String payload, String correlationId) {
    JdbcClient.create(inventory.ownerDataSource())
        .sql(
            "INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload,"
                + " correlation_id, traceparent)"
                + " VALUES ('InventoryTransaction', ?, ?, ?::jsonb, ?, ?)")
        .params(id, type, payload, correlationId, "00-" + TRACE + "-00f067aa0ba902b7-00")
        .update();
  }

  private String eventId(String aggregate) {
    return JdbcClient.create(inventory.ownerDataSource())
        .sql("SELECT event_id::text FROM inventory.outbox_event WHERE aggregate_id = ?")
        .param(aggregate)
        .query(String.class)
        .single();
  }

  /** Relayed and posted, after a failure; and two that no mapping knows, with huge columns. */
  private String runThrough(HubProcess hub, String good) {
    new FailingLedger(finance).fail(good, 1, "55P03");
    record(good, "SalesTransactionCreated", Outbox.sale(good, 1, "1", "10.00", "7.00"), HOSTILE);
    String eventId = eventId(good);
    record("big", "x".repeat(1_000_000), "{\"customerId\":\"" + CUSTOMER + "\"}", "fine");
    record("long", "SalesTransactionCreated", "{}", "y".repeat(1_000_000));
    // The hub reads the outbox only now.
    assertThat(hub.isAlive()).isTrue();
    try (Queues queues = new Queues(node, virtualHost)) {
      await().atMost(LONG).until(() -> TestHub.journals(finance) == 1);
      await().atMost(LONG).until(() -> queues.count("inventory.outbox.dead") == 2);
    }
    await().atMost(LONG).until(() -> hub.output().contains("written transaction " + good));
    await().atMost(LONG).until(() -> hub.output().split("outbox is in inventory").length == 3);
    return eventId;
  }

  @Test
  void text_tells_each_publish_attempt_and_outcome_with_its_ids_and_nobody_forges_a_line() {
    String good = UUID.randomUUID().toString();
    try (HubProcess hub = start("--hub.log.failed-payloads=true")) {
      await().atMost(LONG).until(() -> hub.output().contains("Tallyline runs"));
      String eventId = runThrough(hub, good);

      List<String> lines = hub.output().lines().toList();
      assertThat(lines).noneMatch(line -> line.startsWith("12:00:00.000 ERROR forged"));
      assertThat(hub.output()).doesNotContain("\u001b").doesNotContain("\u009b");
      assertThat(hub.output()).doesNotContain("\u202e").doesNotContain("\r");
      List<String> about =
          lines.stream().filter(line -> line.contains("eventId=" + eventId)).toList();
      assertThat(about)
          .hasSizeGreaterThanOrEqualTo(5)
          .allSatisfy(
              line ->
                  assertThat(line)
                      .contains("traceId=" + TRACE)
                      .contains("correlationId=req\\r\\n12:00:00.000 ERROR forged\\u001b[2J"));
      assertThat(about).anyMatch(line -> line.contains("published inventory.sales-transaction"));
      assertThat(about).anyMatch(line -> line.contains("attempt 1 of inventory.sales"));
      assertThat(about).anyMatch(line -> line.contains("waits 0.3 s for attempt 2"));
      assertThat(about).anyMatch(line -> line.contains("attempt 2 of inventory.sales"));
      assertThat(about).anyMatch(line -> line.contains("written transaction " + good));
      assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThan(20_000));
      assertThat(hub.output())
          .contains("payload: {\"customerId\":\"***\"}")
          .doesNotContain(CUSTOMER);
    }
  }

  @Test
  void ecs_writes_one_valid_object_a_line_with_the_same_ids() throws Exception {
    String good = UUID.randomUUID().toString();
    try (HubProcess hub = start("--hub.log.format=ecs")) {
      await().atMost(LONG).until(() -> hub.output().contains("Tallyline runs"));
      String eventId = runThrough(hub, good);

      String output = hub.output();
      assertThat(output).doesNotContain("\u001b").doesNotContain("\u009b").doesNotContain("\u202e");
      JsonMapper json = new JsonMapper();
      int about = 0;
      for (String line : output.lines().filter(text -> text.startsWith("{")).toList()) {
        JsonNode event = json.readTree(line);
        assertThat(line).hasSizeLessThan(40_000);
        assertThat(event.path("@timestamp").asText()).isNotEmpty();
        assertThat(event.path("log").path("level").asText()).isIn("INFO", "WARN", "ERROR");
        if (event.path("eventId").asText().equals(eventId)) {
          about++;
          assertThat(event.path("traceId").asText()).isEqualTo(TRACE);
          assertThat(event.path("correlationId").asText()).startsWith("req\\r\\n12:00:00.000");
        }
      }
      assertThat(about).isGreaterThanOrEqualTo(5);
      assertThat(output).doesNotContain("payload: ").doesNotContain(CUSTOMER);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", ""})
  void another_format_stops_the_start(String format) {
    try (HubProcess hub = start("--hub.log.format=" + format)) {
      assertThat(hub.exit(120)).isEqualTo(2);
      assertThat(hub.output()).contains("OPS-160");
    }
  }
}
