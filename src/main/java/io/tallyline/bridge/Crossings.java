package io.tallyline.bridge;

import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Outgoing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Message;

/**
 * The messages of one batch, in the order of the queue: the body of a route's exchange.
 *
 * @param queue where they were received from, and go back to
 */
public record Crossings(String queue, List<Crossing> all) {
  private static final Logger log = LoggerFactory.getLogger(Crossings.class);

  /** Makes of a message what it becomes on the other side. */
  @FunctionalInterface
  interface Translation {
    Outgoing of(Message message) throws Rejected;
  }

  /** Each message translated, or rejected, or failed where the fault is the hub's own. */
  static Crossings translated(String queue, List<Message> messages, Translation translation) {
    List<Crossing> crossings = new ArrayList<>(messages.size());
    for (Message message : messages) {
      var crossing = new Crossing(message);
      try {
        crossing.translated(translation.of(message));
      } catch (Rejected rejected) {
        crossing.reject(rejected);
      } catch (RuntimeException | StackOverflowError | LinkageError unexpected) {
        // Ours to mend; meanwhile the message waits on its ladder and harms no other.
        log.error("BRI-018 a message could not be translated", unexpected);
        crossing.fail("BRI-018 the message could not be translated: " + unexpected);
      }
      crossings.add(crossing);
    }
    return new Crossings(queue, crossings);
  }

  /** Those that are to be published. */
  List<Crossing> ready() {
    return those(crossing -> crossing.outgoing() != null);
  }

  /** Those that go to the dead letters. */
  List<Crossing> rejected() {
    return those(crossing -> crossing.rejection() != null);
  }

  /** Those that wait for their next attempt. */
  List<Crossing> failed() {
    return those(crossing -> crossing.failure() != null);
  }

  private List<Crossing> those(Predicate<Crossing> which) {
    return all.stream().filter(which).toList();
  }

  /** For the route: whether any message goes to the dead letters. */
  public boolean anyRejected() {
    return all.stream().anyMatch(crossing -> crossing.rejection() != null);
  }

  /** For the route: whether any message waits for its next attempt. */
  public boolean anyFailed() {
    return all.stream().anyMatch(crossing -> crossing.failure() != null);
  }
}
