package io.tallyline.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.tallyline.ops.observe.OtlpReceiver.Received;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One trace from the request that recorded an event to its journal, read back from a collector. */
class TracesIT {
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String REQUEST = "00f067aa0ba902b7";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final FailingLedger ledger = new FailingLedger(finance);
  private final OtlpReceiver collector = new OtlpReceiver();

  @AfterEach
  void stop() {
    collector.close();
  }

  private TestHub.Settings hub(String roles, String endpoint) {
    return new TestHub.Settings()
        .roles(roles)
        .broker(node, virtualHost)
        .with("hub.start.wait", "60s")
        .with("hub.finance.ladder", "300ms")
        .with("management.tracing.enabled", "true")
        .with("management.tracing.sampling.probability", "1.0")
        .with("management.tracing.opentelemetry.export.schedule-delay", "200ms")
        .with("management.otlp.tracing.endpoint", endpoint);
  }

  private void record(String id, String traceparent) {
    JdbcClient.create(inventory.ownerDataSource())
        .sql(
            "INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload,"
                + " correlation_id, traceparent)"
                + " VALUES ('InventoryTransaction', ?, 'SalesTransactionCreated', ?::jsonb, 'request-7', ?)")
        .params(id, Outbox.sale(id, 1, "1", "10.00", "7.00"), traceparent)
        .update();
  }

  private static HubProcess process(TestHub.Settings settings) {
    return HubProcess.run(
        Stream.concat(Stream.of("start"), Stream.of(settings.arguments())).toArray(String[]::new));
  }

  @Test
  void one_trace_leads_from_the_request_through_two_processes_and_a_retry_to_the_announcement() {
    String id = UUID.randomUUID().toString();
    ledger.fail(id, 1, "55P03");
    record(id, "00-" + TRACE + "-" + REQUEST + "-01");

    try (HubProcess relaying = process(hub("relay", collector.endpoint()).database(inventory));
        HubProcess posting = process(hub("finance", collector.endpoint()).database(finance))) {
      await().atMost(LONG).until(() -> collector.trace(TRACE).size() >= 6);

      List<Received> spans = collector.trace(TRACE);
      assertThat(spans)
          .extracting(Received::name)
          .containsExactly(
              "relay", "post-journals", "journal", "post-journals", "journal", "relay");
      Received relay = spans.get(0);
      Received first = spans.get(1);
      Received refused = spans.get(2);
      Received second = spans.get(3);
      Received journal = spans.get(4);
      Received announced = spans.get(5);
      assertThat(spans)
          .extracting(Received::parent)
          .containsExactly(REQUEST, relay.id(), first.id(), relay.id(), second.id(), journal.id());
      assertThat(spans)
          .extracting(span -> span.resource().get("hub.roles"))
          .containsExactly("relay", "finance", "finance", "finance", "finance", "finance");
      assertThat(spans)
          .extracting(Received::failed)
          .containsExactly(false, true, true, false, false, false);
      assertThat(spans)
          .extracting(Received::kind)
          .containsExactly(
              SpanKind.SPAN_KIND_PRODUCER,
              SpanKind.SPAN_KIND_CONSUMER,
              SpanKind.SPAN_KIND_CLIENT,
              SpanKind.SPAN_KIND_CONSUMER,
              SpanKind.SPAN_KIND_CLIENT,
              SpanKind.SPAN_KIND_PRODUCER);
      assertThat(second.links()).containsExactly(first.id());
      assertThat(first.links()).isEmpty();
      assertThat(first.attribute("hub.outcome")).isEqualTo("redelivered");
      assertThat(second.attribute("hub.outcome")).isEqualTo("written");
      assertThat(second.attribute("hub.attempt")).isEqualTo("2");
      assertThat(second.attribute("messaging.rabbitmq.destination.routing_key"))
          .isEqualTo("inventory.sales-transaction-created.v1");
      assertThat(refused.attribute("db.system.name")).isEqualTo("postgresql");
      assertThat(relay.attribute("messaging.destination.name")).isEqualTo("erp.events");
      assertThat(relay.attribute("messaging.message.id"))
          .isEqualTo(first.attribute("messaging.message.id"))
          .isNotEmpty();
      assertThat(announced.attribute("hub.outbox")).isEqualTo("finance");
      assertThat(List.of(relay, first, second))
          .allSatisfy(
              span ->
                  assertThat(span.attribute("messaging.message.conversation_id"))
                      .isEqualTo("request-7"));
      assertThat(spans).allSatisfy(span -> assertThat(span.end()).isGreaterThan(span.start()));
      assertThat(spans.toString()).doesNotContain("LAMP-7").doesNotContain("8c3b2a10");
      assertThat(relaying.output()).contains("traceId=" + TRACE).contains("spanId=" + relay.id());
      assertThat(posting.output()).contains("spanId=" + second.id());
    }
  }

  @Test
  void what_a_sender_makes_up_breaks_nothing_and_links_nothing() {
    String odd = UUID.randomUUID().toString();
    String forged = UUID.randomUUID().toString();
    record(odd, "00-00000000000000000000000000000000-0000000000000000-zz\r\nERROR forged");
    try (TestHub hub =
            hub("relay,finance", collector.endpoint())
                .database(inventory)
                .database(finance)
                .start();
        Queues queues = new Queues(node, virtualHost)) {
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(forged)
              .builder()
              .headers(
                  Map.of(
                      "traceparent",
                      "00-" + TRACE + "-" + REQUEST + "-01",
                      "hub-last-span",
                      "00-" + TRACE + "-" + REQUEST + "-01"))
              .build(),
          "{}".getBytes(StandardCharsets.UTF_8));

      await().atMost(LONG).until(() -> TestHub.journals(finance) == 1);
      await().atMost(LONG).until(() -> collector.trace(TRACE).size() == 2);
      List<Received> dead = collector.trace(TRACE);
      assertThat(dead).extracting(Received::name).containsExactly("post-journals", "dead-letter");
      assertThat(dead).extracting(Received::failed).containsOnly(true);
      assertThat(dead).extracting(Received::parent).containsExactly(REQUEST, dead.get(0).id());
      assertThat(dead.get(0).links()).isEmpty();
      assertThat(dead.get(0).attribute("hub.outcome")).isEqualTo("schema");
      // Finance's own relay has one too, which continues the journal's.
      await("a relay's span without a parent")
          .atMost(LONG)
          .until(
              () ->
                  collector.all().stream()
                      .anyMatch(span -> span.name().equals("relay") && span.parent().isEmpty()));
    }
  }

  @Test
  void a_collector_that_never_answers_holds_up_nothing() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TestHub hub =
            hub("relay,finance", "http://127.0.0.1:" + silent.getLocalPort() + "/v1/traces")
                .database(inventory)
                .database(finance)
                .with("management.tracing.opentelemetry.export.max-queue-size", "512")
                .start()) {
      new Outbox(inventory.ownerDataSource()).recordSales(3_000, "10.00", "7.00");

      await().atMost(LONG).until(() -> TestHub.journals(finance) == 3_000);
    }
  }
}
