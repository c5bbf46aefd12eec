package io.tallyline.finance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.Breaker;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.junit.jupiter.api.Test;

/** The finance database goes away under load: the consumer pauses, and nothing is spent. */
class OutageIT {
  private static final Duration LONG = Duration.ofSeconds(120);
  private static final Duration OUTAGE = Duration.ofSeconds(60);
  private static final String SEEN = "seen-by-the-test";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final List<String> sent = java.util.Collections.synchronizedList(new ArrayList<>());

  @Test
  void pauses_for_as_long_as_the_database_is_away_and_spends_no_attempt() throws Exception {
    try (OwnPostgres server = OwnPostgres.started("outage")) {
      PostgresServer.Database finance = server.fresh("finance");
      try (TestHub hub =
              new TestHub.Settings()
                  .roles("finance")
                  .database(finance)
                  .broker(node, virtualHost)
                  .start();
          Queues sender = new Queues(node, virtualHost);
          Queues queues = new Queues(node, virtualHost)) {
        for (String delay : List.of("1s", "11s", "31s", "71s", "151s", "5m", "15m", "30m")) {
          queues.bind(SEEN, "hub.retry", "finance.journal.retry." + delay, Map.of());
        }
        ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
        load.scheduleWithFixedDelay(() -> send(sender), 0, 20, TimeUnit.MILLISECONDS);
        await().atMost(LONG).until(() -> TestHub.journals(finance) > 50);

        long stopped = System.nanoTime();
        server.stopImmediately();
        await().atMost(LONG).until(() -> status(hub) == ServiceStatus.Suspended);
        assertThat(hub.bean(Breaker.class).status().because()).contains("FIN-030");
        assertThat(gauge(hub)).isEqualTo(1);
        assertThat(get(hub, "/actuator/health/readiness")).startsWith("503");
        assertThat(get(hub, "/actuator/health")).contains("finance-database").contains("OPEN");
        await().atMost(LONG).until(() -> System.nanoTime() - stopped > OUTAGE.toNanos());
        long waiting = queues.count("finance.journal");
        server.start();
        long back = System.nanoTime();
        long before = TestHub.journals(finance);
        await().atMost(LONG).until(() -> TestHub.journals(finance) > before);
        Duration resumed = Duration.ofNanos(System.nanoTime() - back);

        load.shutdown();
        assertThat(load.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        await().atMost(LONG).until(() -> TestHub.journals(finance) == sent.size());
        System.out.printf(
            "Away %d s, %d messages waited in the queue, posting again after %d ms, %d journals%n",
            OUTAGE.toSeconds(), waiting, resumed.toMillis(), sent.size());
        assertThat(waiting).as("the load went on").isGreaterThan(500);
        assertThat(resumed).isLessThan(Duration.ofSeconds(10));
        assertThat(queues.count("finance.journal.dead")).isZero();
        assertThat(queues.count(SEEN)).as("attempts spent").isZero();
        await().atMost(LONG).until(() -> get(hub, "/actuator/health/readiness").startsWith("200"));
        assertThat(gauge(hub)).isZero();
        assertThat(status(hub)).isEqualTo(ServiceStatus.Started);
      }
    }
  }

  private void send(Queues queues) {
    String id = UUID.randomUUID().toString();
    queues.publish(
        "erp.events",
        SaleMessages.KEY,
        SaleMessages.properties(id),
        SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
    sent.add(id);
  }

  private static ServiceStatus status(TestHub hub) {
    return hub.bean(CamelContext.class).getRouteController().getRouteStatus("post-journals");
  }

  private static double gauge(TestHub hub) {
    return hub.bean(MeterRegistry.class).get("hub.delivery.breaker.open").gauge().value();
  }

  private static String get(TestHub hub, String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = hub.get(path);
    return answer.statusCode() + " " + answer.body();
  }
}
