package io.tallyline.bench.handwritten;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.tallyline.bench.shared.Topology;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes many messages and then waits once, until the broker has confirmed all of them. */
final class ConfirmedChannel {
  private static final long LONGEST_WAIT_MILLIS = 10_000;

  private final Channel channel;
  private final AtomicInteger returned = new AtomicInteger();

  ConfirmedChannel(Connection connection) throws IOException {
    channel = connection.createChannel();
    channel.confirmSelect();
    channel.addReturnListener(message -> returned.incrementAndGet());
  }

  void publish(String exchange, String key, AMQP.BasicProperties properties, byte[] body)
      throws IOException {
    // Announcements may have no subscriber: only other messages must find a queue.
    boolean mandatory = !key.equals(Announcement.KEY);
    channel.basicPublish(exchange, key, mandatory, properties, body);
  }

  /** With its reason, to the dead-letter queue of that name. */
  void publishDead(String queue, AMQP.BasicProperties properties, byte[] body, String reason)
      throws IOException {
    publish(
        Topology.DEAD,
        queue,
        properties.builder().headers(Map.of("hub-reason", reason, "hub-queue", queue)).build(),
        body);
  }

  /**
   * @throws IOException if a message was refused, returned or not confirmed in time
   */
  void awaitConfirms() throws IOException {
    try {
      channel.waitForConfirmsOrDie(LONGEST_WAIT_MILLIS);
    } catch (TimeoutException late) {
      throw new IOException(late);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException(stopped);
    }
    if (returned.getAndSet(0) > 0) {
      throw new IOException("messages were returned: no queue is bound for them");
    }
  }
}
