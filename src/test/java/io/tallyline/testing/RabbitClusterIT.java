package io.tallyline.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.MessageProperties;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RabbitClusterIT {
  @Test
  void a_queue_gets_another_leader_when_its_leader_is_killed() throws Exception {
    try (RabbitCluster cluster = RabbitCluster.started()) {
      String virtualHost = cluster.newVirtualHost();
      try (Connection connection = cluster.nodes().get(1).client(virtualHost).newConnection()) {
        Channel channel = connection.createChannel();
        channel.confirmSelect();
        channel.queueDeclare("work", true, false, false, Map.of("x-queue-type", "quorum"));
        channel.basicPublish("", "work", MessageProperties.MINIMAL_PERSISTENT_BASIC, new byte[1]);
        channel.waitForConfirmsOrDie(30_000);
      }
      assertThat(cluster.nodes()).hasSize(3).allMatch(RabbitNode::isRunning);
      RabbitNode first = cluster.leader(virtualHost, "work");

      first.kill();
      RabbitNode second = cluster.leader(virtualHost, "work");

      assertThat(second).isNotSameAs(first);
      try (var queues = new Queues(second, virtualHost)) {
        await().atMost(Duration.ofSeconds(30)).until(() -> queues.count("work") == 1);
      }
      first.start();
      assertThat(first.isRunning()).isTrue();
    }
  }
}
