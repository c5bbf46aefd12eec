package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.testing.DeployedDatabases;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Relay and finance as two processes that share nothing but the broker: each has its own database
 * role and its own broker user, from files, and starts, works and restarts without the other.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SeparateMachinesIT {
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final String VIRTUAL_HOST = "/";

  private final RabbitNode node = RabbitNode.alone("separate");
  private final Map<String, String> brokerPasswords = new TreeMap<>();

  private OwnPostgres server;
  private DeployedDatabases databases;

  @TempDir static Path folder;

  /** Databases and broker as the deployment makes them, by its own scripts. */
  @BeforeAll
  void deploy() throws Exception {
    server = OwnPostgres.started("separate");
    databases = DeployedDatabases.on(server);
    Path definitions = folder.resolve("definitions.json");
    ProcessBuilder users =
        new ProcessBuilder("sh", "docker/rabbitmq/users.sh", definitions.toString()).inheritIO();
    for (String user : List.of("relay", "finance", "store", "ops")) {
      brokerPasswords.put(user, UUID.randomUUID().toString());
      users
          .environment()
          .put(user.toUpperCase(Locale.ROOT) + "_PASSWORD", brokerPasswords.get(user));
    }
    assertThat(users.start().waitFor()).isZero();
    node.rabbitmqctl("import_definitions", definitions.toString());
  }

  @AfterAll
  void end() {
    node.stop();
    server.close();
  }

  /** A machine with nothing on it but its part's own credentials, each in a file. */
  private HubProcess machine(String role, String database, boolean withOwner) throws IOException {
    Path secrets = Files.createDirectories(folder.resolve(role + (withOwner ? "-first" : "")));
    String prefix = "hub." + database + ".";
    Map<String, String> files =
        new TreeMap<>(
            Map.of(
                prefix + "datasource.url",
                databases.url(database),
                prefix + "datasource.username",
                database + "_hub",
                prefix + "datasource.password",
                databases.password(database + "_hub"),
                "spring.rabbitmq.addresses",
                node.address(),
                "spring.rabbitmq.username",
                role,
                "spring.rabbitmq.password",
                brokerPasswords.get(role)));
    if (withOwner) {
      files.put(prefix + "migration.username", database + "_owner");
      files.put(prefix + "migration.password", databases.password(database + "_owner"));
    }
    for (var file : files.entrySet()) {
      Files.writeString(secrets.resolve(file.getKey()), file.getValue());
    }
    return HubProcess.run(
        List.of("-Dspring.config.import=configtree:" + secrets + "/"),
        "start",
        "--hub.roles=" + role,
        "--hub.data-directory=" + folder.resolve("data-" + role),
        "--hub.delivery.declare=false",
        "--hub.embedded.enabled=false",
        "--server.port=0");
  }

  private HubProcess relay(boolean withOwner) throws IOException {
    return machine("relay", "inventory", withOwner);
  }

  private HubProcess finance(boolean withOwner) throws IOException {
    return machine("finance", "finance", withOwner);
  }

  @Test
  void each_part_starts_works_and_restarts_without_the_other() throws Exception {
    List<String> recorded = new ArrayList<>();
    try (Inventory inventory = new Inventory();
        Queues queues = new Queues(node, VIRTUAL_HOST)) {
      // Finance has never been there; its queue is there, as the broker was made with it.
      try (HubProcess relay = relay(true)) {
        awaitStarted(relay);
        recorded.addAll(inventory.sells(5));
        await().atMost(LONG).until(() -> inventory.outboxRows() == 0);
        assertThat(queues.count("finance.journal")).isEqualTo(5);
        stop(relay);
      }

      // Finance alone, and nothing of inventory runs.
      try (HubProcess finance = finance(true)) {
        awaitStarted(finance);
        awaitPosted(recorded, finance);

        // From its second start on without the owner.
        try (HubProcess relay = relay(false)) {
          awaitStarted(relay);
          recorded.addAll(inventory.sells(20));
          awaitPosted(recorded, relay, finance);

          stop(finance);
          recorded.addAll(inventory.sells(500));
          await().atMost(LONG).until(() -> inventory.outboxRows() == 0);
          assertThat(relay.isAlive()).isTrue();
          assertThat(queues.count("finance.journal")).isEqualTo(500);
          stop(relay);
        }
      }

      // Finance comes back while the relay is away, and catches up.
      try (HubProcess finance = finance(false)) {
        awaitPosted(recorded, finance);
        recorded.addAll(inventory.sells(10));
        assertThat(inventory.outboxRows()).isEqualTo(10);

        try (HubProcess relay = relay(false)) {
          awaitPosted(recorded, relay, finance);
          stop(relay);
        }
        stop(finance);
      }
      for (String queue :
          List.of(
              "erp.unrouted", "finance.journal", "finance.journal.dead", "inventory.outbox.dead")) {
        assertThat(queues.count(queue)).as(queue).isZero();
      }
    }
  }

  /** Where the hub makes its own queues, each part makes only its own. */
  @Test
  void what_is_relayed_before_finance_has_made_its_queue_is_kept_and_reported() throws Exception {
    RabbitNode shared = RabbitNode.shared();
    String virtualHost = shared.newVirtualHost();
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    try (Queues queues = new Queues(shared, virtualHost);
        TestHub relay =
            new TestHub.Settings()
                .roles("relay")
                .database(inventory)
                .broker(shared, virtualHost)
                .with("hub.relay.watch-interval", "200ms")
                .with("hub.data-directory", folder.resolve("data-declaring").toString())
                .start()) {
      new Outbox(inventory.ownerDataSource()).recordSales(3, "12.50", "7.25");

      await()
          .atMost(LONG)
          .until(
              () ->
                  relay.bean(MeterRegistry.class).get("hub.relay.unrouted.messages").gauge().value()
                      == 3);
      assertThat(queues.count("erp.unrouted")).isEqualTo(3);
    }
  }

  @Test
  void no_role_opens_the_database_of_another() throws Exception {
    Map<String, String> homes =
        Map.of("inventory", "inventory", "finance", "finance", "store", "hub");
    int refused = 0;
    for (String role : databases.roles()) {
      String home = homes.get(role.replaceFirst("_(owner|hub)$", ""));
      try (var own = databases.login(role, home)) {
        assertThat(own.isValid(5)).as("%s in %s", role, home).isTrue();
      }
      for (String other : List.of("inventory", "finance", "hub")) {
        if (!other.equals(home)) {
          assertThat(login(role, databases.password(role), other))
              .as("%s in %s", role, other)
              .isEqualTo("42501");
          refused++;
        }
      }
      assertThat(login(role, "guessed", home)).as("wrong password of %s", role).isEqualTo("28P01");
    }
    assertThat(refused).isEqualTo(12);
  }

  private String login(String role, String password, String database) {
    SQLException failure =
        catchThrowableOfType(
            SQLException.class, () -> databases.login(role, password, database).close());
    return failure == null ? "let in" : failure.getSQLState();
  }

  @ParameterizedTest
  @CsvSource({
    "relay, finance.journal",
    "relay, finance.journal.dead",
    "relay, inventory.outbox.dead",
    "finance, inventory.outbox.dead",
    "finance, erp.unrouted",
    "ops, finance.journal",
  })
  void no_broker_user_reads_the_queue_of_another(String user, String queue) throws Exception {
    try (Connection connection = client(user).newConnection()) {
      // The refusal closes the channel; a permission is looked at before the queue.
      Channel channel = connection.createChannel();

      assertThat(refusal(() -> channel.basicGet(queue, false))).isEqualTo(AMQP.ACCESS_REFUSED);
    }
  }

  private ConnectionFactory client(String user) {
    ConnectionFactory factory = node.client(VIRTUAL_HOST);
    factory.setUsername(user);
    factory.setPassword(brokerPasswords.get(user));
    return factory;
  }

  private interface Attempt {
    Object run() throws IOException;
  }

  /** The broker's answer to an attempt, 200 if it was let through. */
  private static int refusal(Attempt attempt) throws IOException {
    try {
      attempt.run();
      return AMQP.REPLY_SUCCESS;
    } catch (IOException | AlreadyClosedException refused) {
      for (Throwable at = refused; at != null; at = at.getCause()) {
        if (at instanceof ShutdownSignalException signal
            && signal.getReason() instanceof AMQP.Channel.Close close) {
          return close.getReplyCode();
        }
      }
      throw refused;
    }
  }

  private static void awaitStarted(HubProcess hub) {
    await().atMost(LONG).until(() -> hub.output().contains("Tallyline runs as") || !hub.isAlive());
    assertThat(hub.isAlive()).as(hub.output()).isTrue();
  }

  private void awaitPosted(List<String> transactions, HubProcess... running) {
    await()
        .atMost(LONG)
        .until(
            () ->
                posted().size() >= transactions.size()
                    || List.of(running).stream().anyMatch(hub -> !hub.isAlive()));
    for (HubProcess hub : running) {
      assertThat(hub.isAlive()).as(hub.output()).isTrue();
    }
    assertThat(posted()).containsExactlyInAnyOrderElementsOf(transactions);
  }

  private List<String> posted() throws IllegalStateException {
    try (var connection = databases.superuser("finance")) {
      return JdbcClient.create(new SingleConnectionDataSource(connection, true))
          .sql("SELECT external_ref FROM finance.ledger_journal")
          .query(String.class)
          .list();
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private static void stop(HubProcess hub) {
    hub.terminate();
    assertThat(hub.exit(40)).as(hub.output()).isZero();
  }

  /** The inventory module: writes into its own database as its owner. */
  private final class Inventory implements AutoCloseable {
    private SingleConnectionDataSource owner;

    private SingleConnectionDataSource database() {
      if (owner == null) {
        owner =
            new SingleConnectionDataSource(
                databases.url("inventory"),
                "inventory_owner",
                databases.password("inventory_owner"),
                true);
      }
      return owner;
    }

    List<String> sells(int count) {
      return new Outbox(database()).recordSales(count, "12.50", "7.25");
    }

    long outboxRows() {
      return new Outbox(database()).rows();
    }

    @Override
    public void close() {
      if (owner != null) {
        owner.destroy();
      }
    }
  }
}
