package io.tallyline.ops.console;

import java.util.Map;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedResource;

/** {@code io.tallyline:type=Queues}: every queue of this process, at a glance. */
@ManagedResource(description = "The queues of this process's roles, as the broker last told")
public final class ManagedQueues {
  private final Figures figures;

  ManagedQueues(Figures figures) {
    this.figures = figures;
  }

  @ManagedAttribute(description = "Messages ready, by queue; empty if not looked at")
  public Map<String, Long> getMessages() {
    return figures.byTag("hub.delivery.queue.messages", "queue");
  }

  @ManagedAttribute(description = "Consumers, by queue; empty if not looked at")
  public Map<String, Long> getConsumers() {
    return figures.byTag("hub.delivery.queue.consumers", "queue");
  }

  @ManagedAttribute(description = "Messages ready, by kind of queue: work, wait, dead, unrouted")
  public Map<String, Long> getMessagesByKind() {
    return figures.byTag("hub.delivery.queue.messages", "kind");
  }

  @ManagedAttribute(
      description = "Inventory messages that no queue was bound for; should be 0, -1 if not known")
  public long getUnrouted() {
    return figures.gauge("hub.relay.unrouted.messages");
  }

  @ManagedAttribute(
      description = "1 while the broker is connected, 0 while it is not, -1 if not known")
  public long getBrokerConnected() {
    return figures.gauge("hub.delivery.broker.connected");
  }

  @ManagedAttribute(
      description = "1 while the broker takes no messages (memory or disk alarm), -1 if not known")
  public long getBrokerBlocked() {
    return figures.gauge("hub.delivery.broker.blocked");
  }
}
