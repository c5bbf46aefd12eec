package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.DirectExchange;
import org.springframework.amqp.core.ExchangeBuilder;
import org.springframework.amqp.core.FanoutExchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.TopicExchange;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Every exchange, queue and binding, in one place. They are beans so that {@link DeclareTopology}
 * declares them, again whenever the broker comes back, and so that a {@code DeclarableCustomizer}
 * can adapt them to a broker that is not RabbitMQ.
 */
@Configuration
public class Topology {
  /** What subscribers to inventory messages bind by. */
  public static final String INVENTORY_KEYS = "inventory.#";

  private static final String REFUSE_WHEN_FULL = "reject-publish";
  private static final long MOST_ATTEMPTS = 100_000;

  /**
   * What publishers send to, and the net below it: a message that no queue is bound for reaches
   * {@code erp.unrouted} instead of vanishing.
   */
  @Bean
  @OnRole({"relay", "finance", "store"})
  Declarables eventExchanges() {
    TopicExchange events = ExchangeBuilder.topicExchange(Names.EVENTS_EXCHANGE).build();
    FanoutExchange unrouted = ExchangeBuilder.fanoutExchange(Names.UNROUTED).build();
    Queue unroutedQueue = QueueBuilder.durable(Names.UNROUTED).quorum().build();
    TopicExchange inventory =
        ExchangeBuilder.topicExchange(Names.INVENTORY_EXCHANGE).alternate(Names.UNROUTED).build();
    DirectExchange dead = ExchangeBuilder.directExchange(Names.DEAD_EXCHANGE).build();
    return new Declarables(
        unroutedQueue,
        unrouted,
        BindingBuilder.bind(unroutedQueue).to(unrouted),
        events,
        inventory,
        BindingBuilder.bind(inventory).to(events).with(INVENTORY_KEYS),
        dead);
  }

  /** Where the relay puts outbox rows that no mapping can translate. */
  @Bean
  @OnRole({"relay", "store"})
  Declarables outboxQueues() {
    Queue dead = deadQueue(Names.OUTBOX_DEAD_QUEUE);
    return new Declarables(dead, boundToDead(dead));
  }

  /** By which they come back, once the mapping or the row is corrected. */
  @Bean
  @OnRole({"relay", "store"})
  Declarables outboxRetryQueue(DeliveryProperties settings) {
    return retryQueue(Names.OUTBOX_RETRY_QUEUE, Names.OUTBOX_DEAD_QUEUE, settings);
  }

  /** The same for the announcements in finance's own outbox. */
  @Bean
  @OnRole({"finance", "store"})
  Declarables financeOutboxQueues() {
    Queue dead = deadQueue(Names.FINANCE_OUTBOX_DEAD_QUEUE);
    return new Declarables(dead, boundToDead(dead));
  }

  @Bean
  @OnRole({"finance", "store"})
  Declarables financeOutboxRetryQueue(DeliveryProperties settings) {
    return retryQueue(Names.FINANCE_OUTBOX_RETRY_QUEUE, Names.FINANCE_OUTBOX_DEAD_QUEUE, settings);
  }

  private static Declarables retryQueue(
      String name, String deadQueue, DeliveryProperties settings) {
    DirectExchange back = ExchangeBuilder.directExchange(Names.RETURN_EXCHANGE).build();
    Queue retry = workQueue(name, new Queue(deadQueue), settings.deliveryLimit());
    return new Declarables(back, retry, BindingBuilder.bind(retry).to(back).with(name));
  }

  /**
   * The event store's copy of everything. Whatever is in it can be stored, so it has no dead queue,
   * and a limit of deliveries that no outage reaches: RabbitMQ 4 would drop after 20. It refuses
   * nothing, or it would hold up publishers.
   */
  @Bean
  @OnRole("store")
  Declarables eventStoreQueue() {
    Queue store =
        QueueBuilder.durable(Names.EVENT_STORE_QUEUE)
            .quorum()
            .deliveryLimit(Integer.MAX_VALUE)
            .build();
    return new Declarables(
        store, BindingBuilder.bind(store).to(new TopicExchange(Names.EVENTS_EXCHANGE)).with("#"));
  }

  /**
   * Copies of what goes into wait queues, so that people can see each attempt. When nobody takes
   * them the oldest go: they are of no use to the flow, and must never hold it up.
   */
  @Bean
  @OnRole("store")
  Declarables attemptsQueue(Ladders ladders) {
    DirectExchange retry = ExchangeBuilder.directExchange(Names.RETRY_EXCHANGE).build();
    Queue attempts =
        QueueBuilder.durable(Names.ATTEMPTS_QUEUE)
            .quorum()
            .deliveryLimit(Integer.MAX_VALUE)
            .maxLength(MOST_ATTEMPTS)
            .build();
    List<Declarable> declarables = new ArrayList<>(List.of(retry, attempts));
    ladders
        .of(Names.JOURNAL_QUEUE)
        .waitQueues(Names.JOURNAL_QUEUE)
        .keySet()
        .forEach(name -> declarables.add(BindingBuilder.bind(attempts).to(retry).with(name)));
    return new Declarables(declarables);
  }

  /** Where the journal writer's failures end. */
  @Bean
  @OnRole({"finance", "store"})
  Declarables journalDeadQueue() {
    Queue dead = deadQueue(Names.JOURNAL_DEAD_QUEUE);
    return new Declarables(dead, boundToDead(dead));
  }

  /** The journal writer's work queue. */
  @Bean
  @OnRole("finance")
  Declarables journalQueues(DeliveryProperties settings) {
    Queue work =
        workQueue(
            Names.JOURNAL_QUEUE, new Queue(Names.JOURNAL_DEAD_QUEUE), settings.deliveryLimit());
    return new Declarables(
        work,
        BindingBuilder.bind(work)
            .to(new TopicExchange(Names.INVENTORY_EXCHANGE))
            .with(INVENTORY_KEYS));
  }

  /**
   * A wait queue for each step of the journal writer's ladder, and the way back. The queue's own
   * time to live is the delay: one for each message would let a long wait hold up a short one.
   */
  @Bean
  @OnRole("finance")
  Declarables journalWaitQueues(Ladders ladders) {
    DirectExchange retry = ExchangeBuilder.directExchange(Names.RETRY_EXCHANGE).build();
    DirectExchange back = ExchangeBuilder.directExchange(Names.RETURN_EXCHANGE).build();
    List<Declarable> declarables = new ArrayList<>(List.of(retry, back));
    declarables.add(
        BindingBuilder.bind(new Queue(Names.JOURNAL_QUEUE)).to(back).with(Names.JOURNAL_QUEUE));
    ladders
        .of(Names.JOURNAL_QUEUE)
        .waitQueues(Names.JOURNAL_QUEUE)
        .forEach(
            (name, delay) -> {
              Queue wait = waitQueue(name, delay, Names.JOURNAL_QUEUE);
              declarables.add(wait);
              declarables.add(BindingBuilder.bind(wait).to(retry).with(name));
            });
    return new Declarables(declarables);
  }

  /**
   * A queue whose messages the broker moves to a dead queue, at least once, after too many
   * deliveries. Such a move needs a full target to refuse rather than to drop.
   */
  public static Queue workQueue(String name, Queue dead, int deliveryLimit) {
    return QueueBuilder.durable(name)
        .quorum()
        .deliveryLimit(deliveryLimit)
        .deadLetterExchange(Names.DEAD_EXCHANGE)
        .deadLetterRoutingKey(dead.getName())
        .withArgument("x-dead-letter-strategy", "at-least-once")
        .withArgument("x-overflow", REFUSE_WHEN_FULL)
        .build();
  }

  /** Kept until the work queue has confirmed it, even if that is full or the binding is missing. */
  public static Queue waitQueue(String name, Duration delay, String workQueue) {
    return QueueBuilder.durable(name)
        .quorum()
        .withArgument("x-message-ttl", delay.toMillis())
        .deadLetterExchange(Names.RETURN_EXCHANGE)
        .deadLetterRoutingKey(workQueue)
        .withArgument("x-dead-letter-strategy", "at-least-once")
        .withArgument("x-overflow", REFUSE_WHEN_FULL)
        .build();
  }

  /** Takes what gave up; a full one refuses rather than drops. */
  public static Queue deadQueue(String name) {
    return QueueBuilder.durable(name).quorum().withArgument("x-overflow", REFUSE_WHEN_FULL).build();
  }

  private static Binding boundToDead(Queue queue) {
    return BindingBuilder.bind(queue)
        .to(new DirectExchange(Names.DEAD_EXCHANGE))
        .with(queue.getName());
  }
}
