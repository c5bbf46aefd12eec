package io.tallyline.faults.inject;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConfirmListener;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeoutException;
import org.springframework.amqp.rabbit.connection.AbstractConnectionFactory;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/** Connections whose channels know what the hub publishes, confirms and acknowledges. */
final class WatchedBroker extends ConnectionFactory {
  private static final String CONSUMED = "finance.journal";

  // Since the last acknowledgement of the work queue's consumer.
  private static volatile boolean posted;
  private static volatile boolean waits;
  private static volatile boolean dead;

  private final Orders orders;

  private WatchedBroker(Orders orders) {
    this.orders = orders;
  }

  /** A batch of journals was committed. */
  static void posted() {
    posted = true;
  }

  /** Puts itself in the place of the client's own factory, for consumers and publishers. */
  static void watch(CachingConnectionFactory broker, Orders orders) {
    try {
      WatchedBroker watched = new WatchedBroker(orders);
      copySettings(broker.getRabbitConnectionFactory(), watched);
      Field client = AbstractConnectionFactory.class.getDeclaredField("rabbitConnectionFactory");
      client.setAccessible(true);
      client.set(broker, watched);
      if (broker.getPublisherConnectionFactory() != null) {
        client.set(broker.getPublisherConnectionFactory(), watched);
      }
    } catch (ReflectiveOperationException otherVersion) {
      throw new IllegalStateException(
          "this version of Spring AMQP is built otherwise", otherVersion);
    }
  }

  private static void copySettings(ConnectionFactory from, ConnectionFactory to)
      throws ReflectiveOperationException {
    for (Field setting : ConnectionFactory.class.getDeclaredFields()) {
      if (!Modifier.isStatic(setting.getModifiers())) {
        setting.setAccessible(true);
        setting.set(to, setting.get(from));
      }
    }
  }

  @Override
  public Connection newConnection(
      ExecutorService executor, com.rabbitmq.client.AddressResolver addresses, String name)
      throws IOException, TimeoutException {
    Connection connection = super.newConnection(executor, addresses, name);
    return (Connection)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {Connection.class, com.rabbitmq.client.impl.NetworkConnection.class},
            (proxy, method, arguments) -> {
              Object result = call(connection, method, arguments);
              return result instanceof Channel channel ? watched(channel) : result;
            });
  }

  private Channel watched(Channel channel) {
    return (Channel)
        Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Channel.class}, new Watched(channel));
  }

  private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException failure) {
      throw failure.getCause();
    }
  }

  private final class Watched implements InvocationHandler {
    private final Channel channel;
    private ConfirmListener listener;
    private boolean consumesJournals;

    Watched(Channel channel) {
      this.channel = channel;
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
      return switch (method.getName()) {
        case "basicPublish" -> publish(method, arguments);
        case "basicConsume" -> consume(method, arguments);
        case "basicAck" -> ack(method, arguments);
        case "addConfirmListener" -> listen(method, arguments);
        default -> call(channel, method, arguments);
      };
    }

    private Object listen(Method method, Object[] arguments) throws Throwable {
      if (orders.mutated(Mutation.CONFIRMS_OFF) && arguments[0] instanceof ConfirmListener known) {
        listener = known;
        return null;
      }
      return call(channel, method, arguments);
    }

    private Object publish(Method method, Object[] arguments) throws Throwable {
      String exchange = String.valueOf(arguments[0]);
      String key = String.valueOf(arguments[1]);
      boolean event = exchange.equals("erp.events") && key.startsWith("inventory.");
      if (event) {
        orders.at(Point.R1);
      }
      if (orders.mutated(Mutation.RETURNS_IGNORED) && arguments.length == 5) {
        arguments[2] = false;
      }
      long number = channel.getNextPublishSeqNo();
      Object result = call(channel, method, arguments);
      if (event) {
        orders.at(Point.R2);
      }
      if (exchange.equals("hub.retry")) {
        waits = true;
        orders.at(Point.C4);
      }
      if (exchange.equals("hub.dead") && key.equals("finance.journal.dead")) {
        dead = true;
      }
      if (listener != null) {
        listener.handleAck(number, false);
      }
      return result;
    }

    private Object consume(Method method, Object[] arguments) throws Throwable {
      int last = arguments.length - 1;
      if (CONSUMED.equals(arguments[0]) && arguments[last] instanceof Consumer consumer) {
        consumesJournals = true;
        arguments[last] = watchedConsumer(consumer);
        if (orders.mutated(Mutation.ACK_BEFORE_COMMIT)) {
          arguments[1] = true;
        }
      }
      return call(channel, method, arguments);
    }

    private Object ack(Method method, Object[] arguments) throws Throwable {
      if (!consumesJournals) {
        return call(channel, method, arguments);
      }
      if (posted) {
        orders.at(Point.C3);
      }
      if (waits) {
        orders.at(Point.C5);
      }
      if (dead) {
        orders.at(Point.C6);
      }
      posted = false;
      waits = false;
      dead = false;
      return orders.mutated(Mutation.ACK_BEFORE_COMMIT) ? null : call(channel, method, arguments);
    }

    private Consumer watchedConsumer(Consumer consumer) {
      return (Consumer)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {Consumer.class},
              (proxy, method, arguments) ->
                  method.getName().equals("handleDelivery") && wasThere(arguments)
                      ? null
                      : call(consumer, method, arguments));
    }

    /** Counts redeliveries; true if a mutation has the message dropped for its id. */
    private boolean wasThere(Object[] delivery) throws IOException {
      Envelope envelope = (Envelope) delivery[1];
      if (envelope.isRedeliver()) {
        orders.count("redelivered");
      }
      if (!orders.mutated(Mutation.KEY_BEFORE_WORK)) {
        return false;
      }
      String id = ((AMQP.BasicProperties) delivery[2]).getMessageId() + "\n";
      if (orders.remembers("keys", id)) {
        channel.basicAck(envelope.getDeliveryTag(), false);
        return true;
      }
      orders.remember("keys", id);
      return false;
    }
  }
}
