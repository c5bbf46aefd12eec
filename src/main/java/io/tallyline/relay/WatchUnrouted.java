package io.tallyline.relay;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Names;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.QueueInformation;

/**
 * Counts and reports what reached {@code erp.unrouted}: messages that were relayed, but that no
 * queue was bound for, as happens when a binding was removed.
 */
public final class WatchUnrouted {
  private static final Logger log = LoggerFactory.getLogger(WatchUnrouted.class);

  private final AmqpAdmin broker;
  private final AtomicLong messages = new AtomicLong();

  public WatchUnrouted(AmqpAdmin broker, MeterRegistry meters) {
    this.broker = broker;
    Gauge.builder("hub.relay.unrouted.messages", messages, AtomicLong::doubleValue)
        .description("Messages in the queue erp.unrouted; should be 0")
        .register(meters);
  }

  /** Looks at the queue; a broker that is away is the publisher's to report. */
  public void look() {
    QueueInformation queue;
    try {
      queue = broker.getQueueInfo(Names.UNROUTED);
    } catch (AmqpException away) {
      log.debug("The queue {} cannot be looked at", Names.UNROUTED, away);
      return;
    }
    long now = queue == null ? 0 : queue.getMessageCount();
    long before = messages.getAndSet(now);
    if (now > before) {
      log.error(
          "REL-020 {} messages are in {} ({} more than before): no queue was bound for them on {}."
              + " Restore the binding, then move them to the queue that missed them.",
          now,
          Names.UNROUTED,
          now - before,
          Names.INVENTORY_EXCHANGE);
    }
  }
}
