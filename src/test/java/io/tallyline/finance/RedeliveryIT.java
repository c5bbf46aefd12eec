package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The redelivery ladder on a real RabbitMQ and a real PostgreSQL. */
class RedeliveryIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String KEY = SaleMessages.KEY;
  private static final int ROUNDS = 4;
  private static final String SEEN = "seen-by-the-test";
  private static final String SCALED = "110ms,120ms,130ms,140ms,150ms,160ms,170ms,180ms";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final JdbcClient ledger = JdbcClient.create(finance.dataSource());
  private FailingLedger failing;
  private Queues queues;
  private TestHub hub;

  @BeforeEach
  void prepare() {
    failing = new FailingLedger(finance);
    queues = new Queues(node, virtualHost);
  }

  @AfterEach
  void stop() {
    queues.close();
    hub.close();
  }

  /** One message a batch, so that every attempt is one of exactly one message. */
  private void start(String ladder) {
    hub =
        new TestHub.Settings()
            .roles("finance")
            .database(finance)
            .broker(node, virtualHost)
            .with("hub.delivery.ladder", ladder)
            .with("hub.delivery.batch-size", "1")
            .start();
    for (String step : ladder.split(",")) {
      queues.bind(SEEN, "hub.retry", "finance.journal.retry." + step, Map.of());
    }
  }

  private void send(String id, Map<String, Object> headers) {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .deliveryMode(2)
            .messageId(id)
            .correlationId("request-" + id)
            .timestamp(new java.util.Date(1_700_000_000_000L))
            .headers(headers)
            .build();
    queues.publish("erp.events", KEY, properties, body(id));
  }

  private static byte[] body(String id) {
    return SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8);
  }

  private long journals(String id) {
    return ledger
        .sql("SELECT count(*) FROM finance.ledger_journal WHERE external_ref = ?")
        .param(id)
        .query(Long.class)
        .single();
  }

  private static String header(GetResponse message, String name) {
    return String.valueOf(message.getProps().getHeaders().get(name));
  }

  /** Copies of what went to wait queues, in order, for one message. */
  private static List<GetResponse> of(List<GetResponse> seen, String id) {
    return seen.stream().filter(copy -> copy.getProps().getMessageId().equals(id)).toList();
  }

  @Test
  void takes_exactly_the_steps_of_the_ladder_and_ends_where_it_should() {
    start(SCALED);
    List<String> steps = List.of(SCALED.split(","));
    List<String> ids = new ArrayList<>();
    for (int failures = 0; failures <= 9; failures++) {
      String id = UUID.randomUUID().toString();
      ids.add(id);
      failing.fail(id, failures, "40P01");
      send(id, Map.of());
    }

    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);
    await().atMost(LONG).until(() -> TestHub.journals(finance) == 9);
    List<GetResponse> seen = queues.drain(SEEN);
    for (int failures = 0; failures <= 9; failures++) {
      String id = ids.get(failures);
      int waits = Math.min(failures, steps.size());
      List<GetResponse> copies = of(seen, id);
      assertThat(copies.stream().map(copy -> copy.getEnvelope().getRoutingKey()).toList())
          .as("failing " + failures + " times")
          .isEqualTo(
              steps.stream().limit(waits).map(step -> "finance.journal.retry." + step).toList());
      assertThat(copies.stream().map(copy -> header(copy, "hub-attempts")).toList())
          .isEqualTo(IntStream.rangeClosed(1, waits).mapToObj(Integer::toString).toList());
      assertThat(copies.stream().map(copy -> header(copy, "hub-first-failed-at")).distinct())
          .hasSize(waits == 0 ? 0 : 1);
      assertThat(copies).allSatisfy(copy -> assertThat(copy.getBody()).isEqualTo(body(id)));
      assertThat(journals(id)).isEqualTo(failures <= 8 ? 1 : 0);
      assertThat(failing.attempts(id)).isEqualTo(Math.min(failures + 1, 9));
    }
    GetResponse dead = queues.drain("finance.journal.dead").get(0);
    assertThat(dead.getProps().getMessageId()).isEqualTo(ids.get(9));
    assertThat(dead.getBody()).isEqualTo(body(ids.get(9)));
    assertThat(header(dead, "hub-reason")).isEqualTo("exhausted");
    assertThat(header(dead, "hub-error")).contains("FIN-017").contains("failing on purpose");
    assertThat(header(dead, "hub-attempts")).isEqualTo("9");
    assertThat(header(dead, "hub-routing-key")).isEqualTo(KEY);
    assertThat(header(dead, "hub-queue")).isEqualTo("finance.journal");
    assertThat(Instant.parse(header(dead, "hub-last-failed-at")))
        .isAfterOrEqualTo(Instant.parse(header(dead, "hub-first-failed-at")).plusMillis(1_160));
  }

  /**
   * A busy machine can only make a wait longer than it is, so one quiet round of several shows the
   * true one.
   */
  @Test
  void waits_the_first_real_steps_within_ten_percent() {
    start("1s,11s");
    List<Duration> first = new ArrayList<>();
    List<Duration> second = new ArrayList<>();
    for (int round = 0; round < ROUNDS && !(within(first, 1) && within(second, 11)); round++) {
      waitOnRealSteps(first, second);
    }

    assertThat(first).allMatch(wait -> wait.toMillis() >= 990);
    assertThat(second).allMatch(wait -> wait.toMillis() >= 10_990);
    assertThat(within(first, 1) && within(second, 11)).as("%s %s", first, second).isTrue();
  }

  private static boolean within(List<Duration> waits, int seconds) {
    return waits.stream().anyMatch(wait -> wait.toMillis() <= seconds * 1_100L);
  }

  private void waitOnRealSteps(List<Duration> first, List<Duration> second) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String id = UUID.randomUUID().toString();
      ids.add(id);
      failing.fail(id, 3, "40001");
      send(id, Map.of());
    }

    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == ids.size());
    List<GetResponse> seen = queues.drain(SEEN);
    Map<String, Instant> ended = new LinkedHashMap<>();
    queues
        .drain("finance.journal.dead")
        .forEach(
            dead ->
                ended.put(
                    dead.getProps().getMessageId(),
                    Instant.parse(header(dead, "hub-last-failed-at"))));
    List<Duration> ones = new ArrayList<>();
    List<Duration> elevens = new ArrayList<>();
    for (String id : ids) {
      List<Instant> failed =
          of(seen, id).stream()
              .map(copy -> Instant.parse(header(copy, "hub-last-failed-at")))
              .toList();
      ones.add(Duration.between(failed.get(0), failed.get(1)));
      elevens.add(Duration.between(failed.get(1), ended.get(id)));
    }
    first.add(median(ones));
    second.add(median(elevens));
    System.out.printf(
        "Waited, median of %d: %s and %s%n", ids.size(), median(ones), median(elevens));
  }

  /** Of several messages, so that one hiccup of a busy machine says nothing. */
  private static Duration median(List<Duration> durations) {
    return durations.stream().sorted(Comparator.naturalOrder()).toList().get(durations.size() / 2);
  }

  @Test
  void believes_no_header_that_a_sender_forged_and_keeps_those_it_does_not_read() {
    start("100ms,200ms");
    String id = UUID.randomUUID().toString();
    failing.fail(id, 3, "55P03");

    // By the cycle that these claim, the broker would drop the message on its way back.
    Map<String, Object> forgedDeath =
        Map.of(
            "queue", "finance.journal",
            "reason", "expired",
            "exchange", "hub.return",
            "count", 99L,
            "routing-keys", List.of("finance.journal"));
    send(
        id,
        Map.of(
            "hub-attempts",
            99,
            "hub-routing-key",
            "inventory.nothing.v1",
            "hub-first-failed-at",
            "1999-01-01T00:00:00Z",
            "hub-sender-cc",
            List.of("forged"),
            "hub-versions",
            "v1",
            "x-death",
            List.of(forgedDeath),
            "CC",
            List.of("finance.journal.dead"),
            "x-tenant",
            "north"));

    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);
    List<GetResponse> seen = of(queues.drain(SEEN), id);
    assertThat(seen.stream().map(copy -> header(copy, "hub-attempts"))).containsExactly("1", "2");
    GetResponse dead = queues.drain("finance.journal.dead").get(0);
    assertThat(header(dead, "hub-reason")).isEqualTo("exhausted");
    assertThat(header(dead, "hub-attempts")).isEqualTo("3");
    assertThat(header(dead, "hub-routing-key")).isEqualTo(KEY);
    assertThat(header(dead, "hub-first-failed-at")).doesNotStartWith("1999");
    assertThat(header(dead, "hub-versions")).isEqualTo("v1");
    assertThat(header(dead, "hub-sender-cc")).contains("finance.journal.dead");
    assertThat(header(dead, "x-tenant")).isEqualTo("north");
    assertThat(header(dead, "x-death")).contains("count=99");
    assertThat(dead.getProps().getCorrelationId()).isEqualTo("request-" + id);
    assertThat(dead.getProps().getTimestamp()).isEqualTo(new java.util.Date(1_700_000_000_000L));
  }

  @Test
  void sends_what_waiting_cannot_mend_to_the_dead_letters_at_once_and_tells_its_earlier_attempts() {
    start("100ms,200ms");
    String id = UUID.randomUUID().toString();
    failing.fail(id, 1, "40P01");
    String refused = UUID.randomUUID().toString();
    failing.fail(refused, 99, "23514");

    send(id, Map.of());
    send(refused, Map.of());
    await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == 1);
    await().atMost(LONG).until(() -> journals(id) == 1);

    GetResponse dead = queues.drain("finance.journal.dead").get(0);
    assertThat(dead.getProps().getMessageId()).isEqualTo(refused);
    assertThat(header(dead, "hub-attempts")).isEqualTo("1");
    assertThat(header(dead, "hub-error")).contains("FIN-015");
    assertThat(failing.attempts(refused)).isEqualTo(1);
    assertThat(of(queues.drain(SEEN), refused)).isEmpty();
  }
}
