package io.tallyline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedServersIT {
  private static final WhatToEmbed EVERYTHING =
      new WhatToEmbed(EnumSet.allOf(Database.class), true);
  private static final WhatToEmbed INVENTORY =
      new WhatToEmbed(EnumSet.of(Database.INVENTORY), false);
  private static final WhatToEmbed INVENTORY_AND_BROKER =
      new WhatToEmbed(EnumSet.of(Database.INVENTORY), true);

  @TempDir Path directory;

  @Test
  void keeps_rows_and_persistent_messages_over_a_restart() throws Exception {
    try (var servers = EmbeddedServers.in(directory).start(EVERYTHING)) {
      writeRow(servers.properties());
      publish(servers.properties());
      assertThat(servers.servers())
          .extracting(EmbeddedServers.Running::name)
          .containsExactly("PostgreSQL", "Qpid Broker-J");
    }
    assertThat(serversOnData()).isEmpty();

    try (var servers = EmbeddedServers.in(directory).start(EVERYTHING)) {
      assertThat(rows(servers.properties())).isEqualTo(1);
      assertThat(receive(servers.properties())).isEqualTo("kept");
    }
  }

  @Test
  void recovers_what_a_killed_hub_left_behind() throws Exception {
    Process hub =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                HubToKill.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("killed-hub.log").toFile())
            .start();
    try {
      await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> EmbeddedServers.running(directory).isPresent() || !hub.isAlive());
      Properties settings = EmbeddedServers.running(directory).orElseThrow();
      assertThat(settings.getProperty("pid")).isEqualTo(Long.toString(hub.pid()));
      assertThatThrownBy(() -> EmbeddedServers.in(directory).start(INVENTORY))
          .isInstanceOf(EmbeddedServersFailed.class)
          .hasMessageStartingWith(
              "EMB-005 the hub with process id " + hub.pid() + " already uses the data directory");
      writeRow(settings);
      publish(settings);
    } finally {
      hub.destroyForcibly().waitFor();
    }
    assertThat(EmbeddedServers.running(directory)).isEmpty();
    assertThat(serversOnData()).as("left behind by the kill").hasSize(1);

    try (var servers = EmbeddedServers.in(directory).start(INVENTORY_AND_BROKER)) {
      assertThat(rows(servers.properties())).isEqualTo(1);
      assertThat(receive(servers.properties())).isEqualTo("kept");
      assertThat(serversOnData()).hasSize(1);
    }
    assertThat(serversOnData()).isEmpty();
  }

  @Test
  void refuses_a_second_hub_in_the_same_process() {
    try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
      assertThatThrownBy(() -> EmbeddedServers.in(directory).start(INVENTORY))
          .isInstanceOf(EmbeddedServersFailed.class)
          .hasMessageContaining("process id " + ProcessHandle.current().pid());
      assertThat(EmbeddedServers.running(directory))
          .hasValueSatisfying(
              settings -> assertThat(settings).containsAllEntriesOf(servers.properties()));
    }

    assertThat(EmbeddedServers.running(directory)).isEmpty();
  }

  @Test
  void is_durable_and_closed_to_others() throws Exception {
    try (var servers = EmbeddedServers.in(directory).start(EVERYTHING)) {
      Properties settings = servers.properties();
      try (Connection inventory = connect(settings, "inventory", "datasource", "inventory")) {
        for (String setting :
            new String[] {"fsync", "synchronous_commit", "full_page_writes", "data_checksums"}) {
          assertThat(text(inventory, "SHOW " + setting)).as(setting).isEqualTo("on");
        }
        assertThat(text(inventory, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
        assertThat(text(inventory, "SHOW max_connections")).isEqualTo("100");
        assertRefused("42501", () -> text(inventory, "CREATE TABLE public.t (n int)"));
        assertRefused("42501", () -> text(inventory, "CREATE TEMPORARY TABLE t (n int)"));
      }
      try (Connection superuser = superuser(settings)) {
        assertThat(text(superuser, "SHOW unix_socket_directories")).isEmpty();
      }
      for (String other : new String[] {"finance", "hub", "postgres", "template1"}) {
        assertRefused("42501", () -> connect(settings, "inventory", "datasource", other));
        assertRefused("42501", () -> connect(settings, "inventory", "migration", other));
      }
      try (Connection owner = connect(settings, "store", "migration", "hub")) {
        text(owner, "CREATE SCHEMA hub");
        assertThat(
                text(
                    owner,
                    "SELECT rolsuper OR rolcreaterole OR rolcreatedb FROM pg_roles"
                        + " WHERE rolname = current_user"))
            .isEqualTo("f");
      }
      var wrong = new Properties();
      wrong.putAll(settings);
      wrong.setProperty("hub.inventory.datasource.password", "wrong");
      assertRefused("28P01", () -> connect(wrong, "inventory", "datasource", "inventory"));
      wrong.setProperty("spring.rabbitmq.password", "wrong");
      assertThatThrownBy(() -> broker(wrong).close())
          .isInstanceOf(PossibleAuthenticationFailureException.class);
      assertOwnerOnly("credentials.properties");
      assertOwnerOnly("running.properties");
      assertThat(Files.getPosixFilePermissions(directory.resolve("embedded/broker")))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }
  }

  @Test
  void opens_its_data_again_without_the_credentials_file() throws Exception {
    try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
      writeRow(servers.properties());
    }
    Files.delete(directory.resolve("embedded/credentials.properties"));

    try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
      assertThat(rows(servers.properties())).isEqualTo(1);
    }
  }

  @Test
  void leaves_a_process_alone_that_only_has_the_pid_of_an_old_server() throws Exception {
    try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
      writeRow(servers.properties());
    }
    Process stranger = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(
          directory.resolve("postgresql/postmaster.pid"),
          stranger.pid() + "\n" + directory.resolve("postgresql") + "\n");

      try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
        assertThat(rows(servers.properties())).isEqualTo(1);
      }

      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void runs_postgresql_as_nobody_where_root_has_no_user_namespaces() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root changes users");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
      writeRow(servers.properties());
    }

    try (var servers = EmbeddedServers.in(directory).start(INVENTORY, Unprivileged.AS_NOBODY)) {
      assertThat(rows(servers.properties())).isEqualTo(1);
      assertThat(serversOnData()).hasSize(1);
    }
    try (var servers = EmbeddedServers.in(directory).start(INVENTORY)) {
      assertThat(rows(servers.properties())).isEqualTo(1);
    }
  }

  @Test
  void creates_its_files_as_nobody_too() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root changes users");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));

    try (var servers = EmbeddedServers.in(directory).start(INVENTORY, Unprivileged.AS_NOBODY)) {
      writeRow(servers.properties());
    }

    assertThat(serversOnData()).isEmpty();
  }

  @Test
  void refuses_data_of_another_major_version() throws Exception {
    Files.createDirectories(directory.resolve("postgresql"));
    Files.writeString(directory.resolve("postgresql/PG_VERSION"), "16\n");

    assertThatThrownBy(() -> EmbeddedServers.in(directory).start(INVENTORY))
        .isInstanceOf(EmbeddedServersFailed.class)
        .hasMessageStartingWith("EMB-011 ")
        .hasMessageContaining("belongs to PostgreSQL 16, and this hub embeds 17");
    DataDirectoryLock.take(directory.toRealPath()).close();
  }

  private void assertOwnerOnly(String file) throws Exception {
    assertThat(Files.getPosixFilePermissions(directory.resolve("embedded").resolve(file)))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  private Stream<ProcessHandle> postmasters() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .arguments()
                    .map(
                        all ->
                            Stream.of(all)
                                .anyMatch(directory.resolve("postgresql").toString()::equals))
                    .orElse(false));
  }

  private List<ProcessHandle> serversOnData() {
    return postmasters().toList();
  }

  private static void assertRefused(String sqlState, SqlAction action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(sqlState));
  }

  private interface SqlAction {
    Object run() throws SQLException;
  }

  private static Connection connect(
      Properties settings, String database, String credential, String name) throws SQLException {
    String prefix = "hub." + database + ".";
    String url = settings.getProperty(prefix + "datasource.url");
    return DriverManager.getConnection(
        url.substring(0, url.lastIndexOf('/') + 1) + name,
        settings.getProperty(prefix + credential + ".username"),
        settings.getProperty(prefix + credential + ".password"));
  }

  private Connection superuser(Properties settings) throws SQLException {
    String url = settings.getProperty("hub.inventory.datasource.url");
    return DriverManager.getConnection(
        url,
        EmbeddedPostgreSql.SUPERUSER,
        Credentials.in(directory.resolve("embedded")).passwordOf(EmbeddedPostgreSql.SUPERUSER));
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (var row = statement.getResultSet()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  private static void writeRow(Properties settings) throws SQLException {
    try (Connection owner = connect(settings, "inventory", "migration", "inventory")) {
      text(owner, "CREATE SCHEMA inventory");
      text(owner, "CREATE TABLE inventory.kept (n int)");
      text(owner, "INSERT INTO inventory.kept VALUES (1)");
    }
  }

  private static int rows(Properties settings) throws SQLException {
    try (Connection owner = connect(settings, "inventory", "migration", "inventory")) {
      return Integer.parseInt(text(owner, "SELECT count(*) FROM inventory.kept"));
    }
  }

  private static com.rabbitmq.client.Connection broker(Properties settings) throws Exception {
    var factory = new ConnectionFactory();
    String[] address = settings.getProperty("spring.rabbitmq.addresses").split(":");
    factory.setHost(address[0]);
    factory.setPort(Integer.parseInt(address[1]));
    factory.setUsername(settings.getProperty("spring.rabbitmq.username"));
    factory.setPassword(settings.getProperty("spring.rabbitmq.password"));
    factory.setVirtualHost(settings.getProperty("spring.rabbitmq.virtual-host"));
    return factory.newConnection();
  }

  private static void publish(Properties settings) throws Exception {
    try (var connection = broker(settings);
        var channel = connection.createChannel()) {
      channel.confirmSelect();
      channel.queueDeclare("kept", true, false, false, null);
      channel.basicPublish("", "kept", MessageProperties.PERSISTENT_BASIC, "kept".getBytes(UTF_8));
      channel.waitForConfirmsOrDie(10_000);
    }
  }

  private static String receive(Properties settings) throws Exception {
    try (var connection = broker(settings);
        var channel = connection.createChannel()) {
      var message = channel.basicGet("kept", true);
      return message == null ? "nothing" : new String(message.getBody(), UTF_8);
    }
  }
}
