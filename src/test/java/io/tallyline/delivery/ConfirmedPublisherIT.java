package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.tallyline.delivery.PublishFailed.Kind;
import io.tallyline.testing.RabbitNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

class ConfirmedPublisherIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String QUEUE = "orders";

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final CachingConnectionFactory connections = node.spring(virtualHost);
  private final ConfirmedPublisher publisher = new ConfirmedPublisher(connections, "test", TIMEOUT);

  @BeforeEach
  void declare_a_queue() throws Exception {
    declare(QUEUE, Map.of("x-queue-type", "quorum"));
  }

  @AfterEach
  void close() {
    publisher.close();
    connections.destroy();
  }

  @Test
  void returns_when_every_message_is_confirmed() throws Exception {
    publisher.publish(batch(1_000, QUEUE));

    assertThat(depth(QUEUE)).isEqualTo(1_000);
  }

  @Test
  void keeps_the_order_of_a_batch() throws Exception {
    publisher.publish(batch(50, QUEUE));

    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      for (int index = 0; index < 50; index++) {
        GetResponse got = channel.basicGet(QUEUE, true);
        assertThat(got.getProps().getMessageId()).isEqualTo("message-" + index);
      }
    }
  }

  @Test
  void names_the_messages_that_no_queue_is_bound_for() throws Exception {
    List<Outgoing> batch =
        IntStream.range(0, 10)
            .mapToObj(index -> message(index, index % 4 == 3 ? "nowhere" : QUEUE, 100))
            .toList();

    PublishFailed failed = failureOf(batch);

    assertThat(failed.kind()).isEqualTo(Kind.RETURNED);
    assertThat(failed.returned()).containsOnlyKeys(3, 7);
    assertThat(failed.returned().get(3).code()).isEqualTo(AMQP.NO_ROUTE);
    assertThat(failed.confirmed().cardinality()).isEqualTo(8);
    assertThat(failed).hasMessageStartingWith("DEL-005 ").hasMessageContaining("message-3");
    assertThat(depth(QUEUE)).isEqualTo(8);
  }

  @Test
  void tells_returned_messages_apart_that_share_an_id() {
    var sameId = new AMQP.BasicProperties.Builder().messageId("same").build();
    var batch =
        List.of(
            new Outgoing("", QUEUE, sameId, bytes("a"), true),
            new Outgoing("", "nowhere", sameId, bytes("b"), true),
            new Outgoing("", "nowhere", sameId, bytes("b"), false),
            new Outgoing("", "nowhere", sameId, bytes("b"), true));

    PublishFailed failed = failureOf(batch);

    assertThat(failed.returned()).containsOnlyKeys(1, 3);
    assertThat(failed.confirmed()).isEqualTo(bits(0, 2));
  }

  @Test
  void publishes_what_needs_no_queue_without_mandatory() throws Exception {
    publisher.publish(
        List.of(
            new Outgoing(
                "", "nowhere", new AMQP.BasicProperties.Builder().build(), bytes("x"), false)));
  }

  @Test
  void names_the_messages_that_a_full_queue_nacks() throws Exception {
    declare("small", Map.of("x-max-length", 2, "x-overflow", "reject-publish"));

    PublishFailed failed = failureOf(batch(5, "small"));

    assertThat(failed.kind()).isEqualTo(Kind.NACKED);
    assertThat(failed.nacked()).isEqualTo(bits(2, 3, 4));
    assertThat(failed.confirmed()).isEqualTo(bits(0, 1));
    assertThat(failed.code()).isEqualTo("DEL-004");
  }

  @Test
  void reports_a_missing_exchange_and_works_again() throws Exception {
    Outgoing lost =
        new Outgoing(
            "no.such.exchange",
            "key",
            new AMQP.BasicProperties.Builder().messageId("lost").build(),
            bytes("x"),
            true);

    PublishFailed failed = failureOf(List.of(lost));

    assertThat(failed.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failed.refused()).isZero();
    assertThat(failed).hasMessageContaining("no.such.exchange");
    publisher.publish(batch(3, QUEUE));
    assertThat(depth(QUEUE)).isEqualTo(3);
  }

  @Test
  void refuses_what_is_larger_than_the_broker_takes_and_works_again() throws Exception {
    PublishFailed failed =
        failureOf(List.of(message(0, QUEUE, 10), message(1, QUEUE, 17 * 1024 * 1024)));

    assertThat(failed.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failed.refused()).isEqualTo(1);
    assertThat(failed).hasMessageContaining("17825792 bytes");
    publisher.publish(List.of(message(2, QUEUE, 16 * 1024 * 1024)));
    assertThat(depth(QUEUE)).isEqualTo(1);
  }

  @Test
  void names_the_message_whose_headers_fit_no_frame_and_works_again() throws Exception {
    var huge =
        new AMQP.BasicProperties.Builder()
            .messageId("huge")
            .headers(Map.of("h", "x".repeat(200_000)))
            .build();

    PublishFailed failed =
        failureOf(List.of(message(0, QUEUE, 10), new Outgoing("", QUEUE, huge, bytes("x"), true)));

    assertThat(failed.kind()).isEqualTo(Kind.REFUSED);
    assertThat(failed.refused()).isEqualTo(1);
    publisher.publish(batch(1, QUEUE));
  }

  @Test
  void refuses_a_user_id_of_somebody_else() {
    var forged = new AMQP.BasicProperties.Builder().messageId("m").userId("root").build();

    PublishFailed failed = failureOf(List.of(new Outgoing("", QUEUE, forged, bytes("x"), true)));

    assertThat(failed.kind()).isEqualTo(Kind.REFUSED);
  }

  @Test
  void fails_in_time_when_the_broker_dies_and_works_after_its_restart() throws Exception {
    publisher.publish(batch(1, QUEUE));
    long baseline = channels();

    for (int round = 0; round < 3; round++) {
      var publishing =
          CompletableFuture.supplyAsync(
              () -> {
                while (true) {
                  long start = System.nanoTime();
                  try {
                    publisher.publish(batch(500, QUEUE));
                  } catch (PublishFailed failed) {
                    return new Failed(failed, Duration.ofNanos(System.nanoTime() - start));
                  }
                }
              });
      await().until(() -> depth(QUEUE) > 500);
      node.kill();
      Failed failed = publishing.get();

      assertThat(failed.failure.kind()).isIn(Kind.BROKER_AWAY, Kind.TIMEOUT);
      assertThat(failed.after).isLessThan(TIMEOUT.plusSeconds(1));
      assertThat(failureOf(batch(1, QUEUE)).kind()).isEqualTo(Kind.BROKER_AWAY);

      node.start();
      await().atMost(Duration.ofSeconds(60)).until(() -> publishes(batch(10, QUEUE)));
      purge(QUEUE);
    }

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(channels()).isEqualTo(baseline));
  }

  @Test
  void fails_in_time_under_a_memory_alarm_and_recovers() throws Exception {
    publisher.publish(batch(1, QUEUE));
    node.rabbitmqctl("set_vm_memory_high_watermark", "0.00001");
    try {
      // More than any socket buffer holds, so that writing itself gets stuck.
      List<Outgoing> large =
          IntStream.range(0, 20).mapToObj(index -> message(index, QUEUE, 4 << 20)).toList();
      for (int round = 0; round < 2; round++) {
        long start = System.nanoTime();
        PublishFailed failed = failureOf(large);

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.plusSeconds(1));
        assertThat(failed.kind()).isEqualTo(Kind.BROKER_BLOCKED);
      }
      assertThat(publisher.blockedBecause()).isNotNull();
    } finally {
      node.rabbitmqctl("set_vm_memory_high_watermark", "0.4");
    }

    await().atMost(Duration.ofSeconds(60)).until(() -> publishes(batch(10, QUEUE)));
    assertThat(publisher.blockedBecause()).isNull();
    await().untilAsserted(() -> assertThat(channels()).isEqualTo(1));
  }

  @Test
  void lets_several_threads_publish() throws Exception {
    List<CompletableFuture<Boolean>> all =
        IntStream.range(0, 4)
            .mapToObj(thread -> CompletableFuture.supplyAsync(() -> publishes(batch(200, QUEUE))))
            .toList();

    for (var one : all) {
      assertThat(one.get()).isTrue();
    }
    assertThat(depth(QUEUE)).isEqualTo(800);
  }

  @Test
  void publishes_nothing_after_it_was_closed() {
    publisher.close();

    assertThat(failureOf(batch(1, QUEUE)).kind()).isEqualTo(Kind.STOPPED);
  }

  private record Failed(PublishFailed failure, Duration after) {}

  private PublishFailed failureOf(List<Outgoing> batch) {
    return catchThrowableOfType(PublishFailed.class, () -> publisher.publish(batch));
  }

  private boolean publishes(List<Outgoing> batch) {
    try {
      publisher.publish(batch);
      return true;
    } catch (PublishFailed e) {
      return false;
    }
  }

  private static List<Outgoing> batch(int messages, String queue) {
    return IntStream.range(0, messages).mapToObj(index -> message(index, queue, 200)).toList();
  }

  private static Outgoing message(int index, String queue, int bytes) {
    var properties =
        new AMQP.BasicProperties.Builder().messageId("message-" + index).deliveryMode(2).build();
    return new Outgoing("", queue, properties, new byte[bytes], true);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static BitSet bits(int... indices) {
    var bits = new BitSet();
    IntStream.of(indices).forEach(bits::set);
    return bits;
  }

  /** Open channels in this test's virtual host, by the broker's account. */
  private long channels() {
    return node.rabbitmqctl(
            "list_channels", "-q", "--no-table-headers", "-p", virtualHost, "pid", "vhost")
        .lines()
        .filter(line -> line.contains(virtualHost))
        .count();
  }

  private void declare(String queue, Map<String, Object> arguments) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      channel.queueDeclare(queue, true, false, false, arguments);
    }
  }

  private void purge(String queue) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      channel.queuePurge(queue);
    }
  }

  private int depth(String queue) throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection();
        Channel channel = connection.createChannel()) {
      return channel.queueDeclarePassive(queue).getMessageCount();
    }
  }
}
