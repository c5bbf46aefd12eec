package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;
import io.tallyline.testing.RabbitNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/** Prints how many confirmed messages a second go into a quorum queue; asserts nothing. */
public final class PublishSpeed {
  private static final String QUEUE = "speed";
  private static final int BODY_BYTES = 1_600;
  private static final int MESSAGES = 40_000;

  private PublishSpeed() {}

  public static void main(String[] arguments) throws Exception {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    try (var connection = node.client(virtualHost).newConnection();
        var channel = connection.createChannel()) {
      channel.queueDeclare(QUEUE, true, false, false, Map.of("x-queue-type", "quorum"));
      CachingConnectionFactory connections = node.spring(virtualHost);
      try (var publisher = new ConfirmedPublisher(connections, "speed", Duration.ofSeconds(30))) {
        measure(publisher, 1_000);
        for (int batch : new int[] {500, 1_000, 2_000}) {
          channel.queuePurge(QUEUE);
          System.out.printf(
              "batches of %,d: %,d confirmed messages/s%n", batch, measure(publisher, batch));
        }
      }
      connections.destroy();
    }
  }

  private static long measure(ConfirmedPublisher publisher, int batch) throws PublishFailed {
    byte[] body = new byte[BODY_BYTES];
    long start = System.nanoTime();
    for (int sent = 0; sent < MESSAGES; sent += batch) {
      List<Outgoing> messages =
          IntStream.range(0, batch)
              .mapToObj(
                  index ->
                      new Outgoing(
                          "",
                          QUEUE,
                          new AMQP.BasicProperties.Builder()
                              .messageId(UUID.randomUUID().toString())
                              .deliveryMode(2)
                              .contentType("application/json")
                              .build(),
                          body,
                          true))
              .toList();
      publisher.publish(messages);
    }
    return MESSAGES * 1_000_000_000L / (System.nanoTime() - start);
  }
}
