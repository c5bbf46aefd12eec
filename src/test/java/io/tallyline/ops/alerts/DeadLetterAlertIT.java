package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A dead letter that the store has taken is told of until somebody has decided. */
class DeadLetterAlertIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String ALERT = "dead-letters-undecided";

  @Test
  void fires_for_a_wrong_message_and_ends_when_somebody_discards_it() throws Exception {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    try (TestHub hub =
            new TestHub.Settings()
                .roles("finance,store,ops")
                .database(PostgresServer.fresh("finance"))
                .database(PostgresServer.fresh("store"))
                .broker(node, virtualHost)
                .with("hub.alerts.interval", "200ms")
                .with("hub.alerts.resolve-after", "400ms")
                .start();
        Queues queues = new Queues(node, virtualHost)) {
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties("poison"),
          "{".getBytes(StandardCharsets.UTF_8));

      await().atMost(LONG).until(() -> firing(hub).contains(ALERT));
      DeadLetterDesk desk = hub.bean(DeadLetterDesk.class);
      desk.discard(
          desk.list(DeadLetterFilter.OPEN, Long.MAX_VALUE, 1).get(0).id(), "anna", "no such sale");

      await().atMost(LONG).until(() -> !firing(hub).contains(ALERT));
    }
  }

  private static List<String> firing(TestHub hub) throws Exception {
    JsonNode report = new JsonMapper().readTree(hub.get("/api/alerts").body());
    assertThat(report.has("firing")).isTrue();
    return report.path("firing").findValuesAsText("alert");
  }
}
