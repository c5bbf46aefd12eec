package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How {@code ./hub start} begins and ends, as a process. */
class StartIT {
  private static final RabbitNode NODE = RabbitNode.shared();
  private static final String VIRTUAL_HOST = NODE.newVirtualHost();
  private static final PostgresServer.Database INVENTORY = PostgresServer.fresh("inventory");
  private static final PostgresServer.Database FINANCE = PostgresServer.fresh("finance");

  @TempDir Path folder;

  private static TestHub.Settings settings() {
    return new TestHub.Settings()
        .roles("relay,finance")
        .database(INVENTORY)
        .database(FINANCE)
        .broker(NODE, VIRTUAL_HOST)
        .with("hub.start.wait", "2s");
  }

  private static HubProcess start(TestHub.Settings settings) {
    return HubProcess.run(
        Stream.concat(Stream.of("start"), Stream.of(settings.arguments())).toArray(String[]::new));
  }

  /** Ends with status 2, one line that says these things, and no stack trace. */
  private static void refuses(TestHub.Settings settings, String... words) {
    try (HubProcess hub = start(settings)) {
      assertThat(hub.exit(60)).as(hub.output()).isEqualTo(2);
      assertThat(hub.output()).contains(words).doesNotContain("\tat ").doesNotContain("secret");
    }
  }

  private static void edit(Path file, String text, String replacement) throws IOException {
    String before = Files.readString(file);
    assertThat(before).contains(text);
    Files.writeString(file, before.replace(text, replacement));
  }

  @Test
  void answers_health_without_credentials_and_stops_with_zero() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (HubProcess hub = start(settings().with("server.port", Integer.toString(port)))) {
      HttpClient http = HttpClient.newHttpClient();
      for (String group : new String[] {"liveness", "readiness"}) {
        HttpRequest request =
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/actuator/health/%s".formatted(port, group)))
                .build();
        await()
            .atMost(Duration.ofSeconds(60))
            .ignoreExceptions()
            .until(
                () ->
                    http.send(request, HttpResponse.BodyHandlers.ofString()).body().contains("UP"));
      }
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> hub.output().contains("Tallyline runs as"));
      assertThat(hub.output()).contains(INVENTORY.name()).contains("127.0.0.1:" + NODE.port());

      hub.terminate();

      assertThat(hub.exit(30)).as(hub.output()).isZero();
    }
  }

  @Test
  void refuses_a_port_that_is_taken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refuses(
          settings().with("server.port", Integer.toString(taken.getLocalPort())),
          "OPS-014",
          Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void refuses_a_mistyped_setting_and_says_what_was_meant() {
    refuses(
        settings().with("hub.relay.bach-size", "10"),
        "OPS-010",
        "hub.relay.bach-size",
        "did you mean 'hub.relay.batch-size'");
  }

  @Test
  void refuses_a_value_that_cannot_be_read_or_is_out_of_bounds() {
    refuses(
        settings().with("hub.relay.batch-size", "many"), "OPS-012", "hub.relay.batch-size", "many");
    refuses(settings().with("hub.relay.batch-size", "0"), "OPS-012", "hub.relay.batch-size");
    refuses(
        settings().with("hub.relay.poll-interval", "soon"), "OPS-012", "hub.relay.poll-interval");
  }

  @Test
  void refuses_an_unknown_role() {
    refuses(settings().roles("relay,sales"), "OPS-011", "sales");
  }

  @Test
  void refuses_a_half_configured_database() {
    refuses(settings().with("hub.finance.datasource.username", ""), "hub.finance.datasource");
  }

  @Test
  void refuses_a_database_that_stays_away() {
    refuses(
        settings().with("hub.finance.datasource.url", "jdbc:postgresql://127.0.0.1:1/finance"),
        "OPS-102",
        "127.0.0.1:1/finance");
  }

  @Test
  void refuses_a_wrong_password_at_once_without_showing_it() {
    refuses(settings().with("spring.rabbitmq.password", "wrong-one"), "spring.rabbitmq");
  }

  @Test
  void refuses_a_broker_that_stays_away() {
    refuses(settings().with("spring.rabbitmq.addresses", "127.0.0.1:1"), "127.0.0.1:1");
  }

  @Test
  void refuses_a_broken_route_file() throws Exception {
    Path routes = CopiedTree.of("routes", folder);
    edit(routes.resolve("inventory/relay-outbox.camel.yaml"), "uri: seda", "urii: seda");
    refuses(
        settings().with("hub.routes-directory", routes.toString()),
        "OPS-02",
        "relay-outbox.camel.yaml");
  }

  @Test
  void refuses_a_route_that_names_a_bean_nobody_has() throws Exception {
    Path routes = CopiedTree.of("routes", folder);
    edit(routes.resolve("finance/post-journals.camel.yaml"), "readMessages", "readMessage");
    refuses(
        settings().with("hub.routes-directory", routes.toString()),
        "OPS-024",
        "post-journals.camel.yaml",
        "readMessage");
  }

  @Test
  void refuses_a_table_that_names_a_missing_mapping() throws Exception {
    Path routes = CopiedTree.of("routes", folder);
    edit(
        routes.resolve("inventory/relay-outbox.camel.yaml"),
        "inventory/sales-transaction-created/v1",
        "inventory/sale-transaction-created/v1");
    refuses(settings().with("hub.routes-directory", routes.toString()), "sale-transaction-created");
  }

  @Test
  void refuses_a_broken_mapping() throws Exception {
    Path mappings = CopiedTree.of("mappings", folder);
    Path mapping = mappings.resolve("inventory/sales-transaction-created/v1/message.jslt");
    Files.writeString(mapping, Files.readString(mapping) + "\n}");
    refuses(settings().with("hub.mappings-directory", mappings.toString()), "MAP-", "message.jslt");
  }

  @Test
  void shows_help_for_every_command() {
    for (String command : new String[] {"demo", "start", "load", "test"}) {
      try (HubProcess hub = HubProcess.run(command, "--help")) {
        assertThat(hub.exit(30)).isZero();
        assertThat(hub.output()).contains("Usage: hub " + command);
      }
    }
  }
}
