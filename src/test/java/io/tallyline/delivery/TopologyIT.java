package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.StartRefused;
import io.tallyline.testing.RabbitNode;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class TopologyIT {
  private static final Duration AT_ONCE = Duration.ofSeconds(1);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();

  @Test
  void declares_what_the_contract_names() {
    hub()
        .run(
            context -> {
              declare(context.getBean(DeclareTopology.class));

              assertThat(lines("list_queues", "name"))
                  .filteredOn(name -> !name.contains(".retry."))
                  .containsExactlyInAnyOrder(
                      Names.JOURNAL_QUEUE,
                      Names.JOURNAL_DEAD_QUEUE,
                      Names.OUTBOX_DEAD_QUEUE,
                      Names.FINANCE_OUTBOX_DEAD_QUEUE,
                      Names.OUTBOX_RETRY_QUEUE,
                      Names.FINANCE_OUTBOX_RETRY_QUEUE,
                      Names.EVENT_STORE_QUEUE,
                      Names.ATTEMPTS_QUEUE,
                      Names.UNROUTED);
              assertThat(lines("list_queues", "type")).containsOnly("quorum");
              assertThat(lines("list_exchanges", "name", "type"))
                  .contains(
                      "erp.events\ttopic",
                      "erp.inventory\ttopic",
                      "erp.unrouted\tfanout",
                      "hub.dead\tdirect",
                      "hub.retry\tdirect",
                      "hub.return\tdirect");
              assertThat(lines("list_bindings", "source_name", "destination_name", "routing_key"))
                  .contains(
                      "erp.events\terp.inventory\tinventory.#",
                      "erp.inventory\tfinance.journal\tinventory.#",
                      "erp.events\thub.event-store\t#",
                      "hub.return\tinventory.outbox.retry\tinventory.outbox.retry",
                      "hub.dead\tfinance.journal.dead\tfinance.journal.dead",
                      "hub.dead\tinventory.outbox.dead\tinventory.outbox.dead",
                      "hub.dead\tfinance.outbox.dead\tfinance.outbox.dead");
              assertThat(String.join("\n", lines("list_queues", "name", "arguments")))
                  .contains("x-delivery-limit\",100")
                  .contains("x-dead-letter-strategy\",\"at-least-once");
            });
  }

  @Test
  void has_a_wait_queue_for_each_step_that_leads_back_to_the_work_queue_and_loses_nothing() {
    hub()
        .withPropertyValues("hub.finance.ladder=1s,5m")
        .run(
            context -> {
              declare(context.getBean(DeclareTopology.class));

              assertThat(lines("list_queues", "name", "arguments"))
                  .filteredOn(line -> line.contains(".retry."))
                  .hasSize(2)
                  .allSatisfy(
                      line ->
                          assertThat(line)
                              .contains("x-dead-letter-exchange\",\"hub.return")
                              .contains("x-dead-letter-routing-key\",\"finance.journal\"")
                              .contains("x-dead-letter-strategy\",\"at-least-once")
                              .contains("x-overflow\",\"reject-publish"))
                  .anySatisfy(
                      line ->
                          assertThat(line)
                              .contains("finance.journal.retry.1s")
                              .contains("x-message-ttl\",1000"))
                  .anySatisfy(
                      line ->
                          assertThat(line)
                              .contains("finance.journal.retry.5m")
                              .contains("x-message-ttl\",300000"));
              assertThat(lines("list_bindings", "source_name", "destination_name", "routing_key"))
                  .contains(
                      "hub.return\tfinance.journal\tfinance.journal",
                      "hub.retry\tfinance.journal.retry.1s\tfinance.journal.retry.1s",
                      "hub.retry\tfinance.journal.retry.5m\tfinance.journal.retry.5m");
            });
  }

  @Test
  void declares_only_what_the_roles_use() {
    hub()
        .withPropertyValues("hub.roles=relay")
        .run(
            context -> {
              declare(context.getBean(DeclareTopology.class));

              assertThat(lines("list_queues", "name"))
                  .containsExactlyInAnyOrder(
                      Names.OUTBOX_DEAD_QUEUE, Names.OUTBOX_RETRY_QUEUE, Names.UNROUTED);
            });
  }

  @Test
  void may_be_declared_again() {
    hub()
        .run(
            context -> {
              DeclareTopology topology = context.getBean(DeclareTopology.class);
              declare(topology);
              List<String> once = lines("list_queues", "name");
              declare(topology);

              assertThat(lines("list_queues", "name")).containsExactlyInAnyOrderElementsOf(once);
            });
  }

  @Test
  void catches_inventory_messages_that_nobody_is_bound_for() {
    hub()
        .withPropertyValues("hub.roles=relay")
        .run(
            context -> {
              declare(context.getBean(DeclareTopology.class));
              var properties = new AMQP.BasicProperties.Builder().messageId("1").build();
              String key = "inventory.sales-transaction-created.v1";

              context
                  .getBean(ConfirmedPublisher.class)
                  .publish(
                      List.of(
                          new Outgoing(Names.EVENTS_EXCHANGE, key, properties, new byte[1], true)));

              await()
                  .until(
                      () ->
                          lines("list_queues", "name", "messages")
                              .contains(Names.UNROUTED + "\t1"));
            });
  }

  @Test
  void says_which_argument_of_a_queue_differs_and_what_to_do() throws Exception {
    onBroker(
        channel ->
            channel.queueDeclare(
                Names.JOURNAL_DEAD_QUEUE, true, false, false, Map.of("x-queue-type", "quorum")));

    hub()
        .run(
            context ->
                assertThatThrownBy(() -> declare(context.getBean(DeclareTopology.class)))
                    .isInstanceOf(StartRefused.class)
                    .hasMessage(
                        "DEL-010 the queue 'finance.journal.dead' exists with x-overflow = none but the hub"
                            + " wants reject-publish. Empty the queue, delete it (rabbitmqctl delete_queue"
                            + " finance.journal.dead), and start again."));
  }

  @Test
  void says_which_argument_of_an_exchange_differs() throws Exception {
    onBroker(channel -> channel.exchangeDeclare(Names.INVENTORY_EXCHANGE, "topic", true));

    hub()
        .run(
            context ->
                assertThatThrownBy(() -> declare(context.getBean(DeclareTopology.class)))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageStartingWith(
                        "DEL-010 the exchange 'erp.inventory' exists with alternate-exchange = none but the"
                            + " hub wants erp.unrouted."));
  }

  @Test
  void refuses_a_wrong_password_at_once_without_showing_it() {
    hub()
        .withPropertyValues("spring.rabbitmq.password=sesame")
        .run(
            context ->
                assertThatThrownBy(
                        () ->
                            context
                                .getBean(DeclareTopology.class)
                                .now(Duration.ofMinutes(5), line -> {}))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageStartingWith("DEL-012 ")
                    .hasMessageNotContaining("sesame"));
  }

  @Test
  void refuses_a_user_without_permission_at_once() {
    node.rabbitmqctl("add_user", "poor-" + virtualHost, "poor");
    node.rabbitmqctl("set_permissions", "-p", virtualHost, "poor-" + virtualHost, "", ".*", ".*");

    hub()
        .withPropertyValues(
            "spring.rabbitmq.username=poor-" + virtualHost, "spring.rabbitmq.password=poor")
        .run(
            context ->
                assertThatThrownBy(() -> declare(context.getBean(DeclareTopology.class)))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageStartingWith("DEL-011 ")
                    .hasMessageContaining("set_permissions"));
  }

  @Test
  void refuses_a_virtual_host_that_does_not_exist_at_once() {
    hub()
        .withPropertyValues("spring.rabbitmq.virtual-host=no-such-host")
        .run(
            context ->
                assertThatThrownBy(
                        () ->
                            context
                                .getBean(DeclareTopology.class)
                                .now(Duration.ofMinutes(5), line -> {}))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageContaining("no-such-host"));
  }

  @Test
  void waits_for_a_broker_that_is_away_and_then_refuses() {
    List<String> progress = new ArrayList<>();

    hub()
        .withPropertyValues("spring.rabbitmq.addresses=127.0.0.1:1")
        .run(
            context ->
                assertThatThrownBy(
                        () -> context.getBean(DeclareTopology.class).now(AT_ONCE, progress::add))
                    .isInstanceOf(StartRefused.class)
                    .hasMessageStartingWith(
                        "DEL-013 the broker at 127.0.0.1:1 cannot be reached for 1 s"));
    assertThat(progress).isNotEmpty();
  }

  private ApplicationContextRunner hub() {
    return new ApplicationContextRunner()
        .withConfiguration(AutoConfigurations.of(RabbitAutoConfiguration.class))
        .withUserConfiguration(Delivery.class)
        .withBean(InstantSource.class, InstantSource::system)
        .withBean(SimpleMeterRegistry.class, SimpleMeterRegistry::new)
        .withPropertyValues(
            "spring.rabbitmq.addresses=" + node.address(),
            "spring.rabbitmq.username=" + node.username(),
            "spring.rabbitmq.password=" + node.password(),
            "spring.rabbitmq.virtual-host=" + virtualHost);
  }

  private static void declare(DeclareTopology topology) {
    topology.now(AT_ONCE, line -> {});
  }

  private List<String> lines(String command, String... columns) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "-q", "--no-table-headers", "-p", virtualHost));
    arguments.addAll(List.of(columns));
    return node.rabbitmqctl(arguments.toArray(String[]::new)).lines().toList();
  }

  private interface OnChannel {
    void run(Channel channel) throws IOException;
  }

  private void onBroker(OnChannel work) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      work.run(channel);
    }
  }
}
