package io.tallyline.embedded;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Binding.DestinationType;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.DeclarableCustomizer;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Exchange;
import org.springframework.amqp.core.ExchangeTypes;
import org.springframework.amqp.core.Queue;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Gives the embedded broker the behaviour that the hub's exchanges, queues and bindings ask of
 * RabbitMQ by arguments which this broker ignores or calls by other names. Everything is declared
 * as for RabbitMQ; here it is created first, with this broker's own attributes, so that the
 * declarations that follow find it in place. What has no equivalent (quorum, overflow, delivery
 * limits) is left out.
 */
final class EmbeddedTopology implements DeclarableCustomizer {
  private static final String DEFAULT_EXCHANGE = "";

  private final EmbeddedBroker broker;
  private final ListableBeanFactory beans;

  EmbeddedTopology(EmbeddedBroker broker, ListableBeanFactory beans) {
    this.broker = broker;
    this.beans = beans;
  }

  /** Called for all exchanges, then all queues, then all bindings, whenever a connection opens. */
  @Override
  public Declarable apply(Declarable declarable) {
    if (declarable instanceof Exchange exchange && exchange.isDurable()) {
      create(exchange, new HashSet<>());
    } else if (declarable instanceof Queue queue && queue.isDurable()) {
      create(queue, new HashSet<>());
    } else if (declarable instanceof Binding binding && !binding.isDestinationQueue()) {
      // The broker can, but its AMQP 0-9-1 has no method for it and closes the connection.
      broker.bindExchange(binding.getExchange(), binding.getDestination(), binding.getRoutingKey());
      return nothing(binding);
    }
    return declarable;
  }

  /** RabbitAdmin trips over null, and skips what every broker binds by itself. */
  private static Binding nothing(Binding binding) {
    String name = binding.getDestination();
    return new Binding(name, DestinationType.QUEUE, DEFAULT_EXCHANGE, name, null);
  }

  /** An alternate destination must exist before what points to it. */
  private void create(Exchange exchange, Set<String> underWay) {
    if (!underWay.add("exchange " + exchange.getName())) {
      return;
    }
    Map<String, Object> attributes = new HashMap<>();
    text(exchange.getArguments(), "alternate-exchange")
        .ifPresent(
            alternate -> {
              ensureExchange(alternate, underWay);
              attributes.put("alternateBinding", Map.of("destination", alternate));
            });
    broker.exchange(exchange.getName(), exchange.getType(), attributes);
  }

  private void create(Queue queue, Set<String> underWay) {
    if (!underWay.add("queue " + queue.getName())) {
      return;
    }
    Map<String, Object> arguments = queue.getArguments();
    Map<String, Object> attributes = new HashMap<>();
    // Makes nack(requeue=false) leave the queue at once, as RabbitMQ's does; without it the message
    // comes back for ever. It does not count the deliveries of consumers that crash.
    attributes.put("maximumDeliveryAttempts", 1);
    if (arguments.get("x-message-ttl") instanceof Number milliseconds) {
      attributes.put("maximumMessageTtl", milliseconds.longValue());
    }
    deadLetterTarget(arguments, underWay)
        .ifPresent(
            target -> {
              attributes.put("alternateBinding", Map.of("destination", target));
              attributes.put("expiryPolicy", "ROUTE_TO_ALTERNATE");
            });
    broker.queue(queue.getName(), attributes);
  }

  /**
   * This broker keeps the routing key of a message that it hands on, so a new key is looked up now:
   * the target is the queue that the key leads to.
   */
  private Optional<String> deadLetterTarget(Map<String, Object> arguments, Set<String> underWay) {
    Optional<String> exchange = text(arguments, "x-dead-letter-exchange");
    Optional<String> key = text(arguments, "x-dead-letter-routing-key");
    if (exchange.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> queue =
        exchange.get().equals(DEFAULT_EXCHANGE)
            ? key
            : key.flatMap(wanted -> boundQueue(exchange.get(), wanted));
    if (queue.isPresent()) {
      ensureQueue(queue.get(), underWay);
      return queue;
    }
    if (exchange.get().equals(DEFAULT_EXCHANGE)) {
      return Optional.empty();
    }
    ensureExchange(exchange.get(), underWay);
    return exchange;
  }

  private Optional<String> boundQueue(String exchange, String key) {
    return declared(Binding.class)
        .filter(Binding::isDestinationQueue)
        .filter(binding -> exchange.equals(binding.getExchange()))
        .filter(binding -> key.equals(binding.getRoutingKey()))
        .map(Binding::getDestination)
        .findFirst();
  }

  private void ensureExchange(String name, Set<String> underWay) {
    declared(Exchange.class)
        .filter(exchange -> name.equals(exchange.getName()))
        .findFirst()
        .ifPresent(exchange -> create(exchange, underWay));
    if (!broker.hasExchange(name)) {
      broker.exchange(name, ExchangeTypes.FANOUT, Map.of());
    }
  }

  private void ensureQueue(String name, Set<String> underWay) {
    declared(Queue.class)
        .filter(queue -> name.equals(queue.getName()))
        .findFirst()
        .ifPresent(queue -> create(queue, underWay));
    if (!broker.hasQueue(name)) {
      broker.queue(name, Map.of());
    }
  }

  private <T extends Declarable> Stream<T> declared(Class<T> type) {
    return Stream.concat(
        beans.getBeansOfType(type, false, false).values().stream(),
        beans.getBeansOfType(Declarables.class, false, false).values().stream()
            .flatMap(declarables -> declarables.getDeclarablesByType(type).stream()));
  }

  private static Optional<String> text(@Nullable Map<String, Object> arguments, String name) {
    return Optional.ofNullable(arguments).map(all -> all.get(name)).map(Objects::toString);
  }
}
