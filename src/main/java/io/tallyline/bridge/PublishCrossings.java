package io.tallyline.bridge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.Outgoing;
import io.tallyline.delivery.PublishFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Publishes what was translated and returns when the broker has confirmed it. A message that the
 * broker does not take for itself waits on its ladder; where the broker takes nothing at all, the
 * batch goes back to its queue.
 */
public final class PublishCrossings {
  private final ConfirmedPublisher publisher;
  private final MeterRegistry meters;

  public PublishCrossings(ConfirmedPublisher publisher, MeterRegistry meters) {
    this.publisher = publisher;
    this.meters = meters;
  }

  /**
   * @throws PublishFailed if the broker is away, blocked or silent: the batch stays on the queue
   */
  public Crossings publish(Crossings crossings) throws PublishFailed {
    List<Crossing> ready = crossings.ready();
    List<Outgoing> messages = new ArrayList<>(ready.size());
    ready.forEach(crossing -> messages.add(Objects.requireNonNull(crossing.outgoing())));
    try {
      publisher.publish(messages);
    } catch (PublishFailed failed) {
      throwUnlessOfOneMessage(failed);
      for (int i = 0; i < ready.size(); i++) {
        if (!failed.isConfirmed(i)) {
          // One by one, so that the one that fails keeps no other from its way.
          publishAlone(ready.get(i), messages.get(i));
        }
      }
    }
    meters
        .counter("hub.bridge.messages", "queue", crossings.queue(), "outcome", "published")
        .increment(crossings.ready().size());
    return crossings;
  }

  private void publishAlone(Crossing crossing, Outgoing message) throws PublishFailed {
    try {
      publisher.publish(List.of(message));
    } catch (PublishFailed failed) {
      throwUnlessOfOneMessage(failed);
      crossing.fail(
          "BRI-016 it could not be published to '%s' for now: %s"
              .formatted(message.exchange(), failed.getMessage()));
    }
  }

  private static void throwUnlessOfOneMessage(PublishFailed failed) throws PublishFailed {
    boolean ofOne =
        switch (failed.kind()) {
          case NACKED, RETURNED, REFUSED -> true;
          case BROKER_AWAY, TIMEOUT, BROKER_BLOCKED, STOPPED -> false;
        };
    if (!ofOne) {
      throw failed;
    }
  }
}
