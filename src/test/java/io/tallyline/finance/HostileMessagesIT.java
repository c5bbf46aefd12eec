package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Messages made to hurt: huge, deep, endless. Each is set aside whole, and costs nothing after. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileMessagesIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String ID = "0c7f4f2e-6f3a-4a63-9a3b-3f1f7a5f0d11";
  private static final int MEBIBYTE = 1024 * 1024;
  private static final long HEAP_MARGIN_BYTES = 48L * MEBIBYTE;
  private static final String PURCHASE_POSTING =
      "finance/purchase-transaction-created/v1/journal.jslt";

  @TempDir static Path folder;

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private TestHub hub;
  private Queues queues;

  @BeforeAll
  void start() throws IOException {
    Path mappings = CopiedTree.of("mappings", folder);
    Path posting = mappings.resolve(PURCHASE_POSTING);
    Files.writeString(posting, Files.readString(posting).replace("\"2000\"", "\"2999\""));
    hub =
        new TestHub.Settings()
            .roles("finance")
            .database(finance)
            .broker(node, virtualHost)
            .with("hub.mappings-directory", mappings.toString())
            .start();
    queues = new Queues(node, virtualHost);
  }

  @AfterAll
  void stop() {
    queues.close();
    hub.close();
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        arguments("too-large", "5 MiB", filled(5 * MEBIBYTE)),
        arguments("too-large", "16 MiB", filled(16 * MEBIBYTE)),
        arguments("not-json", "100,000 deep", "[".repeat(100_000) + "]".repeat(100_000)),
        arguments(
            "not-json",
            "100,000 deep in objects",
            "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000)),
        arguments(
            "schema",
            "a million digits",
            SaleMessages.with(ID, "\"unitCost\":7.25", "\"unitCost\":" + "7".repeat(1_000_000))),
        arguments(
            "schema",
            "a million decimals",
            SaleMessages.with(ID, "\"unitCost\":7.25", "\"unitCost\":7." + "1".repeat(1_000_000))),
        arguments("schema", "10,001 lines", lines(10_001)),
        arguments("schema", "year 1899", SaleMessages.with(ID, "2025-03-04T05", "1899-03-04T05")));
  }

  private static String filled(int bytes) {
    String start = "{\"note\":\"";
    return start + "x".repeat(bytes - start.length() - 2) + "\"}";
  }

  private static String lines(int count) {
    String valid = SaleMessages.valid(ID);
    int from = valid.indexOf("[{") + 1;
    int to = valid.indexOf("}]") + 1;
    return valid.substring(0, from)
        + String.join(",", java.util.Collections.nCopies(count, valid.substring(from, to)))
        + valid.substring(to);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("hostile")
  void sets_a_hostile_message_aside_whole_and_keeps_no_memory_of_it(
      String reason, String what, String body) {
    String warm = UUID.randomUUID().toString();
    publish(SaleMessages.KEY, SaleMessages.valid(warm));
    await().atMost(LONG).until(() -> journals(warm) == 1);
    long before = heapBytes();

    String next = UUID.randomUUID().toString();
    publish(SaleMessages.KEY, body);
    publish(SaleMessages.KEY, SaleMessages.valid(next));
    await().atMost(LONG).until(() -> journals(next) == 1);
    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);

    assertThat(heapBytes() - before).isLessThan(HEAP_MARGIN_BYTES);
    GetResponse dead = queues.drain("finance.journal.dead").get(0);
    Map<String, Object> headers = dead.getProps().getHeaders();
    assertThat(String.valueOf(headers.get("hub-reason")))
        .as(String.valueOf(headers.get("hub-error")))
        .isEqualTo(reason);
    assertThat(String.valueOf(headers.get("hub-error"))).hasSizeLessThan(1_100);
    assertThat(String.valueOf(headers.get("x-tenant"))).isEqualTo("north");
    assertThat(dead.getProps().getCorrelationId()).isEqualTo("request-1");
    assertThat(Arrays.equals(dead.getBody(), body.getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(journals(ID)).isZero();
  }

  @Test
  void does_not_notice_a_body_that_the_broker_refuses_at_publish() throws Exception {
    byte[] body = new byte[100_000_000];
    try (Connection connection = node.client(virtualHost).newConnection()) {
      Channel channel = connection.createChannel();
      channel.confirmSelect();
      assertThatThrownBy(
              () -> {
                channel.basicPublish("erp.events", SaleMessages.KEY, properties(), body);
                channel.waitForConfirmsOrDie(30_000);
              })
          .isInstanceOf(Exception.class);
      await().atMost(LONG).until(() -> !channel.isOpen());
      assertThat(String.valueOf(channel.getCloseReason())).contains("message size");
    }

    String next = UUID.randomUUID().toString();
    publish(SaleMessages.KEY, SaleMessages.valid(next));
    await().atMost(LONG).until(() -> journals(next) == 1);
    assertThat(queues.count("finance.journal.dead")).isZero();
  }

  @Test
  void sets_a_message_whose_posting_names_an_unknown_account_aside_at_once() {
    String id = UUID.randomUUID().toString();
    String purchase =
        """
        {"transactionId":"%s","transactionDate":"2025-03-04T05:06:07Z",\
        "vendorId":"8c3b2a10-6f1d-4a56-8f8b-2f8a6f0b9d21","lineItems":[\
        {"itemId":"3d7f6a0c-58f1-4d3c-9e0a-0d2f6b1a7c11","itemNumber":"LAMP-7","quantity":3,\
        "unitOfMeasure":"EA","unitCost":7.25,"extendedCost":21.75}],"totalCostValue":21.75,\
        "currencyCode":"USD","createdAt":"2025-03-04T05:06:08Z"}"""
            .formatted(id);

    publish("inventory.purchase-transaction-created.v1", purchase);

    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);
    GetResponse dead = queues.drain("finance.journal.dead").get(0);
    assertThat(dead.getProps().getHeaders().get("hub-reason")).hasToString("unknown-account");
    assertThat(dead.getProps().getHeaders().get("hub-error").toString()).contains("2999");
    assertThat(dead.getProps().getHeaders().get("hub-attempts")).hasToString("1");
    assertThat(new String(dead.getBody(), StandardCharsets.UTF_8)).isEqualTo(purchase);
    assertThat(journals(id)).isZero();
  }

  private void publish(String key, String body) {
    queues.publish("erp.events", key, properties(), body.getBytes(StandardCharsets.UTF_8));
  }

  private static BasicProperties properties() {
    return new BasicProperties.Builder()
        .contentType("application/json")
        .deliveryMode(2)
        .messageId(UUID.randomUUID().toString())
        .correlationId("request-1")
        .headers(Map.of("x-tenant", "north"))
        .build();
  }

  private long journals(String id) {
    return JdbcClient.create(finance.dataSource())
        .sql("SELECT count(*) FROM finance.ledger_journal WHERE external_ref = ?")
        .param(id)
        .query(Long.class)
        .single();
  }

  /** What is still in use after a collection. */
  private static long heapBytes() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
