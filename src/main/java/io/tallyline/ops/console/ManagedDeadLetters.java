package io.tallyline.ops.console;

import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedResource;

/** {@code io.tallyline:type=DeadLetters}: one queue of what gave up. */
@ManagedResource(description = "What gave up and waits for somebody; to look at, not to change")
public final class ManagedDeadLetters {
  private final String queue;
  private final Figures figures;

  ManagedDeadLetters(String queue, Figures figures) {
    this.queue = queue;
    this.figures = figures;
  }

  @ManagedAttribute(description = "Messages in the queue when last looked at; -1 if not known")
  public long getMessages() {
    return figures.gauge("hub.delivery.queue.messages", "queue", queue);
  }

  @ManagedAttribute(
      description = "Consumers of the queue; 0 while dead letters stay in it, -1 if not known")
  public long getConsumers() {
    return figures.gauge("hub.delivery.queue.consumers", "queue", queue);
  }
}
