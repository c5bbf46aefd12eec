package io.tallyline.bridge;

import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.DeliveryProperties;
import io.tallyline.delivery.Ladders;
import io.tallyline.delivery.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.ExchangeBuilder;
import org.springframework.amqp.core.FanoutExchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.TopicExchange;

/**
 * The bridge's queues, and the exchanges of MassTransit's types. The types stand in tables of route
 * files, which are read after the beans are made: so this one bean tells what is to be declared at
 * the moment it is asked.
 */
public final class BridgeTopology extends Declarables {
  private final List<Declarable> queues = new ArrayList<>();
  private Set<String> received = Set.of();
  private Set<BridgedTypes.Pair> published = Set.of();

  public BridgeTopology(DeliveryProperties settings, Ladders ladders) {
    DirectExchange dead = ExchangeBuilder.directExchange(Names.DEAD_EXCHANGE).build();
    DirectExchange retry = ExchangeBuilder.directExchange(Names.RETRY_EXCHANGE).build();
    DirectExchange back = ExchangeBuilder.directExchange(Names.RETURN_EXCHANGE).build();
    Queue deadQueue = Topology.deadQueue(MassTransit.DEAD_QUEUE);
    queues.addAll(
        List.of(
            dead,
            retry,
            back,
            deadQueue,
            BindingBuilder.bind(deadQueue).to(dead).with(MassTransit.DEAD_QUEUE)));
    for (String name : List.of(MassTransit.IN_QUEUE, MassTransit.OUT_QUEUE)) {
      Queue work = Topology.workQueue(name, deadQueue, settings.deliveryLimit());
      queues.add(work);
      queues.add(BindingBuilder.bind(work).to(back).with(name));
      ladders
          .of(name)
          .waitQueues(name)
          .forEach(
              (waitName, delay) -> {
                Queue wait = Topology.waitQueue(waitName, delay, name);
                queues.add(wait);
                queues.add(BindingBuilder.bind(wait).to(retry).with(waitName));
              });
    }
    // Every endpoint of MassTransit has an exchange of its queue's name, which sends go to.
    FanoutExchange endpoint = ExchangeBuilder.fanoutExchange(MassTransit.IN_QUEUE).build();
    queues.add(endpoint);
    queues.add(BindingBuilder.bind(new Queue(MassTransit.IN_QUEUE)).to(endpoint));
  }

  /**
   * What the table of the receiving route names, in place of what it named before.
   *
   * @throws StartRefused BRI-002 if a type is published too
   */
  synchronized void receive(BridgedTypes types) {
    Set<String> exchanges = new LinkedHashSet<>();
    types.byArrival().values().forEach(pair -> exchanges.add(pair.urn().exchange()));
    refuseLoop(exchanges, published);
    received = exchanges;
  }

  /** The same for the table of the publishing route. */
  synchronized void publish(BridgedTypes types) {
    Set<BridgedTypes.Pair> pairs = new LinkedHashSet<>(types.byArrival().values());
    refuseLoop(received, pairs);
    published = pairs;
  }

  /** What the hub published it would receive and publish again, for ever. */
  private static void refuseLoop(Set<String> in, Set<BridgedTypes.Pair> out) {
    for (BridgedTypes.Pair pair : out) {
      if (in.contains(pair.urn().exchange())) {
        throw new StartRefused(
            "BRI-002",
            "the routes receive-masstransit and publish-masstransit both name %s, so its messages would go round for ever. Take it out of one of them."
                .formatted(pair.urn()));
      }
    }
  }

  @Override
  public synchronized Collection<Declarable> getDeclarables() {
    List<Declarable> all = new ArrayList<>(queues);
    Queue in = new Queue(MassTransit.IN_QUEUE);
    for (String name : received) {
      FanoutExchange exchange = ExchangeBuilder.fanoutExchange(name).build();
      all.add(exchange);
      all.add(BindingBuilder.bind(in).to(exchange));
    }
    Queue out = new Queue(MassTransit.OUT_QUEUE);
    for (BridgedTypes.Pair pair : published) {
      all.add(ExchangeBuilder.fanoutExchange(pair.urn().exchange()).build());
      all.add(
          BindingBuilder.bind(out)
              .to(new TopicExchange(source(pair.type())))
              .with(pair.type().routingKey()));
    }
    return all;
  }

  /** Where subscribers bind: those of inventory messages where a lost binding is seen. */
  private static String source(MessageType type) {
    return Topology.INVENTORY_KEYS.startsWith(type.module() + ".")
        ? Names.INVENTORY_EXCHANGE
        : Names.EVENTS_EXCHANGE;
  }

  @Override
  public <T extends Declarable> List<T> getDeclarablesByType(Class<? extends T> type) {
    Stream<T> ofType = getDeclarables().stream().filter(type::isInstance).map(type::cast);
    return ofType.toList();
  }
}
