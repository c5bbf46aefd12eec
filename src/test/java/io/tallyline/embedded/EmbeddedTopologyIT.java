package io.tallyline.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.GetResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.ExchangeBuilder;
import org.springframework.amqp.core.FanoutExchange;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.TopicExchange;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory.ConfirmType;
import org.springframework.amqp.rabbit.connection.CorrelationData;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.support.GenericApplicationContext;

/** Declares what the hub declares for RabbitMQ and expects RabbitMQ's behaviour. */
class EmbeddedTopologyIT {
  private static final int MIB = 1024 * 1024;
  private static final int RETRY_MILLIS = 300;

  @TempDir static Path directory;
  private static EmbeddedServers servers;

  private GenericApplicationContext context;
  private CachingConnectionFactory connections;
  private RabbitTemplate template;

  @BeforeAll
  static void start() {
    servers =
        EmbeddedServers.in(directory).start(new WhatToEmbed(EnumSet.noneOf(Database.class), true));
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @BeforeEach
  void declare() {
    var settings = servers.properties();
    connections = new CachingConnectionFactory();
    connections.setAddresses(settings.getProperty("spring.rabbitmq.addresses"));
    connections.setUsername(settings.getProperty("spring.rabbitmq.username"));
    connections.setPassword(settings.getProperty("spring.rabbitmq.password"));
    connections.setVirtualHost(settings.getProperty("spring.rabbitmq.virtual-host"));
    connections.setPublisherConfirmType(ConfirmType.CORRELATED);
    connections.setPublisherReturns(true);
    template = new RabbitTemplate(connections);
    template.setMandatory(true);
    context = new GenericApplicationContext();
    context
        .getBeanFactory()
        .registerSingleton(
            "embeddedTopology",
            new EmbeddedTopology(servers.broker().orElseThrow(), context.getBeanFactory()));
    context.registerBean(RabbitAdmin.class, () -> new RabbitAdmin(connections));
    context.registerBean("topology", Declarables.class, EmbeddedTopologyIT::topology);
    context.refresh();
    context.getBean(RabbitAdmin.class).initialize();
  }

  @AfterEach
  void clear() {
    var admin = context.getBean(RabbitAdmin.class);
    topology()
        .getDeclarablesByType(Queue.class)
        .forEach(queue -> admin.purgeQueue(queue.getName()));
    context.close();
    connections.destroy();
  }

  private static Declarables topology() {
    var events = new TopicExchange("erp.events");
    TopicExchange inventory =
        ExchangeBuilder.topicExchange("erp.inventory")
            .durable(true)
            .withArgument("alternate-exchange", "erp.unrouted")
            .build();
    var unrouted = new FanoutExchange("erp.unrouted");
    var dead = new DirectExchange("hub.dead");
    var retry = new DirectExchange("hub.retry");
    var back = new DirectExchange("hub.return");
    Queue journal =
        quorum("finance.journal")
            .withArgument("x-dead-letter-exchange", "hub.dead")
            .withArgument("x-dead-letter-routing-key", "finance.journal.dead")
            .withArgument("x-dead-letter-strategy", "at-least-once")
            .withArgument("x-delivery-limit", 20)
            .build();
    Queue wait =
        quorum("finance.journal.retry.300ms")
            .withArgument("x-message-ttl", RETRY_MILLIS)
            .withArgument("x-dead-letter-exchange", "hub.return")
            .withArgument("x-dead-letter-routing-key", "finance.journal")
            .build();
    Queue journalDead = quorum("finance.journal.dead").build();
    Queue outboxDead = quorum("inventory.outbox.dead").build();
    Queue unroutedQueue = quorum("erp.unrouted").build();
    return new Declarables(
        List.of(
            events,
            inventory,
            unrouted,
            dead,
            retry,
            back,
            journal,
            wait,
            journalDead,
            outboxDead,
            unroutedQueue,
            new Binding(
                "erp.inventory", DestinationType.EXCHANGE, "erp.events", "inventory.#", Map.of()),
            BindingBuilder.bind(journal).to(inventory).with("inventory.#"),
            BindingBuilder.bind(unroutedQueue).to(unrouted),
            BindingBuilder.bind(wait).to(retry).withQueueName(),
            BindingBuilder.bind(journal).to(back).withQueueName(),
            BindingBuilder.bind(journalDead).to(dead).withQueueName(),
            BindingBuilder.bind(outboxDead).to(dead).withQueueName()));
  }

  private static QueueBuilder quorum(String name) {
    return QueueBuilder.durable(name).quorum().withArgument("x-overflow", "reject-publish");
  }

  @Test
  void routes_inventory_messages_through_both_exchanges() throws Exception {
    boolean accepted = send("erp.events", "inventory.sales.v1", "sale");

    assertThat(accepted).isTrue();
    Message message = template.receive("finance.journal", 5_000);
    assertThat(message.getBody()).isEqualTo("sale".getBytes(UTF_8));
    assertThat(message.getMessageProperties().getReceivedRoutingKey())
        .isEqualTo("inventory.sales.v1");
    assertThat(count("erp.unrouted")).isZero();
  }

  @Test
  void keeps_inventory_messages_that_no_queue_is_bound_for() throws Exception {
    var lost =
        new Binding(
            "finance.journal", DestinationType.QUEUE, "erp.inventory", "inventory.#", Map.of());
    context.getBean(RabbitAdmin.class).removeBinding(lost);

    boolean accepted = send("erp.events", "inventory.sales.v1", "sale");

    assertThat(accepted).isTrue();
    assertThat(count("finance.journal")).isZero();
    assertThat(template.receive("erp.unrouted", 5_000)).isNotNull();
  }

  @Test
  void does_not_take_the_event_store_for_a_subscriber() throws Exception {
    var admin = context.getBean(RabbitAdmin.class);
    admin.declareQueue(new Queue("hub.event-store"));
    admin.declareBinding(
        new Binding("hub.event-store", DestinationType.QUEUE, "erp.events", "#", Map.of()));
    admin.removeBinding(
        new Binding(
            "finance.journal", DestinationType.QUEUE, "erp.inventory", "inventory.#", Map.of()));
    try {
      send("erp.events", "inventory.sales.v1", "sale");

      assertThat(template.receive("erp.unrouted", 5_000)).isNotNull();
      assertThat(template.receive("hub.event-store", 5_000)).isNotNull();
    } finally {
      admin.deleteQueue("hub.event-store");
    }
  }

  /** RabbitMQ returns and acknowledges it; without mandatory both acknowledge and drop it. */
  @Test
  void refuses_an_unroutable_mandatory_message() throws Exception {
    assertThat(send("erp.events", "finance.posted.v1", "journal")).isFalse();
    assertThat(count("erp.unrouted")).isZero();

    template.setMandatory(false);
    assertThat(send("erp.events", "finance.posted.v1", "journal")).isTrue();
    assertThat(count("erp.unrouted")).isZero();
  }

  @Test
  void dead_letters_a_rejected_message_at_once() throws Exception {
    send("erp.events", "inventory.sales.v1", "sale");
    reject("finance.journal");

    assertThat(template.receive("finance.journal.dead", 5_000)).isNotNull();
    assertThat(count("finance.journal")).isZero();
  }

  @Test
  void drops_a_rejected_message_where_no_dead_letter_exchange_is_declared() throws Exception {
    send("hub.dead", "inventory.outbox.dead", "row");
    reject("inventory.outbox.dead");

    await().until(() -> count("inventory.outbox.dead") == 0);
  }

  @Test
  void brings_a_waiting_message_back_to_its_work_queue() throws Exception {
    send("hub.retry", "finance.journal.retry.300ms", "sale");

    assertThat(count("finance.journal.retry.300ms")).isEqualTo(1);
    Message message = template.receive("finance.journal", 10_000);
    assertThat(message).isNotNull();
    // RabbitMQ says hub.return and finance.journal here.
    assertThat(message.getMessageProperties().getReceivedExchange()).isEqualTo("hub.retry");
    assertThat(message.getMessageProperties().getReceivedRoutingKey())
        .isEqualTo("finance.journal.retry.300ms");
  }

  @Test
  void takes_sixteen_mebibytes_and_no_more() throws Exception {
    assertThat(send("erp.events", "inventory.sales.v1", "x".repeat(16 * MIB))).isTrue();
    assertThat(template.receive("finance.journal", 10_000).getBody()).hasSize(16 * MIB);

    assertThat(send("erp.events", "inventory.sales.v1", "x".repeat(16 * MIB + 1))).isFalse();
    assertThat(count("finance.journal")).isZero();
  }

  @Test
  void declares_again_over_what_a_restart_brought_back() throws Exception {
    send("erp.events", "inventory.sales.v1", "sale");
    context.close();
    connections.destroy();
    servers.close();
    start();
    declare();

    assertThat(template.receive("finance.journal", 5_000)).isNotNull();
    send("erp.events", "inventory.sales.v1", "another");
    assertThat(template.receive("finance.journal", 5_000)).isNotNull();
  }

  /** Whether the broker confirmed it and did not send it back. */
  private boolean send(String exchange, String key, String body) throws Exception {
    var properties = new MessageProperties();
    properties.setContentType("application/json");
    var correlation = new CorrelationData();
    template.send(exchange, key, new Message(body.getBytes(UTF_8), properties), correlation);
    try {
      return correlation.getFuture().get(20, TimeUnit.SECONDS).isAck()
          && correlation.getReturned() == null;
    } catch (ExecutionException channelClosed) {
      return false;
    }
  }

  private void reject(String queue) {
    template.execute(
        channel -> {
          GetResponse message =
              await()
                  .atMost(Duration.ofSeconds(5))
                  .until(() -> channel.basicGet(queue, false), got -> got != null);
          channel.basicNack(message.getEnvelope().getDeliveryTag(), false, false);
          return null;
        });
  }

  private long count(String queue) {
    Long messages =
        template.execute(
            (Channel channel) -> {
              AMQP.Queue.DeclareOk ok = channel.queueDeclarePassive(queue);
              return (long) ok.getMessageCount();
            });
    return messages == null ? -1 : messages;
  }
}
