package io.tallyline.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The role store on real servers: keeping everything, and sending again to one queue. */
class SendResendsIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();

  private TestHub start(PostgresServer.Database store) {
    return new TestHub.Settings().roles("store").database(store).broker(node, virtualHost).start();
  }

  @Test
  void a_stored_message_goes_again_to_one_queue_and_to_nobody_else() throws Exception {
    try (TestHub hub = start(PostgresServer.fresh("store"));
        Queues queues = new Queues(node, virtualHost)) {
      queues.bind("finance.journal", "hub.return", "finance.journal", Map.of());
      queues.bind("other", "erp.inventory", "inventory.#", Map.of());
      String id = UUID.randomUUID().toString();
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(id),
          SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
      Events events = hub.bean(Events.class);
      await().atMost(LONG).until(() -> events.count(EventFilter.ALL, Long.MAX_VALUE, 9) == 1);
      assertThat(queues.drain("other")).hasSize(1);
      List<StoredEvent> stored = events.find(EventFilter.ALL, 0, Long.MAX_VALUE, 1);

      hub.bean(Resends.class).add("finance.journal", "replay:7", stored);

      await().atMost(LONG).until(() -> queues.count("finance.journal") == 1);
      var again = queues.drain("finance.journal").get(0);
      assertThat(again.getEnvelope().getExchange()).isEqualTo("hub.return");
      assertThat(again.getBody()).isEqualTo(stored.get(0).body());
      assertThat(again.getProps().getMessageId()).isEqualTo(id);
      assertThat(again.getProps().getHeaders())
          .hasEntrySatisfying("hub-mark", mark -> assertThat(mark).hasToString("replay:7"))
          .hasEntrySatisfying(
              "hub-routing-key", key -> assertThat(key).hasToString(SaleMessages.KEY))
          .doesNotContainKey("hub-attempts");
      assertThat(queues.count("other")).isZero();
      await()
          .atMost(LONG)
          .until(() -> hub.bean(Resends.class).waiting(List.of("replay:7")).get("replay:7") == 0);
      assertThat(events.count(EventFilter.ALL, Long.MAX_VALUE, 9))
          .as("what goes to one queue is no new event")
          .isEqualTo(1);
    }
  }

  @Test
  void a_queue_that_is_missing_holds_up_no_other_and_gets_its_message_when_it_is_there()
      throws Exception {
    try (TestHub hub = start(PostgresServer.fresh("store"));
        Queues queues = new Queues(node, virtualHost)) {
      queues.bind("there", "erp.inventory", "none", Map.of());
      Resends resends = hub.bean(Resends.class);

      resends.add(List.of(again("missing", "a"), again("there", "b")));

      await().atMost(LONG).until(() -> queues.count("there") == 1);
      assertThat(queues.drain("there").get(0).getEnvelope().getExchange()).isEmpty();
      await().atMost(LONG).until(() -> !resends.stuck("a", 9).isEmpty());
      assertThat(resends.stuck(null, 9))
          .singleElement()
          .satisfies(
              stuck -> {
                assertThat(stuck.queue()).isEqualTo("missing");
                assertThat(stuck.error()).contains("DEL-005");
              });
      queues.bind("missing", "erp.inventory", "none", Map.of());
      await().atMost(LONG).until(() -> queues.count("missing") == 1);
      await().atMost(LONG).until(() -> resends.waiting(List.of("a")).get("a") == 0);
    }
  }

  private static Resends.Again again(String queue, String mark) {
    var json = JsonNodeFactory.instance;
    return new Resends.Again(
        queue,
        SaleMessages.KEY,
        mark,
        json.objectNode().put("content-type", "application/json").put("message-id", mark),
        json.objectNode().put("own", "header"),
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void while_the_database_is_away_messages_wait_in_the_broker_and_none_is_lost() throws Exception {
    try (OwnPostgres server = OwnPostgres.started("store")) {
      PostgresServer.Database database = server.fresh("store");
      try (TestHub hub = start(database);
          Queues queues = new Queues(node, virtualHost)) {
        List<String> sent = new ArrayList<>();
        send(queues, sent, 20);
        Events events = hub.bean(Events.class);
        await().atMost(LONG).until(() -> events.count(EventFilter.ALL, Long.MAX_VALUE, 99) == 20);

        server.stopImmediately();
        send(queues, sent, 20);
        await().atMost(LONG).until(() -> queues.count("hub.event-store") == 20);
        server.start();

        await()
            .atMost(LONG)
            .ignoreExceptions()
            .until(() -> events.count(EventFilter.ALL, Long.MAX_VALUE, 99) == 40);
        assertThat(events.find(EventFilter.ALL, 0, Long.MAX_VALUE, 99))
            .extracting(StoredEvent::messageId)
            .containsExactlyInAnyOrderElementsOf(sent);
      }
    }
  }

  private static void send(Queues queues, List<String> sent, int count) {
    for (int i = 0; i < count; i++) {
      String id = UUID.randomUUID().toString();
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(id),
          SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
      sent.add(id);
    }
  }
}
