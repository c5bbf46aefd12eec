package io.tallyline.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The bridge in a hub on a real RabbitMQ and a real PostgreSQL, with MassTransit's topology. */
class MassTransitBridgeIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String IN =
      "IM.Contract.IntegrationEvents.Transactions:SalesTransactionCreatedIntegrationEvent";
  private static final String OUT = "Tallyline.Contracts.Inventory:SalesTransactionCreated";
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String CORRELATION = "9bbcf5f0-596e-4e90-b3c5-1b27358c5aeb";

  private static final RabbitNode NODE = RabbitNode.shared();
  private static String virtualHost;
  private static PostgresServer.Database inventory;
  private static PostgresServer.Database finance;
  private static TestHub hub;
  private static Queues queues;
  private static CachingConnectionFactory connections;

  @BeforeAll
  static void start() throws Exception {
    virtualHost = NODE.newVirtualHost();
    inventory = PostgresServer.fresh("inventory");
    finance = PostgresServer.fresh("finance");
    queues = new Queues(NODE, virtualHost);
    connections = NODE.spring(virtualHost);
    // As MassTransit's publisher, endpoint and error transport make them.
    queues.channel().exchangeDeclare(IN, "fanout", true);
    endpoint("orders");
    endpoint("orders_error");
    hub =
        settings()
            .with("hub.bridge.masstransit.enabled", "true")
            .with("hub.bridge.masstransit.error-queues", "orders_error")
            .with("hub.delivery.ladder", "200ms,300ms")
            .start();
    queues.channel().exchangeBind("orders", OUT, "");
  }

  private static TestHub.Settings settings() {
    return new TestHub.Settings()
        .roles("relay,finance")
        .database(inventory)
        .database(finance)
        .broker(NODE, virtualHost);
  }

  private static void endpoint(String name) throws Exception {
    queues.channel().exchangeDeclare(name, "fanout", true);
    queues.bind(name, name, "", Map.of());
  }

  @AfterAll
  static void stop() {
    hub.close();
    queues.close();
    connections.destroy();
  }

  private static byte[] envelope(String message) {
    return """
        {"messageId":"%s","requestId":null,"correlationId":"%s","conversationId":null,\
        "messageType":["urn:message:%s"],"message":%s,"sentTime":"2025-03-04T05:06:09.7Z",\
        "headers":{},"host":null}"""
        .formatted(UUID.randomUUID(), CORRELATION, IN, message)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String sale(String id) {
    return SaleMessages.valid(id)
        .replace("\"unitSellingPrice\":10.5,", "\"UnitSellingPrice\":\"10.50\",")
        .replace("\"totalSalesValue\":31.5,", "\"totalSalesValue\":\"31.5\",");
  }

  private static void send(byte[] body, Map<String, Object> headers) {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/vnd.masstransit+json")
            .deliveryMode(2)
            .headers(headers)
            .build();
    queues.publish(IN, "", properties, body);
  }

  private static GetResponse only(String queue) {
    await().atMost(LONG).until(() -> queues.count(queue) == 1);
    return queues.drain(queue).get(0);
  }

  private static String header(GetResponse message, String name) {
    return String.valueOf(message.getProps().getHeaders().get(name));
  }

  @Test
  void posts_what_a_net_module_publishes_and_hands_it_to_net_consumers() {
    String id = UUID.randomUUID().toString();

    send(envelope(sale(id)), Map.of("MT-Activity-Id", TRACE));

    await().atMost(LONG).until(() -> correlationOf(id).equals(List.of(CORRELATION)));
    assertThat(
            JdbcClient.create(finance.dataSource())
                .sql(
                    "SELECT l.account_code || ' ' || l.debit || ' ' || l.credit"
                        + " FROM finance.ledger_journal_line l JOIN finance.ledger_journal j"
                        + " ON j.id = l.journal_id WHERE j.external_ref = ? ORDER BY l.line_no")
                .param(id)
                .query(String.class)
                .list())
        .containsExactly(
            "1100 31.5000 0.0000",
            "4000 0.0000 31.5000",
            "5000 21.7500 0.0000",
            "1300 0.0000 21.7500");
    GetResponse out = only("orders");
    assertThat(out.getEnvelope().getExchange()).isEqualTo(OUT);
    assertThat(out.getProps().getContentType()).isEqualTo("application/vnd.masstransit+json");
    assertThat(header(out, "MT-Activity-Id")).isEqualTo(TRACE);
    assertThat(header(out, "traceparent")).isEqualTo(TRACE);
    JsonNode envelope = Bridged.json(out.getBody());
    assertThat(envelope.get("messageType").get(0).asText()).isEqualTo("urn:message:" + OUT);
    assertThat(envelope.get("correlationId").asText()).isEqualTo(CORRELATION);
    assertThat(envelope.get("message").get("transactionId").asText()).isEqualTo(id);
    assertThat(envelope.get("message").get("totalSalesValue").toString()).isEqualTo("\"31.5\"");
  }

  private static List<String> correlationOf(String id) {
    return JdbcClient.create(finance.dataSource())
        .sql("SELECT correlation_id FROM finance.ledger_journal WHERE external_ref = ?")
        .param(id)
        .query(String.class)
        .list();
  }

  @Test
  void sets_what_it_cannot_understand_aside_byte_for_byte_and_takes_the_rest() {
    String good = UUID.randomUUID().toString();
    byte[] comma = envelope(sale(UUID.randomUUID().toString()).replace("\"31.5\"", "\"30,25\""));
    byte[] unknown = "{\"messageType\":[\"urn:message:No:Such\"], \"message\":{}}".getBytes();
    byte[] empty = ("{\"messageType\":[\"urn:message:" + IN + "\"] }").getBytes();

    send(comma, Map.of("hub-reason", "forged", "MT-Host-MachineName", "M"));
    send(unknown, Map.of());
    send(empty, Map.of());
    send(envelope(sale(good)), Map.of());

    await().atMost(LONG).until(() -> correlationOf(good).size() == 1);
    await().atMost(LONG).until(() -> queues.count("hub.masstransit.dead") == 3);
    List<GetResponse> dead = queues.drain("hub.masstransit.dead");
    assertThat(dead.stream().map(GetResponse::getBody)).containsExactly(comma, unknown, empty);
    assertThat(dead.stream().map(letter -> header(letter, "hub-reason")))
        .containsExactly("schema", "unsupported-type", "schema");
    assertThat(header(dead.get(0), "hub-error")).startsWith("BRI-014 ").contains("\"30,25\"");
    assertThat(header(dead.get(1), "hub-error")).startsWith("BRI-012 ");
    assertThat(header(dead.get(2), "hub-error")).startsWith("BRI-013 ");
    assertThat(header(dead.get(0), "hub-queue")).isEqualTo("hub.masstransit");
    assertThat(header(dead.get(0), "MT-Host-MachineName")).isEqualTo("M");
    // The good one went on to the .NET endpoint, too.
    only("orders");
  }

  @Test
  void collects_an_error_queue_and_returns_a_message_to_its_endpoint() throws Exception {
    byte[] body = "{\"whatever\": \"MassTransit's consumers read\"}".getBytes();
    Map<String, Object> headers = new HashMap<>();
    headers.put("MT-Reason", "fault");
    headers.put("MT-Fault-InputAddress", "rabbitmq://localhost/" + virtualHost + "/orders");
    headers.put("MT-Fault-ExceptionType", "System.InvalidOperationException");
    headers.put("MT-Fault-Message", "no such customer");
    headers.put("MT-Fault-Timestamp", "2026-11-20T10:11:12.1234567Z");
    headers.put("MT-Fault-RetryCount", 3);
    headers.put("MT-Activity-Id", TRACE);
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/vnd.masstransit+json")
            .messageId("m-1")
            .headers(headers)
            .build();

    queues.publish("orders_error", "", properties, body);

    await().atMost(LONG).until(() -> queues.count("hub.masstransit.dead") == 1);
    Message dead = new RabbitTemplate(connections).receive("hub.masstransit.dead");
    assertThat(dead.getBody()).isEqualTo(body);
    assertThat(dead.getMessageProperties().getHeaders())
        .containsAllEntriesOf(headers)
        .containsEntry("hub-reason", "exhausted")
        .containsEntry("hub-queue", "orders_error")
        .containsEntry("hub-attempts", 4)
        .containsEntry("hub-first-failed-at", "2026-11-20T10:11:12.123Z")
        .containsEntry(
            "hub-error",
            "BRI-020 MassTransit's consumer failed with System.InvalidOperationException: no such customer");

    String queue = hub.bean(ReturnToEndpoint.class).back(dead);

    assertThat(queue).isEqualTo("orders");
    GetResponse returned = only("orders");
    assertThat(returned.getBody()).isEqualTo(body);
    assertThat(returned.getProps().getMessageId()).isEqualTo("m-1");
    assertThat(returned.getProps().getContentType()).isEqualTo("application/vnd.masstransit+json");
    assertThat(returned.getProps().getHeaders()).containsOnlyKeys("MT-Activity-Id");
  }

  @Test
  void climbs_the_ladder_and_then_gives_up_where_the_exchange_of_a_type_is_missing()
      throws Exception {
    String key = "inventory.purchase-transaction-created.v1";
    queues.channel().exchangeDelete("Tallyline.Contracts.Inventory:PurchaseTransactionCreated");
    byte[] purchase =
        """
        {"transactionId":"%s","transactionDate":"2025-03-04T05:06:07Z",\
        "vendorId":"8c3b2a10-6f1d-4a56-8f8b-2f8a6f0b9d21","lineItems":[\
        {"itemId":"3d7f6a0c-58f1-4d3c-9e0a-0d2f6b1a7c11","itemNumber":"LAMP-7","quantity":1,\
        "unitOfMeasure":"EA","unitCost":7.25,"extendedCost":7.25}],"totalCostValue":7.25,\
        "currencyCode":"USD","createdAt":"2025-03-04T05:06:08Z"}"""
            .formatted(UUID.randomUUID())
            .getBytes(StandardCharsets.UTF_8);

    queues.publish("erp.events", key, SaleMessages.properties("p-1"), purchase);

    GetResponse dead = only("hub.masstransit.dead");
    assertThat(dead.getBody()).isEqualTo(purchase);
    assertThat(header(dead, "hub-reason")).isEqualTo("exhausted");
    assertThat(header(dead, "hub-attempts")).isEqualTo("3");
    assertThat(header(dead, "hub-queue")).isEqualTo("hub.masstransit.out");
    assertThat(header(dead, "hub-routing-key")).isEqualTo(key);
  }

  @Test
  void does_not_start_with_a_type_that_would_go_round_for_ever(@TempDir Path folder)
      throws Exception {
    Path routes = CopiedTree.of("routes", folder);
    Path file = routes.resolve("bridge/publish-masstransit.camel.yaml");
    Files.writeString(file, Files.readString(file).replace(OUT, IN));

    assertThatThrownBy(
            () ->
                settings()
                    .with("hub.bridge.masstransit.enabled", "true")
                    .with("hub.routes-directory", routes.toString())
                    .start()
                    .close())
        .hasStackTraceContaining("BRI-002 ");
  }
}
