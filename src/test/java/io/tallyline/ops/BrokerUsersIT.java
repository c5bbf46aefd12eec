package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.ShutdownSignalException;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.testing.BrokerDefinitions;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The broker's users as {@code docker/rabbitmq/definitions.json} makes them: each role works with
 * its own user, and no user can do more.
 */
class BrokerUsersIT {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String HOST = "/";
  private static final String PASSING = "40P01";

  private static RabbitNode node;
  @TempDir static Path folder;

  @BeforeAll
  static void importDefinitions() {
    node = RabbitNode.alone("users");
    BrokerDefinitions.importInto(node, folder);
  }

  private static TestHub.Settings role(String role) {
    return new TestHub.Settings()
        .roles(role)
        .broker(node, HOST)
        .with("spring.rabbitmq.username", role)
        .with("spring.rabbitmq.password", BrokerDefinitions.passwordOf(role))
        .with("hub.delivery.declare", "false")
        // Two hubs of one JVM would have MBeans of the same names.
        .with("spring.jmx.enabled", "false");
  }

  @Test
  void each_role_does_all_its_work_as_its_own_user() {
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    var failing = new FailingLedger(finance);
    var outbox = new Outbox(inventory.ownerDataSource());
    try (Queues administrator = new Queues(node, HOST);
        TestHub relay = role("relay").database(inventory).start();
        TestHub posting = role("finance").database(finance).start()) {
      administrator.bind("announced", "erp.events", "finance.#", Map.of());

      List<String> sales = outbox.recordSales(20, "10.5", "7.25");
      await("journals").atMost(LONG).until(() -> TestHub.journals(finance) == 20);
      await("announcements").atMost(LONG).until(() -> administrator.count("announced") == 20);

      outbox.record(UUID.randomUUID().toString(), "NobodyKnowsThis", "{}");
      await("dead rows")
          .atMost(LONG)
          .until(() -> administrator.count("inventory.outbox.dead") == 1);

      administrator.publish(
          "erp.events", SaleMessages.KEY, json(), "{".getBytes(StandardCharsets.UTF_8));
      await("dead letters")
          .atMost(LONG)
          .until(() -> administrator.count("finance.journal.dead") == 1);

      String retried = UUID.randomUUID().toString();
      failing.fail(retried, 1, PASSING);
      outbox.record(retried, "SalesTransactionCreated", Outbox.sale(retried, 1, "1", "2", "1"));
      await("ladder").atMost(LONG).until(() -> TestHub.journals(finance) == 21);
      assertThat(failing.attempts(retried)).isEqualTo(2);

      outbox.record(
          sales.get(0), "SalesTransactionCreated", Outbox.sale(sales.get(0), 2, "1", "2", "1"));
      await("conflict").atMost(LONG).until(() -> administrator.count("finance.journal.dead") == 2);
      administrator.drain("finance.journal.dead");
      administrator.drain("inventory.outbox.dead");
    }
  }

  @Test
  void the_store_keeps_everything_and_sends_again_as_its_own_user() {
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    try (Queues administrator = new Queues(node, HOST);
        TestHub store = role("store").database(PostgresServer.fresh("store")).start();
        TestHub posting = role("finance").database(finance).start()) {
      String id = UUID.randomUUID().toString();
      Events events = store.bean(Events.class);
      EventFilter mine = EventFilter.ALL.withMessageIds(List.of(id));

      administrator.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties(id),
          SaleMessages.valid(id).getBytes(StandardCharsets.UTF_8));
      await("kept").atMost(LONG).until(() -> events.count(mine, Long.MAX_VALUE, 9) == 1);
      await("journal").atMost(LONG).until(() -> TestHub.journals(finance) == 1);

      store
          .bean(Resends.class)
          .add("finance.journal", "replay:1", events.find(mine, 0, Long.MAX_VALUE, 1));
      await("sent again")
          .atMost(LONG)
          .until(() -> store.bean(Resends.class).waiting(List.of("replay:1")).get("replay:1") == 0);
      assertThat(TestHub.journals(finance)).isEqualTo(1);
    }
  }

  @Test
  void both_roles_go_on_after_the_broker_was_away() {
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    var outbox = new Outbox(inventory.ownerDataSource());
    try (TestHub relay = role("relay").database(inventory).start();
        TestHub posting = role("finance").database(finance).start()) {
      outbox.recordSales(5, "10.5", "7.25");
      await().atMost(LONG).until(() -> TestHub.journals(finance) == 5);

      node.stopApplication();
      outbox.recordSales(5, "10.5", "7.25");
      node.startApplication();

      await().atMost(LONG).until(() -> TestHub.journals(finance) == 10);
      assertThat(outbox.rows()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "relay   | publish | erp.events    | finance.journal-posted.v1",
        "relay   | publish | erp.events    | other.thing.v1",
        "relay   | publish | erp.inventory | inventory.sales-transaction-created.v1",
        "relay   | publish | erp.unrouted  | x",
        "relay   | publish | hub.retry     | finance.journal.retry.1s",
        "relay   | publish | hub.return    | finance.journal",
        "relay   | publish | ''            | finance.journal",
        "relay   | consume | finance.journal | ''",
        "relay   | consume | finance.journal.dead | ''",
        "relay   | consume | inventory.outbox.dead | ''",
        "relay   | consume | erp.unrouted  | ''",
        "relay   | get     | finance.journal | ''",
        "relay   | purge   | finance.journal | ''",
        "relay   | delete  | finance.journal | ''",
        "relay   | declare | mine          | ''",
        "relay   | exchange | mine         | ''",
        "relay   | bind    | finance.journal | erp.events",
        "relay   | unbind  | finance.journal | erp.inventory",
        "relay   | forget  | erp.events    | ''",
        "finance | publish | erp.events    | inventory.sales-transaction-created.v1",
        "finance | publish | erp.inventory | inventory.sales-transaction-created.v1",
        "finance | publish | hub.return    | finance.journal",
        "finance | publish | ''            | finance.journal",
        "finance | consume | finance.journal.dead | ''",
        "finance | consume | inventory.outbox.dead | ''",
        "finance | consume | finance.journal.retry.1s | ''",
        "finance | get     | erp.unrouted  | ''",
        "finance | purge   | finance.journal.dead | ''",
        "finance | delete  | finance.journal | ''",
        "finance | declare | mine          | ''",
        "finance | exchange | mine         | ''",
        "finance | bind    | finance.journal | erp.events",
        "finance | unbind  | finance.journal | erp.inventory",
        "finance | forget  | hub.dead      | ''",
        "finance | consume | hub.event-store | ''",
        "relay   | consume | hub.event-store | ''",
        "store   | publish | erp.events    | inventory.sales-transaction-created.v1",
        "store   | publish | erp.inventory | inventory.sales-transaction-created.v1",
        "store   | publish | hub.dead      | finance.journal.dead",
        "store   | publish | hub.retry     | finance.journal.retry.1s",
        "store   | consume | finance.journal | ''",
        "store   | consume | inventory.outbox.retry | ''",
        "store   | consume | erp.unrouted  | ''",
        "store   | delete  | hub.event-store | ''",
        "store   | declare | mine          | ''",
        "store   | bind    | hub.event-store | erp.events",
        "ops     | publish | erp.events    | inventory.sales-transaction-created.v1",
        "ops     | publish | hub.dead      | finance.journal.dead",
        "ops     | publish | hub.retry     | finance.journal.retry.1s",
        "ops     | publish | hub.return    | finance.journal",
        "ops     | publish | ''            | finance.journal",
        "ops     | consume | finance.journal | ''",
        "ops     | consume | hub.event-store | ''",
        "ops     | get     | finance.journal.retry.1s | ''",
        "ops     | delete  | finance.journal.dead | ''",
        "ops     | declare | mine          | ''",
        "ops     | bind    | finance.journal.dead | hub.dead",
      })
  void is_refused(String user, String verb, String name, String key) throws Exception {
    try (Connection connection = client(user).newConnection()) {
      Channel channel = connection.createChannel();

      Throwable refused = catchThrowable(() -> attempt(channel, verb, name, key));

      assertThat(refused).isNotNull();
      assertThat(String.valueOf(reason(refused, channel)))
          .contains("403")
          .contains("ACCESS_REFUSED");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "store | get | hub.event-store",
        "store | get | finance.journal.dead",
        "ops | get | finance.journal.dead",
        "ops | get | inventory.outbox.dead",
        "ops | get | erp.unrouted",
      })
  void is_permitted(String user, String verb, String name) throws Exception {
    try (Connection connection = client(user).newConnection()) {
      Channel channel = connection.createChannel();

      assertThatCode(() -> attempt(channel, verb, name, "")).doesNotThrowAnyException();
    }
  }

  @Test
  void a_start_names_all_that_is_missing_on_the_broker() {
    String empty = node.newVirtualHost();

    Throwable refused =
        catchThrowable(
            () ->
                role("finance")
                    .broker(node, empty)
                    .database(PostgresServer.fresh("finance"))
                    .start());

    assertThat(FailedStart.sentence(refused).orElseThrow())
        .contains(
            "DEL-051",
            "queue finance.journal,",
            "queue finance.journal.retry.30m",
            "exchange hub.return",
            "docker/rabbitmq/definitions.json");
  }

  @Test
  void the_script_wants_every_password_and_leaves_none_in_the_file() throws Exception {
    Path file = folder.resolve("made.json");
    Map<String, String> passwords =
        new HashMap<>(
            Map.of(
                "RELAY_PASSWORD",
                BrokerDefinitions.passwordOf("relay"),
                "FINANCE_PASSWORD",
                "too short"));
    assertThat(BrokerDefinitions.write(file, passwords)).isEqualTo(2);
    assertThat(file).doesNotExist();

    Path secret = Files.writeString(folder.resolve("ops-password"), "from a file, by its name\n");
    passwords.put("FINANCE_PASSWORD", BrokerDefinitions.passwordOf("finance"));
    passwords.put("STORE_PASSWORD", BrokerDefinitions.passwordOf("store"));
    passwords.put("OPS_PASSWORD_FILE", secret.toString());
    assertThat(BrokerDefinitions.write(file, passwords)).isZero();

    assertThat(Files.readString(file))
        .doesNotContain("\"password_hash\":\"\"", "own", "from a file");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  private static void attempt(Channel channel, String verb, String name, String key)
      throws Exception {
    switch (verb) {
      case "publish" -> {
        channel.confirmSelect();
        channel.basicPublish(name, key, json(), new byte[0]);
        channel.waitForConfirmsOrDie(10_000);
      }
      case "consume" -> channel.basicConsume(name, (tag, message) -> {}, tag -> {});
      case "get" -> channel.basicGet(name, false);
      case "purge" -> channel.queuePurge(name);
      case "delete" -> channel.queueDelete(name);
      case "declare" -> channel.queueDeclare(name, true, false, false, Map.of());
      case "exchange" -> channel.exchangeDeclare(name, "topic", true);
      case "forget" -> channel.exchangeDelete(name);
      case "bind" -> channel.queueBind(name, key, "#");
      case "unbind" -> channel.queueUnbind(name, key, "inventory.#");
      default -> throw new IllegalArgumentException(verb);
    }
  }

  /** What the broker said, wherever the client keeps it. */
  private static Object reason(Throwable refused, Channel channel) {
    for (Throwable at = refused; at != null; at = at.getCause()) {
      if (at instanceof ShutdownSignalException signal && !(at instanceof AlreadyClosedException)) {
        return signal.getReason();
      }
    }
    return channel.getCloseReason();
  }

  private static BasicProperties json() {
    return new BasicProperties.Builder().contentType("application/json").deliveryMode(2).build();
  }

  private static ConnectionFactory client(String user) {
    ConnectionFactory client = node.client(HOST);
    client.setUsername(user);
    client.setPassword(BrokerDefinitions.passwordOf(user));
    return client;
  }
}
