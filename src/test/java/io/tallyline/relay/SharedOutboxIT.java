package io.tallyline.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Several relays on one outbox: each does its share, and none overtakes another. */
class SharedOutboxIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final Duration TAKE_OVER = Duration.ofSeconds(10);
  private static final Pattern QUANTITY = Pattern.compile("\"quantity\":(\\d+),");

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final Outbox outbox = new Outbox(inventory.ownerDataSource());
  private final List<AutoCloseable> hubs = new ArrayList<>();
  private final Map<String, Integer> recorded = new HashMap<>();
  private final Random random = new Random(11);
  private Queues queues;

  @BeforeEach
  void connect() {
    queues = new Queues(node, virtualHost);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable hub : hubs) {
      hub.close();
    }
    queues.close();
  }

  private TestHub.Settings settings() {
    return new TestHub.Settings()
        .roles("relay")
        .database(inventory)
        .with("hub.relay.batch-size", "50")
        .broker(node, virtualHost);
  }

  private TestHub hub() {
    TestHub hub = settings().start();
    hubs.add(hub);
    return hub;
  }

  private HubProcess process() {
    HubProcess hub =
        HubProcess.run(
            Stream.concat(Stream.of("start"), Stream.of(settings().arguments()))
                .toArray(String[]::new));
    hubs.add(hub);
    return hub;
  }

  private void awaitRelays(int relays) {
    JdbcClient database = JdbcClient.create(inventory.ownerDataSource());
    await()
        .atMost(LONG)
        .until(
            () ->
                database
                        .sql(
                            """
                            SELECT count(*) FROM pg_locks
                             WHERE locktype = 'advisory' AND objid = 64 AND objsubid = 2
                               AND database = (SELECT oid FROM pg_database
                                                WHERE datname = current_database())
                            """)
                        .query(Integer.class)
                        .single()
                    == relays);
  }

  /** Each event of an aggregate carries its number as quantity; all are committed at once. */
  private void record(int events, int aggregates) throws SQLException {
    try (Connection producer = inventory.owner()) {
      producer.setAutoCommit(false);
      for (int i = 0; i < events; i++) {
        String aggregate = "aggregate-" + random.nextInt(aggregates);
        int number = recorded.merge(aggregate, 1, Integer::sum);
        String sale =
            Outbox.sale(UUID.randomUUID().toString(), 1, Integer.toString(number), "1", "1");
        Outbox.record(producer, aggregate, "SalesTransactionCreated", sale);
      }
      producer.commit();
    }
  }

  /** The numbers of each aggregate as they arrived. */
  private Map<String, List<Integer>> arrived() {
    Map<String, List<Integer>> arrived = new HashMap<>();
    for (GetResponse message : queues.drain("subscriber")) {
      String aggregate = message.getProps().getHeaders().get("cloudEvents:subject").toString();
      Matcher quantity = QUANTITY.matcher(new String(message.getBody(), StandardCharsets.UTF_8));
      assertThat(quantity.find()).isTrue();
      arrived
          .computeIfAbsent(aggregate, unknown -> new ArrayList<>())
          .add(Integer.parseInt(quantity.group(1)));
    }
    return arrived;
  }

  private void subscribe() {
    queues.bind("subscriber", "erp.inventory", "inventory.#", Map.of());
  }

  private static double published(TestHub hub) {
    return hub.bean(MeterRegistry.class).find("hub.relay.events").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void three_relays_do_a_third_each_and_keep_the_order() throws Exception {
    int events = 9_000;
    List<TestHub> three = List.of(hub(), hub(), hub());
    subscribe();
    awaitRelays(3);

    record(events, 500);
    await().atMost(LONG).until(() -> outbox.rows() == 0);

    await()
        .atMost(LONG)
        .until(() -> three.stream().mapToDouble(SharedOutboxIT::published).sum() == events);
    assertThat(three)
        .extracting(SharedOutboxIT::published)
        .allSatisfy(share -> assertThat(share).isBetween(events / 3 * 0.8, events / 3 * 1.2));
    Map<String, List<Integer>> arrived = arrived();
    assertThat(arrived).hasSameSizeAs(recorded);
    arrived.forEach(
        (aggregate, numbers) ->
            assertThat(numbers)
                .as(aggregate)
                .isEqualTo(
                    Stream.iterate(1, number -> number + 1)
                        .limit(recorded.get(aggregate))
                        .toList()));
  }

  @Test
  void what_a_killed_relay_held_is_taken_over_and_nothing_is_overtaken() throws Exception {
    hub();
    subscribe();
    HubProcess killed = process();
    awaitRelays(2);

    record(6_000, 300);
    await().atMost(LONG).until(() -> outbox.rows() < 4_500);
    killed.kill();
    awaitRelays(1);
    HubProcess joining = process();
    record(3_000, 300);
    awaitRelays(2);
    await().atMost(LONG).until(() -> outbox.rows() == 0);
    joining.terminate();
    awaitRelays(1);

    // A hub that is alone again takes what is new, wherever it falls.
    record(200, 200);
    await().atMost(TAKE_OVER).until(() -> outbox.rows() == 0);
    Map<String, List<Integer>> arrived = arrived();
    assertThat(arrived).hasSameSizeAs(recorded);
    arrived.forEach(
        (aggregate, numbers) -> {
          assertThat(firsts(numbers))
              .as("%s, each number when it came first", aggregate)
              .isSorted()
              .hasSize(recorded.get(aggregate));
        });
  }

  /** What was published but not yet cleared when its relay died comes again, and only that. */
  private static List<Integer> firsts(List<Integer> numbers) {
    return numbers.stream().distinct().toList();
  }
}
