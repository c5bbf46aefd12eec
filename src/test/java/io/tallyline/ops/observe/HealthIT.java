package io.tallyline.ops.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TcpProxy;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;

/** Ready is a hub that can do its work: with real faults, and with none. */
class HealthIT {
  private static final Duration LONG = Duration.ofSeconds(120);

  /** What a probe of an orchestrator waits. */
  private static final Duration PROBE = Duration.ofSeconds(10);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();

  private TestHub.Settings settings(String roles) {
    return new TestHub.Settings()
        .roles(roles)
        .broker(node, virtualHost)
        .with("hub.health.interval", "300ms")
        .with("hub.health.grace", "2s")
        .with("hub.delivery.watch-interval", "300ms");
  }

  @Test
  void is_not_ready_while_the_broker_is_away_and_alive_all_the_time() {
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    try (TcpProxy proxy = TcpProxy.to(node.port());
        TestHub hub =
            settings("relay")
                .database(inventory)
                .with("spring.rabbitmq.addresses", "127.0.0.1:" + proxy.port())
                .start()) {
      awaitReady(hub);

      proxy.refuse();
      proxy.cutAll();
      await().atMost(LONG).until(() -> status(hub, "readiness") == 503);
      assertThat(status(hub, "liveness")).isEqualTo(200);
      proxy.accept();
      await().atMost(LONG).until(() -> status(hub, "readiness") == 200);
    }
  }

  @Test
  void is_not_ready_while_its_database_is_away_or_silent() throws Exception {
    try (OwnPostgres server = OwnPostgres.started("health")) {
      PostgresServer.Database inventory = server.fresh("inventory");
      try (TcpProxy proxy = TcpProxy.to(server.port());
          TestHub hub = settings("relay").database(inventory.through(proxy)).start()) {
        awaitReady(hub);

        server.stopImmediately();
        await().atMost(LONG).until(() -> status(hub, "readiness") == 503);
        assertThat(status(hub, "liveness")).isEqualTo(200);
        server.start();
        await().atMost(LONG).until(() -> status(hub, "readiness") == 200);

        proxy.dropAnswers();
        await().atMost(LONG).until(() -> status(hub, "readiness") == 503);
        assertThat(status(hub, "liveness")).isEqualTo(200);
        proxy.cutAll();
        proxy.deliverAnswers();
        await().atMost(LONG).until(() -> status(hub, "readiness") == 200);
      }
    }
  }

  @Test
  void a_relay_that_fails_for_long_is_not_ready_but_a_long_queue_or_a_stopped_route_is_no_matter()
      throws Exception {
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    Outbox outbox = new Outbox(inventory.ownerDataSource());
    try (TestHub hub = settings("relay").database(inventory).start();
        Queues queues = new Queues(node, virtualHost)) {
      queues.bind("full", "erp.inventory", "inventory.#", Map.of("x-overflow", "reject-publish"));
      outbox.recordSales(2_000, "10.00", "7.00");
      await().atMost(LONG).until(() -> queues.count("full") == 2_000);
      assertThat(status(hub, "readiness")).as("a long queue").isEqualTo(200);

      node.limit(virtualHost, "full", 1);
      outbox.recordSales(1, "10.00", "7.00");
      await().atMost(LONG).until(() -> status(hub, "readiness") == 503);
      assertThat(get(hub, "/actuator/health").body()).contains("DEL-004");
      node.liftLimit(virtualHost, "full");
      queues.drain("full");
      await().atMost(LONG).until(() -> status(hub, "readiness") == 200);

      hub.bean(CamelContext.class).getRouteController().stopRoute("relay-outbox");
      assertThat(status(hub, "readiness")).as("a stopped route").isEqualTo(200);
      assertThat(get(hub, "/actuator/health").body()).contains("\"relay-outbox\":\"Stopped\"");
      assertThat(get(hub, "/actuator/health/readiness").body()).doesNotContain("relay-outbox");
    }
  }

  /** The first request of all makes the servlets, which may take longer than a probe waits. */
  private static void awaitReady(TestHub hub) {
    await().atMost(LONG).ignoreExceptions().until(() -> status(hub, "readiness") == 200);
  }

  private static int status(TestHub hub, String group) {
    return get(hub, "/actuator/health/" + group).statusCode();
  }

  private static HttpResponse<String> get(TestHub hub, String path) {
    try {
      return HttpClient.newHttpClient()
          .send(
              TestUsers.bearing(AccessRole.VIEWER, HttpRequest.newBuilder(hub.uri(path)))
                  .timeout(PROBE)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (java.io.IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }
}
