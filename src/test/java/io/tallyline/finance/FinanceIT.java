package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The journal writer on a real RabbitMQ and a real PostgreSQL. */
class FinanceIT {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String ID = "5b1f0d52-90a4-4b35-8f5e-6d3f1a2b3c4d";
  private static final String KEY = SaleMessages.KEY;

  private static PostgresServer.Database finance;
  private static TestHub hub;
  private static Queues queues;
  private static JdbcClient ledger;

  @BeforeAll
  static void start() {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    finance = PostgresServer.fresh("finance");
    ledger = JdbcClient.create(finance.dataSource());
    hub =
        new TestHub.Settings()
            .roles("finance")
            .database(finance)
            .broker(node, virtualHost)
            .with("hub.finance.retry-delay", "200ms")
            .start();
    queues = new Queues(node, virtualHost);
  }

  @AfterAll
  static void stop() {
    queues.close();
    hub.close();
  }

  private static void send(
      String key, String contentType, byte[] body, Map<String, Object> headers) {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType(contentType)
            .deliveryMode(2)
            .messageId(UUID.randomUUID().toString())
            .correlationId("request-1")
            .headers(headers)
            .build();
    queues.publish("erp.events", key, properties, body);
  }

  private static void send(String body) {
    send(KEY, "application/json", body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  private static long journals(String id) {
    return ledger
        .sql("SELECT count(*) FROM finance.ledger_journal WHERE external_ref = ?")
        .param(id)
        .query(Long.class)
        .single();
  }

  private static GetResponse dead() {
    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);
    return queues.drain("finance.journal.dead").get(0);
  }

  private static String header(GetResponse message, String name) {
    return String.valueOf(message.getProps().getHeaders().get(name));
  }

  @Test
  void posts_a_balanced_journal_that_can_be_traced_to_its_message() {
    String id = UUID.randomUUID().toString();

    send(SaleMessages.valid(id.toUpperCase(Locale.ROOT)));
    await().atMost(LONG).until(() -> journals(id) == 1);

    Map<String, Object> journal =
        ledger
            .sql("SELECT * FROM finance.ledger_journal WHERE external_ref = ?")
            .param(id)
            .query()
            .singleRow();
    assertThat(journal)
        .containsEntry("source", "Inventory")
        .containsEntry("currency", "USD")
        .containsEntry("event_type", "inventory.sales-transaction-created")
        .containsEntry("event_version", 1)
        .containsEntry("correlation_id", "request-1");
    assertThat(journal.get("journal_date")).hasToString("2025-03-04");
    List<String> lines =
        ledger
            .sql(
                "SELECT line_no || ' ' || account_code || ' ' || debit || ' ' || credit"
                    + " FROM finance.ledger_journal_line WHERE journal_id = ? ORDER BY line_no")
            .param(journal.get("id"))
            .query(String.class)
            .list();
    assertThat(lines)
        .containsExactly(
            "1 1100 31.5000 0.0000",
            "2 4000 0.0000 31.5000",
            "3 5000 21.7500 0.0000",
            "4 1300 0.0000 21.7500");
  }

  @Test
  void writes_nothing_when_the_same_message_comes_again_however_it_is_spelled() {
    String id = UUID.randomUUID().toString();
    String next = UUID.randomUUID().toString();

    send(SaleMessages.valid(id));
    await().atMost(LONG).until(() -> journals(id) == 1);
    send(SaleMessages.valid(id));
    send(SaleMessages.with(id, "\"quantity\":3,", "\"quantity\":3.00,\"note\":\"new field\","));
    send(SaleMessages.with(id, "05:06:08Z", "07:00:00Z"));
    send(SaleMessages.valid(next));
    await().atMost(LONG).until(() -> journals(next) == 1);

    assertThat(journals(id)).isEqualTo(1);
    assertThat(queues.count("finance.journal.dead")).isZero();
  }

  @Test
  void sets_the_same_transaction_with_other_content_aside_as_a_conflict() {
    String id = UUID.randomUUID().toString();
    send(SaleMessages.valid(id));
    await().atMost(LONG).until(() -> journals(id) == 1);

    send(SaleMessages.with(id, "SO-1", "SO-2"));

    GetResponse dead = dead();
    assertThat(header(dead, "hub-reason")).isEqualTo("conflict");
    assertThat(header(dead, "hub-error")).contains("FIN-013").contains(id);
    assertThat(journals(id)).isEqualTo(1);
  }

  @Test
  void remembers_a_transaction_of_nothing_but_zeros_without_a_journal() {
    String id = UUID.randomUUID().toString();
    String zero =
        SaleMessages.valid(id)
            .replace("10.5", "0")
            .replace("7.25", "0")
            .replace("31.5", "0")
            .replace("21.75", "0");

    send(zero);
    await()
        .atMost(LONG)
        .until(
            () ->
                ledger
                        .sql("SELECT count(*) FROM finance.seen_transaction WHERE external_ref = ?")
                        .param(id)
                        .query(Long.class)
                        .single()
                    == 1);

    assertThat(journals(id)).isZero();
  }

  @Test
  void keeps_body_properties_and_headers_of_a_dead_letter_and_ignores_forged_ones() {
    byte[] body = {(byte) 0xff, (byte) 0xfe, 0, 1, 2};

    send(KEY, "application/json", body, Map.of("hub-attempts", 99, "x-tenant", "north"));

    GetResponse dead = dead();
    assertThat(dead.getBody()).isEqualTo(body);
    assertThat(dead.getProps().getCorrelationId()).isEqualTo("request-1");
    assertThat(header(dead, "hub-reason")).isEqualTo("not-json");
    assertThat(header(dead, "hub-attempts")).isEqualTo("1");
    assertThat(header(dead, "hub-queue")).isEqualTo("finance.journal");
    assertThat(header(dead, "hub-routing-key")).isEqualTo(KEY);
    assertThat(header(dead, "x-tenant")).isEqualTo("north");
    assertThat(header(dead, "hub-first-failed-at")).endsWith("Z");
  }

  static Stream<Arguments> badMessages() {
    String valid = SaleMessages.valid(ID);
    return Stream.of(
        arguments("not-json", "text", "no json at all"),
        arguments("not-json", "byte order mark", "\uFEFF" + valid),
        arguments(
            "not-json",
            "duplicate key",
            with("\"currencyCode\"", "\"createdAt\":1,\"currencyCode\"")),
        arguments("not-json", "more after the document", valid + "{}"),
        arguments("not-json", "lone surrogate", with("SO-1", "\\ud800")),
        arguments("not-json", "too deep", "[".repeat(40) + "]".repeat(40)),
        arguments("schema", "no array", with("[{", "{\"x\":{").replace("}],", "}},")),
        arguments("schema", "no lines", valid.replaceAll("\\[\\{.*}]", "[]")),
        arguments("schema", "missing field", with("\"customerId\"", "\"customer\"")),
        arguments("schema", "number as text", with("\"quantity\":3", "\"quantity\":\"3\"")),
        arguments("schema", "quantity zero", with("\"quantity\":3", "\"quantity\":0")),
        arguments("schema", "quantity negative", with("\"quantity\":3", "\"quantity\":-3")),
        arguments("schema", "price negative", with("\"unitCost\":7.25", "\"unitCost\":-7.25")),
        arguments("schema", "seven decimals", with("\"unitCost\":7.25", "\"unitCost\":7.2500001")),
        arguments(
            "schema",
            "twenty digits",
            with("\"unitCost\":7.25", "\"unitCost\":12345678901234567890")),
        arguments("schema", "huge exponent", with("\"unitCost\":7.25", "\"unitCost\":1e999999999")),
        arguments(
            "schema",
            "five decimals in an amount",
            with("\"totalCostValue\":21.75", "\"totalCostValue\":21.75001")),
        arguments("schema", "nil id", with(ID, "00000000-0000-0000-0000-000000000000")),
        arguments("schema", "id without dashes", with(ID, ID.replace("-", ""))),
        arguments("schema", "blank item number", with("LAMP-7", " ")),
        arguments("schema", "control character", with("LAMP-7", "LAMP\\u0007")),
        arguments("schema", "too long a text", with("LAMP-7", "x".repeat(129))),
        arguments("schema", "no currency", with("USD", "XYZ")),
        arguments("schema", "withdrawn currency", with("USD", "DEM")),
        arguments("schema", "time without offset", with("05:06:07Z", "05:06:07")),
        arguments("schema", "year 2200", with("2025-03-04T05:06:07", "2200-03-04T05:06:07")),
        arguments(
            "totals",
            "wrong total",
            with("\"totalSalesValue\":31.5", "\"totalSalesValue\":31.4999")),
        arguments(
            "totals",
            "wrong extended amount",
            with("\"extendedCost\":21.75", "\"extendedCost\":21.76")));
  }

  private static String with(String text, String replacement) {
    return SaleMessages.with(ID, text, replacement);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("badMessages")
  void sets_a_bad_message_aside_with_its_reason_and_posts_the_next(
      String reason, String what, String body) {
    String next = UUID.randomUUID().toString();

    send(body);
    send(SaleMessages.valid(next));

    GetResponse dead = dead();
    assertThat(header(dead, "hub-reason")).as(header(dead, "hub-error")).isEqualTo(reason);
    assertThat(new String(dead.getBody(), StandardCharsets.UTF_8)).isEqualTo(body);
    await().atMost(LONG).until(() -> journals(next) == 1);
    assertThat(journals(ID)).isZero();
  }

  @Test
  void tells_unknown_types_versions_and_content_types_apart() {
    byte[] body = SaleMessages.valid(ID).getBytes(StandardCharsets.UTF_8);

    send("inventory.item-renamed.v1", "application/json", body, Map.of());
    assertThat(header(dead(), "hub-reason")).isEqualTo("unsupported-type");
    send("inventory.sales-transaction-created.v9", "application/json", body, Map.of());
    assertThat(header(dead(), "hub-reason")).isEqualTo("unsupported-version");
    send(KEY, "text/plain", body, Map.of());
    assertThat(header(dead(), "hub-reason")).isEqualTo("wrong-content-type");
    send(KEY, "application/json; charset=latin1", body, Map.of());
    assertThat(header(dead(), "hub-reason")).isEqualTo("wrong-content-type");
  }

  @Test
  void accepts_json_in_any_spelling_of_its_content_type() {
    String id = UUID.randomUUID().toString();

    send(
        KEY,
        "Application/JSON; Charset=UTF-8",
        SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8),
        Map.of());

    await().atMost(LONG).until(() -> journals(id) == 1);
  }

  @Test
  void sets_a_body_over_four_mebibytes_aside_unread() {
    String padded = SaleMessages.with(ID, "SO-1\",", "SO-1\"," + " ".repeat(5 * 1024 * 1024));

    send(padded);

    GetResponse dead = dead();
    assertThat(header(dead, "hub-reason")).isEqualTo("too-large");
    assertThat(dead.getBody()).hasSize(padded.length());
  }

  @Test
  void posts_the_good_ones_of_a_batch_whatever_else_is_in_it() {
    List<String> ids = Stream.generate(() -> UUID.randomUUID().toString()).limit(300).toList();

    for (int i = 0; i < ids.size(); i++) {
      send(i % 50 == 7 ? "bad " + i : SaleMessages.valid(ids.get(i)));
    }

    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 6);
    queues.drain("finance.journal.dead");
    await().atMost(LONG).until(() -> ids.stream().mapToLong(FinanceIT::journals).sum() == 294);
  }

  @Test
  void takes_no_body_for_a_batch_whatever_a_header_says() {
    Map<String, Object> batch = Map.of("springBatchFormat", "lengthHeader4");
    List<String> ids = Stream.generate(() -> UUID.randomUUID().toString()).limit(60).toList();

    for (int i = 0; i < ids.size(); i++) {
      byte[] valid = SaleMessages.valid(ids.get(i)).getBytes(StandardCharsets.UTF_8);
      send(KEY, "application/json", valid, i % 10 == 5 ? batch : Map.of());
    }
    send(KEY, "application/json", new byte[0], batch);
    send(KEY, "application/json", new byte[] {'{', '}'}, batch);
    send(KEY, "application/json", new byte[] {0, 0, 0, 2, '{', '}'}, batch);

    await().atMost(LONG).until(() -> ids.stream().mapToLong(FinanceIT::journals).sum() == 60);
    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 3);
    assertThat(queues.drain("finance.journal.dead").stream().map(dead -> dead.getBody().length))
        .containsExactlyInAnyOrder(0, 2, 6);
  }
}
