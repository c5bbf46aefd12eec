package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Messages that can never be posted hold up none of those behind them. */
class PoisonIT {
  private static final int POISON = 500;
  private static final int GOOD = 5_000;
  private static final int ROUNDS = 3;
  private static final Duration LONG = Duration.ofSeconds(120);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final FailingLedger failing = new FailingLedger(finance);
  private final JdbcClient ledger = JdbcClient.create(finance.ownerDataSource());

  @Test
  void lets_good_messages_pass_five_hundred_bad_ones() throws Exception {
    try (TestHub hub =
            new TestHub.Settings()
                .roles("finance")
                .database(finance)
                .broker(node, virtualHost)
                .with("hub.delivery.ladder", "1s,1s")
                .start();
        Queues queues = new Queues(node, virtualHost)) {
      // Warms up the ways of good and of bad ones, and is not counted.
      run(hub, queues, POISON, "failing");
      List<Round> rounds = new ArrayList<>();
      // Another round only where a busy machine spoilt the one before.
      while (rounds.size() < ROUNDS && rounds.stream().noneMatch(Round::withinTwice)) {
        Round round =
            new Round(
                run(hub, queues, 0, "nothing"),
                run(hub, queues, POISON, "rejected"),
                run(hub, queues, POISON, "failing"));
        rounds.add(round);
        System.out.printf(
            "Median ms to the ledger of %d good messages, alone and behind %d bad ones: %s%n",
            GOOD, POISON, round);
      }

      long dead = (1 + 2L * rounds.size()) * POISON;
      await().atMost(LONG).until(() -> queues.count("finance.journal.dead") == dead);
      assertThat(rounds).anyMatch(Round::withinTwice);
    }
  }

  /** Medians in milliseconds: alone, behind messages that are rejected, behind those that fail. */
  private record Round(long alone, long behindRejected, long behindFailing) {
    boolean withinTwice() {
      return behindRejected <= 2 * alone && behindFailing <= 2 * alone;
    }
  }

  /** Fills the queue while nobody reads, then lets go; the median wait of the good ones. */
  private long run(TestHub hub, Queues queues, int poison, String kind) throws Exception {
    var routes = hub.bean(CamelContext.class).getRouteController();
    routes.suspendRoute("post-journals");
    for (int i = 0; i < poison; i++) {
      String id = UUID.randomUUID().toString();
      if (kind.equals("failing")) {
        failing.fail(id, Integer.MAX_VALUE, "40001");
      }
      publish(queues, id, kind.equals("failing") ? SaleMessages.valid(id) : "no json " + id);
    }
    List<String> good = new ArrayList<>();
    for (int i = 0; i < GOOD; i++) {
      String id = UUID.randomUUID().toString();
      good.add(id);
      publish(queues, id, SaleMessages.valid(id));
    }
    queues.channel().waitForConfirmsOrDie(60_000);
    long started =
        ledger
            .sql("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
            .query(Long.class)
            .single();
    routes.resumeRoute("post-journals");
    await().atMost(LONG).pollInterval(Duration.ofMillis(100)).until(() -> posted(good) == GOOD);
    return ledger
        .sql(
            """
            SELECT percentile_disc(0.5) WITHIN GROUP (
                     ORDER BY (extract(epoch FROM created_at) * 1000)::bigint - ?)
              FROM finance.ledger_journal WHERE external_ref = ANY (?)
            """)
        .params(started, good.toArray(String[]::new))
        .query(Long.class)
        .single();
  }

  private long posted(List<String> ids) {
    return ledger
        .sql("SELECT count(*) FROM finance.ledger_journal WHERE external_ref = ANY (?)")
        .param(ids.toArray(String[]::new))
        .query(Long.class)
        .single();
  }

  private static void publish(Queues queues, String id, String body) throws Exception {
    queues
        .channel()
        .basicPublish(
            "erp.events",
            SaleMessages.KEY,
            SaleMessages.properties(id),
            body.getBytes(StandardCharsets.UTF_8));
  }
}
