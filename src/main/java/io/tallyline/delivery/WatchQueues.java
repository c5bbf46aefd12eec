package io.tallyline.delivery;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Names;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueInformation;

/**
 * How full this hub's queues are, looked at on an interval. A scrape reads what the last look found
 * and never waits for the broker; while that is away, the last figures stay.
 */
public final class WatchQueues {
  private static final Logger log = LoggerFactory.getLogger(WatchQueues.class);

  private final AmqpAdmin broker;
  private final Supplier<Stream<Declarables>> topology;
  private final Predicate<String> ours;
  private final MeterRegistry meters;
  private final Map<String, Seen> seen = new ConcurrentHashMap<>();

  private record Seen(double messages, double consumers) {
    /** The broker does not have the queue. */
    static final Seen MISSING = new Seen(Double.NaN, Double.NaN);
  }

  /**
   * @param topology what this hub declares, asked at each look
   * @param ours which of its queues are to be watched, by name
   */
  public WatchQueues(
      AmqpAdmin broker,
      Supplier<Stream<Declarables>> topology,
      Predicate<String> ours,
      MeterRegistry meters) {
    this.broker = broker;
    this.topology = topology;
    this.ours = ours;
    this.meters = meters;
  }

  /** Looks at every queue; a broker that is away is reported by those who need it. */
  public void look() {
    Set<String> names = new TreeSet<>();
    topology
        .get()
        .flatMap(declarables -> declarables.getDeclarablesByType(Queue.class).stream())
        .map(Queue::getName)
        .filter(ours)
        .forEach(names::add);
    try {
      for (String name : names) {
        QueueInformation found = broker.getQueueInfo(name);
        see(
            name,
            found == null
                ? Seen.MISSING
                : new Seen(found.getMessageCount(), found.getConsumerCount()));
      }
    } catch (AmqpException away) {
      log.debug("The queues cannot be looked at", away);
    }
  }

  private void see(String queue, Seen now) {
    if (seen.put(queue, now) == null) {
      Gauge.builder("hub.delivery.queue.messages", () -> seen.get(queue).messages())
          .description("Messages that are ready in a queue; those at a consumer do not count")
          .tags("queue", queue, "kind", kind(queue))
          .register(meters);
      Gauge.builder("hub.delivery.queue.consumers", () -> seen.get(queue).consumers())
          .description("Consumers of a queue, of all hubs together")
          .tag("queue", queue)
          .register(meters);
    }
  }

  /** Queues are named by what they are for. */
  static String kind(String queue) {
    if (queue.equals(Names.UNROUTED)) {
      return "unrouted";
    }
    if (queue.endsWith(".dead")) {
      return "dead";
    }
    return queue.contains(".retry.") ? "wait" : "work";
  }
}
