package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.Certificates;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TLS to a real RabbitMQ and a real PostgreSQL, verified by host name. */
class TlsIT {
  private static final Duration LONG = Duration.ofMinutes(5);

  /** Longer than any of these tests may take: what is final is not waited for. */
  private static final String MORE_THAN_LONG = "600s";

  private static int tlsPort;

  @TempDir static Path folder;

  private static Certificates certificates;
  private static Certificates.Pair served;
  private static Map<String, Certificates.Pair> pairs;
  private static RabbitNode node;
  private static OwnPostgres postgres;
  private static PostgresServer.Database inventory;
  private static PostgresServer.Database finance;

  @BeforeAll
  static void serversWithTls() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      tlsPort = free.getLocalPort();
    }
    certificates = new Certificates(folder);
    served = new Certificates.Pair(folder.resolve("served.pem"), folder.resolve("served.key"));
    pairs =
        Map.of(
            "good", certificates.signed("good", "localhost"),
            "of another host", certificates.signed("other", "broker.example"),
            "expired", certificates.expired("expired", "localhost"),
            "self-signed", certificates.selfSigned("self", "localhost"));
    Certificates.replace(served, pairs.get("good"));
    node =
        RabbitNode.alone(
            "tls",
            """
            listeners.ssl.local = 127.0.0.1:%d
            ssl_options.cacertfile = %s
            ssl_options.certfile = %s
            ssl_options.keyfile = %s
            ssl_options.verify = verify_none
            ssl_options.fail_if_no_peer_cert = false
            """
                .formatted(tlsPort, certificates.authority(), served.certificate(), served.key()));
    postgres = OwnPostgres.started("tls");
    inventory = postgres.fresh("inventory");
    finance = postgres.fresh("finance");
    superuser("ALTER SYSTEM SET ssl_cert_file = '%s'".formatted(served.certificate()));
    superuser("ALTER SYSTEM SET ssl_key_file = '%s'".formatted(served.key()));
    superuser("ALTER SYSTEM SET ssl = on");
    serve("good");
  }

  @AfterAll
  static void end() {
    postgres.close();
    node.stop();
  }

  private static void superuser(String statement) throws SQLException {
    try (var connection = inventory.superuser();
        var execute = connection.createStatement()) {
      execute.execute(statement);
    }
  }

  /** Both servers show this certificate from now on. */
  private static void serve(String which) throws SQLException {
    Certificates.replace(served, pairs.get(which));
    node.rabbitmqctl("eval", "ssl:clear_pem_cache().");
    superuser("SELECT pg_reload_conf()");
    await()
        .atMost(LONG)
        .until(
            () ->
                Certificates.shownByPostgres(postgres.port())
                    .equals(Certificates.in(served.certificate())));
  }

  private static String verified(PostgresServer.Database database) {
    return database.url() + "?sslmode=verify-full&sslrootcert=" + certificates.authority();
  }

  private static TestHub.Settings settings() {
    return new TestHub.Settings()
        .roles("relay,finance")
        .database(inventory)
        .database(finance)
        .broker(node, "/")
        .with("hub.inventory.datasource.url", verified(inventory))
        .with("hub.finance.datasource.url", verified(finance))
        .with(
            "spring.ssl.bundle.pem.broker.truststore.certificate",
            "file:" + certificates.authority())
        .with("spring.rabbitmq.ssl.bundle", "broker")
        .with("spring.rabbitmq.addresses", "localhost:" + tlsPort)
        .with("hub.start.wait", MORE_THAN_LONG);
  }

  @Test
  void every_connection_is_encrypted_and_the_whole_flow_works() throws Exception {
    serve("good");
    try (TestHub hub = settings().start()) {
      new Outbox(inventory.ownerDataSource()).recordSales(10, "10.5", "7.25");

      await().atMost(LONG).until(() -> TestHub.journals(finance) == 10);
      String connections = node.rabbitmqctl("list_connections", "-q", "name", "ssl");
      assertThat(connections.lines().filter(line -> line.contains("->")))
          .hasSizeGreaterThanOrEqualTo(2)
          .allSatisfy(line -> assertThat(line).endsWith("true"));
      assertThat(hubConnections(true)).isGreaterThanOrEqualTo(4);
      assertThat(hubConnections(false)).isZero();
    }
  }

  /** The pools', and the one that hears notifications. */
  private static int hubConnections(boolean encrypted) throws SQLException {
    try (var connection = inventory.superuser();
        var question =
            connection.prepareStatement(
                "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                    + " WHERE application_name LIKE 'tallyline %' AND ssl = ?")) {
      question.setBoolean(1, encrypted);
      try (var counted = question.executeQuery()) {
        counted.next();
        return counted.getInt(1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "of another host | is for another host | Write the host as it stands in the certificate",
        "expired         | has expired         | Renew it on the server",
        "self-signed     | no authority that the hub trusts | spring.rabbitmq.ssl.trust-store",
      })
  void a_broker_whose_certificate_is_wrong_is_refused_at_once(String which, String why, String fix)
      throws Exception {
    serve(which);

    assertThat(
            refusal(
                settings()
                    .with("hub.inventory.datasource.url", inventory.url())
                    .with("hub.finance.datasource.url", finance.url())))
        .contains("DEL-050", "localhost:" + tlsPort, why, fix);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "of another host | localhost | Correct the server's TLS and its host name",
        "expired         | has expired         | Renew it on the server",
        "self-signed     | no authority that the hub trusts | sslrootcert in hub.inventory.datasource.url",
      })
  void a_database_whose_certificate_is_wrong_is_refused_at_once(
      String which, String why, String fix) throws Exception {
    serve(which);

    assertThat(refusal(settings().roles("relay"))).contains("OPS-223", "inventory", why, fix);
  }

  @Test
  void a_server_without_tls_is_refused_where_tls_is_asked_for() throws Exception {
    serve("good");
    assertThat(refusal(settings().with("spring.rabbitmq.addresses", "localhost:" + node.port())))
        .contains("DEL-050", "answers without TLS");

    PostgresServer.Database plain = PostgresServer.fresh("inventory");
    assertThat(
            refusal(
                settings()
                    .roles("relay")
                    .database(plain)
                    .with("hub.inventory.datasource.url", verified(plain))))
        .contains("OPS-223", "SSL");
  }

  @Test
  void files_that_are_not_there_are_named() throws Exception {
    serve("good");
    String missing = folder.resolve("nowhere.pem").toString();

    assertThat(
            refusal(
                settings()
                    .with(
                        "hub.inventory.datasource.url",
                        inventory.url() + "?sslmode=verify-full&sslrootcert=" + missing)))
        .contains("OPS-223", missing);
    assertThat(
            refusal(
                settings()
                    .with(
                        "spring.ssl.bundle.pem.broker.truststore.certificate", "file:" + missing)))
        .contains("OPS-224", "nowhere.pem");
    assertThat(refusal(settings().with("spring.rabbitmq.ssl.bundle", "brokr")))
        .contains("OPS-224", "'brokr'");
  }

  @Test
  void the_process_ends_with_status_2_and_one_sentence() throws Exception {
    serve("expired");
    try (HubProcess hub =
        HubProcess.run(
            Stream.concat(Stream.of("start"), Stream.of(settings().arguments()))
                .toArray(String[]::new))) {
      assertThat(hub.exit(150)).as(hub.output()).isEqualTo(2);
      assertThat(hub.output()).contains("OPS-223").doesNotContain("\tat ");
    }
  }

  private static String refusal(TestHub.Settings settings) {
    Instant start = Instant.now();
    Throwable refused = catchThrowable(() -> settings.start().close());
    assertThat(refused).isNotNull();
    assertThat(Duration.between(start, Instant.now())).isLessThan(LONG);
    return FailedStart.sentence(refused).orElseGet(() -> "unexplained: " + refused);
  }
}
