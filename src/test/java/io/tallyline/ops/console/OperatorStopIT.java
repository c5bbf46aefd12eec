package io.tallyline.ops.console;

import static io.tallyline.ops.console.ConsoleHub.exec;
import static io.tallyline.ops.console.ConsoleHub.read;
import static io.tallyline.ops.console.ConsoleHub.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.delivery.Breaker;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.Test;

/** The finance database goes away and an operator stops or starts the route meanwhile. */
class OperatorStopIT {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final String POST_JOURNALS = "post-journals";
  private static final String CONSUMER = "io.tallyline:type=Consumer,name=finance.journal";
  private static final String BREAKER = "io.tallyline:type=Breaker,name=finance-database";

  @Test
  void a_stop_by_an_operator_outlives_an_outage_and_a_start_during_one_pauses_again() {
    try (OwnPostgres server = OwnPostgres.started("operator-stop");
        ConsoleHub console = new ConsoleHub(server.fresh("finance"));
        Queues queues = new Queues(RabbitNode.shared(), console.virtualHost)) {
      send(queues);
      await().atMost(LONG).until(() -> TestHub.journals(console.finance) == 1);

      server.stopImmediately();
      send(queues);
      await().atMost(LONG).until(() -> status(console) == ServiceStatus.Suspended);
      assertThat(value(console, BREAKER, "State")).isEqualTo("OPEN");
      assertThat(value(console, BREAKER, "Since")).isNotEmpty();
      assertThat(value(console, BREAKER, "Because")).contains("FIN-030");
      assertThat(run(console, CONSUMER, "resume()").path("error").asText())
          .contains("finance-database is away since");
      assertThat(run(console, BREAKER, "probeNow()").path("status").asInt()).isEqualTo(200);

      // Started too soon: it pauses again, and the message is neither lost nor spent.
      ran(console, route(POST_JOURNALS), "stop()");
      ran(console, route(POST_JOURNALS), "start()");
      await().atMost(LONG).until(() -> status(console) == ServiceStatus.Suspended);

      ran(console, route(POST_JOURNALS), "stop()");
      server.start();
      await().atMost(LONG).until(() -> breaker(console).status().state() != Breaker.State.OPEN);
      assertThat(status(console)).isEqualTo(ServiceStatus.Stopped);
      assertThat(TestHub.journals(console.finance)).isEqualTo(1);
      assertThat(queues.count("finance.journal")).isEqualTo(1);

      ran(console, CONSUMER, "resume()");
      await().atMost(LONG).until(() -> TestHub.journals(console.finance) == 2);
      assertThat(queues.count("finance.journal.dead")).isZero();
      await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(value(console, BREAKER, "State")).isEqualTo("CLOSED"));
    }
  }

  private static void send(Queues queues) {
    String id = UUID.randomUUID().toString();
    queues.publish(
        "erp.events",
        SaleMessages.KEY,
        SaleMessages.properties(id),
        SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
  }

  private static ServiceStatus status(ConsoleHub console) {
    return console.hub.bean(CamelContext.class).getRouteController().getRouteStatus(POST_JOURNALS);
  }

  private static JsonNode run(ConsoleHub console, String mbean, String operation) {
    return console.ask(AccessRole.OPERATOR, exec(mbean, operation));
  }

  private static void ran(ConsoleHub console, String mbean, String operation) {
    JsonNode answer = run(console, mbean, operation);
    assertThat(answer.path("status").asInt()).as(answer.toString()).isEqualTo(200);
  }

  private static String value(ConsoleHub console, String mbean, String attribute) {
    return console.ask(AccessRole.VIEWER, read(mbean, attribute)).path("value").asText();
  }

  private static Breaker breaker(ConsoleHub console) {
    return console.hub.context().getBean("pauseWhileFinanceIsAway", Breaker.class);
  }
}
