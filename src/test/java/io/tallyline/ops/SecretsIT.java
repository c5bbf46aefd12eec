package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.ops.security.SecretFile;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Leaks;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestCertificate;
import io.tallyline.testing.TestUsers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole lives of hubs, each secret of its own; afterwards none of them stands in what they wrote,
 * in what their endpoints answered, on a command line, or in a file that others can read.
 */
class SecretsIT {
  private static final Duration LONG = Duration.ofMinutes(8);
  private static final List<String> KINDS = List.of("inventory", "finance", "store");

  /** Everything but the memory of the process itself, which has to hold its secrets. */
  private static final Map<String, String> ALL_ENDPOINTS =
      Map.of(
          "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE", "*",
          "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_EXCLUDE", "heapdump,shutdown");

  @TempDir Path folder;

  private final Map<String, String> secrets = new TreeMap<>();
  private final Map<String, String> environment = new HashMap<>(ALL_ENDPOINTS);
  private final HttpClient http = HttpClient.newHttpClient();

  /** Whoever looks may see everything, and so would see what should not be there. */
  @BeforeEach
  void an_admin() {
    export("hub.security.users-file", TestUsers.file().toAbsolutePath().toString());
    secrets.put("token of the admin", TestUsers.token(AccessRole.ADMIN));
    secrets.put("password of the admin", TestUsers.password(AccessRole.ADMIN));
  }

  private String secret(String setting) {
    return secrets.computeIfAbsent(
        setting, name -> "hidden-" + UUID.randomUUID().toString().replace("-", ""));
  }

  /** As a file of a mounted secret: its name is the setting's. */
  private void mount(String setting, String value) throws IOException {
    Path mounted = Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(mounted.resolve(setting), value);
    environment.put("SPRING_CONFIG_IMPORT", "configtree:" + mounted + "/");
  }

  /** As a variable, the way Spring spells a setting's name there. */
  private void export(String setting, String value) {
    environment.put(variable(setting), value);
  }

  private static String variable(String setting) {
    return setting.toUpperCase(Locale.ROOT).replace("-", "").replace('.', '_');
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private Map<String, PostgresServer.Database> databases(OwnPostgres server)
      throws SQLException, IOException {
    Map<String, PostgresServer.Database> databases = new HashMap<>();
    StringBuilder rules = new StringBuilder();
    for (String kind : KINDS) {
      PostgresServer.Database database = server.fresh(kind);
      databases.put(kind, database);
      String prefix = "hub." + kind;
      try (var connection = database.superuser();
          var change = connection.createStatement()) {
        for (String[] role :
            new String[][] {
              {database.user(), prefix + ".datasource.password"},
              {database.ownerUser(), prefix + ".migration.password"},
            }) {
          change.execute("ALTER ROLE %s PASSWORD '%s'".formatted(role[0], secret(role[1])));
          rules.append("host all %s all scram-sha-256\n".formatted(role[0]));
        }
      }
      export(prefix + ".datasource.url", database.url());
      export(prefix + ".datasource.username", database.user());
      export(prefix + ".migration.username", database.ownerUser());
      export(prefix + ".datasource.password", secret(prefix + ".datasource.password"));
      mount(prefix + ".migration.password", secret(prefix + ".migration.password"));
    }
    askForPasswords(databases.get("store"), rules.toString());
    return databases;
  }

  /** The server of the tests trusts everybody on this machine; from now on it asks these roles. */
  private static void askForPasswords(PostgresServer.Database any, String rules)
      throws SQLException {
    try (var connection = any.superuser();
        var change = connection.createStatement()) {
      for (String line : (rules + "host all all all trust\nlocal all all trust").split("\n")) {
        change.execute("CREATE TABLE IF NOT EXISTS public.rules (line text)");
        change.execute("INSERT INTO public.rules VALUES ('%s')".formatted(line));
      }
      change.execute(
          "DO $$ BEGIN EXECUTE format('COPY public.rules TO %L', current_setting('hba_file')); END $$");
      change.execute("SELECT pg_reload_conf()");
    }
  }

  private void broker(RabbitNode node) throws IOException {
    String user = "hub";
    node.rabbitmqctl("add_user", user, secret("spring.rabbitmq.password"));
    node.rabbitmqctl("set_permissions", "-p", "/", user, ".*", ".*", ".*");
    export("spring.rabbitmq.addresses", node.address());
    export("spring.rabbitmq.username", user);
    mount("spring.rabbitmq.password", secret("spring.rabbitmq.password"));
  }

  /**
   * Nobody is there to be told, so each attempt to tell of the dead letters fails, and is logged.
   */
  private void notifications() throws IOException {
    export("spring.mail.host", "127.0.0.1");
    export("spring.mail.port", Integer.toString(freePort()));
    export("spring.mail.username", "hub");
    mount("spring.mail.password", secret("spring.mail.password"));
    export("hub.alerts.mail.to", "oncall@example.com");
    export("hub.alerts.mail.from", "hub@example.com");
    export("hub.alerts.webhook.url", "http://127.0.0.1:%d/".formatted(freePort()));
    export("hub.alerts.webhook.allowed-hosts", "127.0.0.1");
    export("hub.alerts.webhook.allowed-networks", "127.0.0.1/32");
    mount("hub.alerts.webhook.secret", secret("hub.alerts.webhook.secret"));
    export("hub.alerts.webhook.attempts", "1");
    export("hub.alerts.mail.attempts", "1");
    export("hub.alerts.interval", "1s");
    export("hub.delivery.watch-interval", "1s");
  }

  /** Read by the watch over certificates. */
  private void keyStore() throws IOException {
    TestCertificate certificate = TestCertificate.make(folder, "hub.example.com", 400);
    export("spring.ssl.bundle.jks.web.keystore.location", "file:" + certificate.file());
    secrets.put("password of a key store", TestCertificate.PASSWORD);
    mount("spring.ssl.bundle.jks.web.keystore.password", TestCertificate.PASSWORD);
  }

  private void auditKey() {
    String key = (UUID.randomUUID().toString() + UUID.randomUUID()).replace("-", "");
    Path file = folder.resolve("audit.key");
    SecretFile.write(file, key);
    export("hub.audit.key-file", file.toString());
    secrets.put("key of the audit", key);
  }

  @Test
  void none_is_seen_in_the_life_of_a_hub() throws Exception {
    RabbitNode node = RabbitNode.alone("secrets");
    try (OwnPostgres server = OwnPostgres.started("secrets")) {
      Map<String, PostgresServer.Database> databases = databases(server);
      broker(node);
      notifications();
      keyStore();
      auditKey();
      int port = freePort();
      export("server.port", Integer.toString(port));
      export("hub.data-directory", folder.resolve("data").toString());
      export("hub.start.wait", "10s");
      export("logging.level.com.zaxxer.hikari", "DEBUG");
      export("logging.level.io.tallyline", "DEBUG");
      String wrong = secret("a wrong password");

      try (Leaks leaks = new Leaks(secrets)) {
        try (HubProcess hub = HubProcess.run(environment, "start")) {
          await().atMost(LONG).until(() -> ready(hub, port));
          work(databases, node);
          int answered = ask(leaks, port);
          await("nobody could be told")
              .atMost(LONG)
              .until(() -> hub.output().contains("OPS-210") && hub.output().contains("OPS-212"));
          troubles(server, node, databases);
          answered += ask(leaks, port);
          hub.terminate();
          assertThat(hub.exit(120)).as(hub.output()).isZero();

          assertThat(answered).as("endpoints that answered").isGreaterThan(10);
          assertThat(hub.output()).contains(databases.get("finance").name(), "DEL-0");
          leaks.lookIn("the output", hub.output());
        }
        refusedStart(leaks, "hub.finance.datasource.password", wrong, "OPS-103");
        refusedStart(leaks, "hub.inventory.migration.password", wrong, "OPS-103");
        refusedStart(leaks, "spring.rabbitmq.password", wrong, "DEL-012");
        refusedStart(leaks, "hub.finance.datasource.pool-size", wrong, "OPS-012");
        leaks.lookInReadableFiles(Files.createDirectories(folder.resolve("data")));

        assertThat(leaks.commandLines()).isGreaterThan(100);
        // What is written into pool-size is no secret to the hub, and told.
        assertThat(leaks.found())
            .containsExactly("a wrong password in hub.finance.datasource.pool-size");
      }
    } finally {
      node.stop();
    }
  }

  /** Ends with one sentence; settings of an environment are stronger than mounted ones. */
  private void refusedStart(Leaks leaks, String setting, String value, String code) {
    Map<String, String> changed = new HashMap<>(environment);
    changed.put(variable(setting), value);
    try (HubProcess hub = HubProcess.run(changed, "start")) {
      assertThat(hub.exit(240)).as(hub.output()).isEqualTo(2);
      assertThat(hub.output()).contains(code);
      leaks.lookIn(setting, hub.output());
    }
  }

  private boolean ready(HubProcess hub, int port) {
    assertThat(hub.isAlive()).as(hub.output()).isTrue();
    try {
      return get(port, "/actuator/health/readiness").contains("UP");
    } catch (IOException notYet) {
      return false;
    }
  }

  private static void work(Map<String, PostgresServer.Database> databases, RabbitNode node)
      throws SQLException {
    for (int i = 0; i < 10; i++) {
      insert(databases.get("inventory"));
    }
    try (var producer = databases.get("inventory").superuser()) {
      Outbox.record(producer, "x", "NobodyKnowsThis", "{}");
    }
    try (Queues queues = new Queues(node, "/")) {
      var json = new BasicProperties.Builder().contentType("application/json").build();
      queues.publish("erp.events", SaleMessages.KEY, json, "{".getBytes(StandardCharsets.UTF_8));
      await()
          .atMost(LONG)
          .until(
              () -> count(databases, "store", "hub.dead_letter") == 2 && journals(databases) == 10);
    }
  }

  private static long journals(Map<String, PostgresServer.Database> databases) {
    return count(databases, "finance", "finance.ledger_journal");
  }

  private static long count(
      Map<String, PostgresServer.Database> databases, String kind, String table) {
    try (var connection = databases.get(kind).superuser();
        var statement = connection.createStatement();
        var counted = statement.executeQuery("SELECT count(*) FROM " + table)) {
      counted.next();
      return counted.getLong(1);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Both servers go away and come back; failures are written in between. */
  private static void troubles(
      OwnPostgres server, RabbitNode node, Map<String, PostgresServer.Database> databases)
      throws SQLException {
    node.stopApplication();
    insert(databases.get("inventory"));
    server.restartImmediately();
    node.startApplication();
    await().atMost(LONG).ignoreExceptions().until(() -> journals(databases) == 11);
  }

  /** As a producer who is trusted: the owner's password is one of those looked for. */
  private static void insert(PostgresServer.Database inventory) throws SQLException {
    String id = UUID.randomUUID().toString();
    try (var connection = inventory.superuser()) {
      Outbox.record(connection, id, "SalesTransactionCreated", Outbox.sale(id, 1, "1", "2", "1"));
    }
  }

  /** Everything that answers below /actuator, and what Jolokia tells of all MBeans. */
  private int ask(Leaks leaks, int port) throws IOException {
    int answered = 0;
    JsonNode links = new JsonMapper().readTree(get(port, "/actuator")).path("_links");
    for (JsonNode link : links) {
      String path = URI.create(link.path("href").asText().replaceAll("[{].*$", "")).getPath();
      String said = get(port, path);
      answered += said.isEmpty() ? 0 : 1;
      leaks.lookIn(path, said);
    }
    for (String setting : secrets.keySet()) {
      leaks.lookIn("/actuator/env", get(port, "/actuator/env/" + setting.replace(' ', '-')));
    }
    for (String question :
        List.of(
            "{\"type\":\"list\"}",
            "{\"type\":\"search\",\"mbean\":\"*:*\"}",
            "{\"type\":\"read\",\"mbean\":\"*:*\"}")) {
      leaks.lookIn("Jolokia", post(port, "/actuator/jolokia", question));
    }
    return answered;
  }

  private String get(int port, String path) throws IOException {
    return send(request(port, path).build());
  }

  private String post(int port, String path, String body) throws IOException {
    return send(
        request(port, path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  private static HttpRequest.Builder request(int port, String path) {
    return TestUsers.bearing(
            AccessRole.ADMIN, HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)))
        .timeout(Duration.ofSeconds(30));
  }

  private String send(HttpRequest request) throws IOException {
    try {
      return http.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  @Test
  void none_of_the_embedded_servers_is_seen_either() throws Exception {
    Path data = folder.resolve("data");
    int port = freePort();
    export("server.port", Integer.toString(port));
    export("hub.data-directory", data.toString());
    try (HubProcess first = HubProcess.run(environment, "start")) {
      await().atMost(LONG).until(() -> ready(first, port));
      first.terminate();
      first.exit(120);
    }
    secrets.putAll(credentials(data));
    assertThat(secrets).isNotEmpty();

    try (Leaks leaks = new Leaks(secrets);
        HubProcess hub = HubProcess.run(environment, "start")) {
      await().atMost(LONG).until(() -> ready(hub, port));
      ask(leaks, port);
      leaks.lookInReadableFiles(data);
      hub.terminate();
      assertThat(hub.exit(120)).as(hub.output()).isZero();
      leaks.lookIn("the output", hub.output());

      assertThat(leaks.found()).isEmpty();
    }
  }

  private static Map<String, String> credentials(Path data) throws IOException {
    Map<String, String> credentials = new TreeMap<>();
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(path -> path.endsWith("credentials.properties")).toList()) {
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
          properties.load(reader);
        }
        properties.forEach(
            (user, password) -> credentials.put(file + " " + user, password.toString()));
      }
    }
    return credentials;
  }
}
