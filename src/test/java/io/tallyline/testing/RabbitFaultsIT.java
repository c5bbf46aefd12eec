package io.tallyline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The ways a broker can fail its clients while its machine stands. */
class RabbitFaultsIT {
  private static final Map<String, Object> QUORUM = Map.of("x-queue-type", "quorum");

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();

  @Test
  void a_stopped_application_ends_connections_and_keeps_messages() throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection()) {
      Channel channel = publishing(connection);
      channel.queueDeclare("kept", true, false, false, QUORUM);
      channel.basicPublish("", "kept", MessageProperties.MINIMAL_PERSISTENT_BASIC, new byte[1]);
      channel.waitForConfirmsOrDie(30_000);

      node.stopApplication();

      await().until(() -> !connection.isOpen());
      assertThatThrownBy(connection::createChannel).isInstanceOf(AlreadyClosedException.class);
    } catch (AlreadyClosedException closedByBroker) {
      assertThat(closedByBroker).isNotNull();
    } finally {
      node.startApplication();
    }
    try (var queues = new Queues(node, virtualHost)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> queues.count("kept") == 1);
    }
  }

  @Test
  void an_alarm_stops_publishers_until_it_ends() throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection()) {
      Channel channel = publishing(connection);
      channel.queueDeclare("alarmed", true, false, false, QUORUM);
      node.alarm(true);
      try {
        channel.basicPublish("", "alarmed", null, new byte[1]);
        assertThatThrownBy(() -> channel.waitForConfirms(2_000))
            .isInstanceOf(TimeoutException.class);
      } finally {
        node.alarm(false);
      }
      assertThat(channel.waitForConfirms(30_000)).isTrue();
    }
  }

  @Test
  void a_full_queue_refuses_and_takes_again() throws Exception {
    try (Connection connection = node.client(virtualHost).newConnection()) {
      Channel channel = publishing(connection);
      channel.queueDeclare("finance.full", true, false, false, QUORUM);
      node.limit(virtualHost, "finance.full", 2);

      await().atMost(Duration.ofSeconds(30)).until(() -> !confirmed(channel, "finance.full"));
      channel.queuePurge("finance.full");
      await().atMost(Duration.ofSeconds(30)).until(() -> confirmed(channel, "finance.full"));
      node.liftLimit(virtualHost, "finance.full");
    }
  }

  @Test
  void a_binding_can_be_taken_away_and_given_back() throws Exception {
    try (var queues = new Queues(node, virtualHost)) {
      queues.channel().exchangeDeclare("events", "topic", true);
      queues.bind("bound", "events", "#", QUORUM);
      queues.unbind("bound", "events", "#");
      queues.publish("events", "a", null, new byte[1]);
      queues.rebind("bound", "events", "#");
      queues.publish("events", "b", null, new byte[1]);
      queues.channel().exchangeDeclare("others", "topic", true);
      queues.bind("other", "others", "b", QUORUM);

      assertThat(queues.sendOn("bound", "others")).isEqualTo(1);
      await().until(() -> queues.count("other") == 1);
    }
  }

  private static Channel publishing(Connection connection) throws IOException {
    Channel channel = connection.createChannel();
    channel.confirmSelect();
    return channel;
  }

  private static boolean confirmed(Channel channel, String queue) throws Exception {
    channel.basicPublish("", queue, null, new byte[1]);
    return channel.waitForConfirms(10_000);
  }
}
