package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.finance.Ledger;
import io.tallyline.replay.By;
import io.tallyline.replay.Replay;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Selection;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The ledger made again from the event store: of real transactions, and killed on its way. */
class RebuildIT {
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final Path DATA = Path.of("../shared/data");
  private static final By ANNA = new By("anna", "the ledger was lost");

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database store = PostgresServer.fresh("store");

  private TestHub.Settings settings(PostgresServer.Database finance) {
    return new TestHub.Settings()
        .roles("relay,finance,store,ops")
        .database(inventory)
        .database(finance)
        .database(store)
        .broker(node, virtualHost);
  }

  @Test
  void a_replay_of_everything_into_an_empty_ledger_gives_the_ledger_that_was() throws Exception {
    Path rows = DATA.resolve("adventureworks.outbox.ndjson.gz");
    Assumptions.assumeTrue(Files.isReadable(rows), "there is no " + rows.toAbsolutePath());
    JsonNode expected =
        JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readTree(DATA.resolve("adventureworks.expected.json").toFile());
    int journals = expected.path("journals").intValue();
    load(rows);
    PostgresServer.Database lost = PostgresServer.fresh("finance");
    try (TestHub hub = settings(lost).start()) {
      await().atMost(LONG).until(() -> TestHub.journals(lost) == journals);
      // With the announcement of each journal.
      await()
          .atMost(LONG)
          .until(
              () ->
                  hub.bean(Events.class).count(EventFilter.ALL, Long.MAX_VALUE, 9_999)
                      == 2L * journals);
      assertThat(balances(hub)).isEqualTo(balances(expected));
    }

    PostgresServer.Database empty = PostgresServer.fresh("finance");
    long replay;
    try (TestHub hub = settings(empty).start()) {
      replay = plan(hub, 500);
      await().atMost(LONG).until(() -> TestHub.journals(empty) > 200);
    }
    try (TestHub hub = settings(empty).start();
        Queues queues = new Queues(node, virtualHost)) {
      queues.bind("another-subscriber", "erp.inventory", "inventory.#", Map.of());
      awaitDone(hub, replay);
      await().atMost(LONG).until(() -> TestHub.journals(empty) == journals);
      assertThat(balances(hub)).isEqualTo(balances(expected));
      assertThat(hub.bean(Replays.class).one(replay).progress().sent()).isEqualTo(journals);

      long again = plan(hub, 2_000);
      awaitDone(hub, again);
      await().atMost(LONG).until(() -> queues.count("finance.journal") == 0);
      assertThat(TestHub.journals(empty)).isEqualTo(journals);
      assertThat(balances(hub)).isEqualTo(balances(expected));
      assertThat(queues.count("another-subscriber")).as("a replay is for one consumer").isZero();
    }
  }

  private void load(Path rows) {
    try (HubProcess load =
        HubProcess.run(
            Stream.concat(
                    Stream.of("load", rows.toString()),
                    Stream.of(new TestHub.Settings().database(inventory).arguments()))
                .toArray(String[]::new))) {
      assertThat(load.exit(120)).as(load.output()).isZero();
    }
  }

  private static long plan(TestHub hub, int eventsPerSecond) {
    return hub.bean(Replays.class)
        .plan(new Replays.Request("finance.journal", Selection.ALL, eventsPerSecond, null), ANNA);
  }

  private static void awaitDone(TestHub hub, long replay) {
    await()
        .atMost(LONG)
        .until(
            () -> {
              Replay now = hub.bean(Replays.class).one(replay);
              return now.status() == Replay.Status.DONE && now.progress().waiting() == 0;
            });
  }

  private static Map<String, String> balances(TestHub hub) {
    Map<String, String> balances = new TreeMap<>();
    hub.bean(Ledger.class)
        .trialBalance(Instant.now().plusSeconds(60))
        .forEach(row -> balances.put(row.account(), row.debit() + " " + row.credit()));
    return balances;
  }

  private static Map<String, String> balances(JsonNode expected) {
    Map<String, String> balances = new TreeMap<>();
    expected
        .path("accounts")
        .properties()
        .forEach(
            account ->
                balances.put(
                    account.getKey(),
                    exact(account.getValue(), "debit")
                        + " "
                        + exact(account.getValue(), "credit")));
    return balances;
  }

  private static BigDecimal exact(JsonNode account, String side) {
    return new BigDecimal(account.path(side).asText()).setScale(4);
  }
}
