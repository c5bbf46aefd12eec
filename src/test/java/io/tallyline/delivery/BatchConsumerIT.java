package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.StartRefused;
import io.tallyline.testing.RabbitNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.AmqpRejectAndDontRequeueException;
import org.springframework.amqp.ImmediateAcknowledgeAmqpException;
import org.springframework.amqp.core.Message;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class BatchConsumerIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private ConfigurableApplicationContext hub;
  private Received received;

  @BeforeEach
  void start() {
    Awaitility.setDefaultTimeout(SOON);
    hub =
        new SpringApplicationBuilder(Hub.class)
            .web(WebApplicationType.NONE)
            .properties(
                Map.ofEntries(
                    Map.entry("spring.rabbitmq.addresses", node.address()),
                    Map.entry("spring.rabbitmq.username", node.username()),
                    Map.entry("spring.rabbitmq.password", node.password()),
                    Map.entry("spring.rabbitmq.virtual-host", virtualHost),
                    Map.entry("hub.delivery.batch-size", "100"),
                    Map.entry("hub.delivery.failure-wait", "200ms"),
                    Map.entry("hub.delivery.failure-wait-most", "400ms"),
                    Map.entry("hub.delivery.batch-wait", "50ms"),
                    Map.entry(
                        "camel.main.routes-include-pattern",
                        "classpath:delivery/consume-batches.camel.yaml"),
                    Map.entry("spring.main.banner-mode", "off"),
                    Map.entry("logging.level.root", "warn")))
            .run();
    received = hub.getBean(Received.class);
    await().until(() -> consumers() == 1);
  }

  @AfterEach
  void stop() {
    received.carryOn.release(1_000);
    hub.close();
    Awaitility.reset();
  }

  @Test
  void gives_a_route_whole_batches_and_no_headers_of_the_sender() throws Exception {
    publish(1_000);

    await().until(() -> received.messages() == 1_000);
    assertThat(received.batches).allSatisfy(batch -> assertThat(batch).hasSizeBetween(1, 100));
    assertThat(received.batches).hasSizeLessThan(200);
    assertThat(received.batches.stream().flatMap(List::stream))
        .extracting(message -> message.getMessageProperties().getMessageId())
        .containsExactlyElementsOf(IntStream.range(0, 1_000).mapToObj(i -> "m-" + i).toList());
    assertThat(received.headers).allSatisfy(headers -> assertThat(headers).isEmpty());
    Message first = received.batches.get(0).get(0);
    assertThat(first.getBody()).isEqualTo(new byte[] {0});
    assertThat((Object) first.getMessageProperties().getHeader("CamelBeanMethodName"))
        .isEqualTo("attack");
    assertThat(leftInQueue()).isZero();
  }

  @Test
  void acknowledges_a_batch_only_after_the_route_has_ended() throws Exception {
    received.hold = true;
    publish(10);

    assertThat(received.arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    await().untilAsserted(() -> assertThat(messages(Names.JOURNAL_QUEUE)).isEqualTo(10));
    received.hold = false;
    received.carryOn.release(10);

    assertThat(leftInQueue()).isZero();
    assertThat(received.messages()).isEqualTo(10);
  }

  @Test
  void puts_a_failed_batch_back_whole_whatever_the_exception() throws Exception {
    var failures =
        List.<RuntimeException>of(
            new IllegalStateException("database away"),
            new AmqpRejectAndDontRequeueException("would be dropped"),
            new ImmediateAcknowledgeAmqpException("would be acknowledged"),
            new ClassCastException("would be fatal"));
    var left = new ArrayList<>(failures);
    received.failWith =
        batch -> {
          if (!left.isEmpty()) {
            throw left.remove(0);
          }
        };
    long start = System.nanoTime();

    publish(5);

    await().until(() -> received.messages() >= 5 && left.isEmpty());
    assertThat(leftInQueue()).isZero();
    assertThat(received.ids()).containsAll(IntStream.range(0, 5).mapToObj(i -> "m-" + i).toList());
    assertThat(ready(Names.JOURNAL_DEAD_QUEUE)).isZero();
    assertThat(received.failures).isEqualTo(4);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .as("pauses of 200, 400, 400 and 400 ms")
        .isGreaterThan(Duration.ofMillis(1_400));
  }

  @Test
  void finishes_the_batch_in_flight_when_it_stops() throws Exception {
    received.hold = true;
    publish(300);
    assertThat(received.arrived.tryAcquire(30, TimeUnit.SECONDS)).isTrue();

    var stopping =
        CompletableFuture.runAsync(
            () -> {
              try {
                hub.getBean(CamelContext.class).getRouteController().stopRoute("consume-batches");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    received.hold = false;
    received.carryOn.release(1_000);
    stopping.get(30, TimeUnit.SECONDS);

    await().until(() -> consumers() == 0);
    await()
        .untilAsserted(
            () -> assertThat(ready(Names.JOURNAL_QUEUE)).isEqualTo(300 - received.messages()));
    assertThat(received.messages()).isPositive();
    assertThat(received.ids()).doesNotHaveDuplicates();
  }

  @Test
  void stops_at_once_during_the_pause_after_a_failure() throws Exception {
    received.failWith =
        batch -> {
          throw new IllegalStateException("always");
        };
    publish(3);
    await().until(() -> received.failures > 0);

    hub.getBean(CamelContext.class).getRouteController().stopRoute("consume-batches");

    await().untilAsserted(() -> assertThat(ready(Names.JOURNAL_QUEUE)).isEqualTo(3));
  }

  @Test
  void consumes_and_publishes_on_different_connections() throws Exception {
    publish(1);
    await().until(() -> received.messages() == 1);

    // The broker counts at intervals.
    await().untilAsserted(this::connectionsDiffer);
  }

  private void connectionsDiffer() {
    List<String> users =
        node.rabbitmqctl(
                "list_channels",
                "-q",
                "--no-table-headers",
                "vhost",
                "connection",
                "consumer_count",
                "confirm")
            .lines()
            .filter(line -> line.startsWith(virtualHost + "\t"))
            .toList();
    String consuming = only(users, line -> !line.contains("\t0\t"));
    String publishing = only(users, line -> line.endsWith("\ttrue"));

    assertThat(consuming).isNotEqualTo(publishing);
  }

  @Test
  void consumes_again_by_itself_after_the_broker_was_killed() throws Exception {
    publish(5);
    await().until(() -> received.messages() == 5);
    node.kill();
    node.start();
    // A quorum queue has no leader at first: its publishes are repeated, as the relay does.
    await().atMost(Duration.ofSeconds(90)).until(() -> publishes(5));

    await().atMost(Duration.ofSeconds(90)).until(() -> received.ids().size() >= 10);
  }

  @Test
  void refuses_a_route_that_could_lose_messages() {
    var factory = hub.getBean(BatchListenerContainerFactory.class);
    var endpoint =
        hub.getBean(CamelContext.class)
            .getEndpoint(
                "spring-rabbitmq:default?queues=finance.journal&autoDeclare=false&disableReplyTo=true&maximumRetryAttempts=5",
                SpringRabbitMQEndpoint.class);

    assertThatThrownBy(() -> factory.createListenerContainer(endpoint))
        .isInstanceOf(StartRefused.class)
        .hasMessageStartingWith("DEL-020 ")
        .hasMessageContaining("maximumRetryAttempts: 0");
  }

  private void publish(int messages) throws Exception {
    var properties =
        new AMQP.BasicProperties.Builder()
            .deliveryMode(2)
            .replyTo(Names.UNROUTED)
            .headers(Map.of("CamelBeanMethodName", "attack", "hub-attempts", 7));
    hub.getBean(ConfirmedPublisher.class)
        .publish(
            IntStream.range(0, messages)
                .mapToObj(
                    i ->
                        new Outgoing(
                            Names.EVENTS_EXCHANGE,
                            "inventory.sales-transaction-created.v1",
                            properties.messageId("m-" + i).build(),
                            new byte[] {(byte) i},
                            true))
                .toList());
  }

  private boolean publishes(int messages) throws Exception {
    try {
      publish(messages);
      return true;
    } catch (PublishFailed e) {
      return false;
    }
  }

  private static String only(List<String> lines, java.util.function.Predicate<String> wanted) {
    List<String> found =
        lines.stream().filter(wanted).map(line -> line.split("\t")[1]).distinct().toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private long consumers() throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      return channel.consumerCount(Names.JOURNAL_QUEUE);
    }
  }

  private long ready(String queue) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      return channel.messageCount(queue);
    }
  }

  /** What the consumer did not acknowledge is back once it has stopped. */
  private long leftInQueue() throws Exception {
    hub.getBean(CamelContext.class).getRouteController().stopRoute("consume-batches");
    await().until(() -> consumers() == 0);
    return ready(Names.JOURNAL_QUEUE);
  }

  /** Ready and unacknowledged ones, some seconds old: a quorum queue reports at intervals. */
  private long messages(String queue) {
    return node.rabbitmqctl(
            "list_queues", "-q", "--no-table-headers", "-p", virtualHost, "name", "messages")
        .lines()
        .filter(line -> line.startsWith(queue + "\t"))
        .mapToLong(line -> Long.parseLong(line.split("\t")[1]))
        .sum();
  }

  /** What the route hands its batches to. */
  static final class Received {
    final List<List<Message>> batches = new CopyOnWriteArrayList<>();
    final List<Map<String, Object>> headers = new CopyOnWriteArrayList<>();
    final Semaphore arrived = new Semaphore(0);
    final Semaphore carryOn = new Semaphore(0);
    volatile boolean hold;
    volatile int failures;
    volatile Consumer<List<Message>> failWith = batch -> {};

    @SuppressWarnings("unchecked")
    public void handle(Exchange exchange) throws InterruptedException {
      List<Message> batch = exchange.getMessage().getBody(List.class);
      arrived.release();
      if (hold) {
        carryOn.acquire();
      }
      try {
        failWith.accept(batch);
      } catch (RuntimeException e) {
        failures++;
        throw e;
      }
      headers.add(Map.copyOf(exchange.getMessage().getHeaders()));
      batches.add(batch);
    }

    int messages() {
      return batches.stream().mapToInt(List::size).sum();
    }

    List<String> ids() {
      return batches.stream()
          .flatMap(List::stream)
          .map(message -> message.getMessageProperties().getMessageId())
          .toList();
    }
  }

  @Configuration
  @EnableAutoConfiguration(
      exclude = {DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
  @Import(Delivery.class)
  static class Hub {
    @Bean
    Received received() {
      return new Received();
    }

    @Bean
    InstantSource clock() {
      return InstantSource.system();
    }
  }
}
