package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.BulkRetry;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.finance.JdbcLedger;
import io.tallyline.finance.Ledger;
import io.tallyline.replay.By;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Selection;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Work that a hub left half done, because it was killed or stopped: the next one goes on. */
class RestartedHubIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final Duration SOON = Duration.ofMillis(50);
  private static final String WHY = "the ledger takes it now";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final PostgresServer.Database store = PostgresServer.fresh("store");
  private final JdbcClient rows = JdbcClient.create(store.dataSource());

  private TestHub.Settings settings(String roles) {
    return new TestHub.Settings()
        .roles(roles)
        .database(inventory)
        .database(finance)
        .database(store)
        .broker(node, virtualHost)
        .with("hub.delivery.ladder", "100ms,200ms")
        .with("hub.replay.lease", "2s")
        .with("hub.dead-letters.approval-above", "1000000");
  }

  /** A copy of everything that is sent again to finance. */
  private static void tap(Queues queues) {
    queues.bind("tap", "hub.return", "finance.journal", Map.of());
  }

  private static List<String> sentAgain(Queues queues) {
    return queues.drain("tap").stream()
        .map(GetResponse::getProps)
        .map(properties -> properties.getMessageId())
        .toList();
  }

  private long journals() {
    return TestHub.journals(finance);
  }

  @Test
  void a_replay_goes_on_where_a_killed_hub_was_and_doubles_nothing() {
    int selected = 300;
    long replay;
    List<String> sales;
    try (Queues queues = new Queues(node, virtualHost)) {
      try (TestHub hub = settings("store,ops").start()) {
        sales = publish(queues, selected);
        Events events = hub.bean(Events.class);
        await()
            .atMost(LONG)
            .until(() -> events.count(EventFilter.ALL, Long.MAX_VALUE, selected + 1) == selected);
        // Not yet: this hub has no consumer to send to.
        replay = planned(hub, Instant.now().plus(Duration.ofHours(1)));
        tap(queues);
      }
      rows.sql("UPDATE hub.replay SET start_at = now()").update();
      String[] words =
          Stream.concat(Stream.of("start"), Stream.of(settings("finance,store,ops").arguments()))
              .toArray(String[]::new);

      try (HubProcess hub = HubProcess.run(words)) {
        await()
            .atMost(LONG)
            .pollInterval(SOON)
            .until(() -> journals() >= selected / 4 || !hub.isAlive());
        hub.kill();
        assertThat(hub.exit(1)).as(hub.output()).isEqualTo(HubProcess.KILLED);
      }
      assertThat(status(replay)).isEqualTo("running");
      List<String> before = sentAgain(queues);
      assertThat(before).hasSizeBetween(1, selected - 1);

      try (HubProcess hub = HubProcess.run(words)) {
        await()
            .atMost(LONG)
            .pollInterval(SOON)
            .until(() -> !hub.isAlive() || status(replay).equals("done") && journals() == selected);
        assertThat(hub.isAlive()).as(hub.output()).isTrue();
      }
      List<String> after = sentAgain(queues);

      assertThat(Stream.concat(before.stream(), after.stream()).distinct())
          .containsExactlyInAnyOrderElementsOf(sales);
      assertThat(before.size() + after.size() - selected)
          .as("sent again: at most the batch that the killed hub had not cleared")
          .isBetween(0, 100);
      assertThat(put(replay)).isEqualTo(selected);
      assertThat(queues.count("finance.journal.dead")).isZero();
    }
    assertThat(new JdbcLedger(finance.dataSource()).trialBalance(Instant.now().plusSeconds(60)))
        .extracting(Ledger.Balance::account, row -> row.debit().subtract(row.credit()))
        .containsExactlyInAnyOrder(
            tuple("1100", sum("31.5000", selected)),
            tuple("1300", sum("-21.7500", selected)),
            tuple("4000", sum("-31.5000", selected)),
            tuple("5000", sum("21.7500", selected)));
  }

  private static BigDecimal sum(String each, int sales) {
    return new BigDecimal(each).multiply(BigDecimal.valueOf(sales));
  }

  private static List<String> publish(Queues queues, int count) {
    List<String> sales = Stream.generate(() -> UUID.randomUUID().toString()).limit(count).toList();
    for (String sale : sales) {
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(sale),
          SaleMessages.valid(sale).getBytes(StandardCharsets.UTF_8));
    }
    return sales;
  }

  private static long planned(TestHub hub, Instant start) {
    return hub.bean(Replays.class)
        .plan(
            new Replays.Request("finance.journal", Selection.ALL, 50, start),
            new By("anna", "the ledger was lost"));
  }

  private String status(long replay) {
    return rows.sql("SELECT status FROM hub.replay WHERE id = ?")
        .param(replay)
        .query(String.class)
        .single();
  }

  private long put(long replay) {
    return rows.sql("SELECT put FROM hub.replay WHERE id = ?")
        .param(replay)
        .query(Long.class)
        .single();
  }

  @Test
  void a_bulk_retry_goes_on_after_a_stop_and_sends_nothing_twice() {
    int letters = 150;
    long bulk;
    try (Queues queues = new Queues(node, virtualHost)) {
      try (TestHub hub = settings("relay,finance,store,ops").start()) {
        TroubledSales sales = new TroubledSales(hub, inventory, finance, queues);
        List<Long> ids = sales.deadLetters(letters);
        sales.correctTheLedger();
        tap(queues);
        BulkRetries bulks = hub.bean(BulkRetries.class);
        bulk = bulks.plan(ids, "anna", WHY).id();
        bulks.start(bulk, "anna", WHY);
        await().atMost(LONG).pollInterval(SOON).until(() -> bulks.one(bulk).resolved() >= 20);
      }
      int before = sentAgain(queues).size();
      assertThat(before).isBetween(20, letters - 1);
      assertThat(journals()).isBetween(20L, letters - 1L);

      int after;
      try (TestHub hub = settings("relay,finance,store,ops").start()) {
        BulkRetries bulks = hub.bean(BulkRetries.class);
        await().atMost(LONG).until(() -> bulks.one(bulk).status() == BulkRetry.Status.DONE);
        after = sentAgain(queues).size();
        assertThat(bulks.one(bulk).resolved()).isEqualTo(letters);
        assertThat(bulks.one(bulk).failed()).isZero();
      }

      assertThat(before + after).as("each was sent once").isEqualTo(letters);
    }
    assertThat(journals()).isEqualTo(letters);
  }
}
