package io.tallyline.testing;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** A plain AMQP client beside the hub: what another system would see and do. */
public final class Queues implements AutoCloseable {
  private final Connection connection;
  private Channel channel;

  public Queues(RabbitNode node, String virtualHost) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(node.port());
    factory.setUsername(node.username());
    factory.setPassword(node.password());
    factory.setVirtualHost(virtualHost);
    try {
      connection = factory.newConnection("test");
      channel = connection.createChannel();
      channel.confirmSelect();
    } catch (IOException | TimeoutException failure) {
      throw new IllegalStateException(failure);
    }
  }

  public Channel channel() {
    return channel;
  }

  public void publish(String exchange, String key, AMQP.BasicProperties properties, byte[] body) {
    try {
      channel.basicPublish(exchange, key, properties, body);
      channel.waitForConfirmsOrDie(10_000);
    } catch (IOException | InterruptedException | TimeoutException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** A queue of the test's own, bound to an exchange. */
  public String bind(String queue, String exchange, String key, Map<String, Object> arguments) {
    try {
      channel.queueDeclare(queue, true, false, false, arguments);
      channel.queueBind(queue, exchange, key);
      return queue;
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** As if somebody had removed a binding by mistake. */
  public void unbind(String queue, String exchange, String key) {
    try {
      channel.queueUnbind(queue, exchange, key);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Undoes {@link #unbind(String, String, String)}. */
  public void rebind(String queue, String exchange, String key) {
    try {
      channel.queueBind(queue, exchange, key);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /**
   * Sends everything that is ready to an exchange, by the key it came with; each message is
   * confirmed before it is taken away.
   */
  public int sendOn(String queue, String exchange) {
    int sent = 0;
    try {
      GetResponse message = channel.basicGet(queue, false);
      while (message != null) {
        String key = message.getEnvelope().getRoutingKey();
        publish(exchange, key, message.getProps(), message.getBody());
        channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
        sent++;
        message = channel.basicGet(queue, false);
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
    return sent;
  }

  public long count(String queue) {
    try {
      return channel.messageCount(queue);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** Takes everything that is ready. */
  public List<GetResponse> drain(String queue) {
    List<GetResponse> messages = new ArrayList<>();
    try {
      GetResponse message = channel.basicGet(queue, true);
      while (message != null) {
        messages.add(message);
        message = channel.basicGet(queue, true);
      }
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
    return messages;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (AlreadyClosedException closed) {
      // The broker was stopped on purpose, which comes to the same.
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
