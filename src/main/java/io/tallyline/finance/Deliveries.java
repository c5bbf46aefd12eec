package io.tallyline.finance;

import java.util.List;
import java.util.function.Predicate;

/** The messages of one batch, in the order of the queue: the body of the route's exchange. */
public record Deliveries(List<Delivery> all) {
  List<Delivery> accepted() {
    return those(delivery -> delivery.journal() != null);
  }

  /** Those of which another version is to be posted. */
  List<Delivery> copies() {
    return those(delivery -> delivery.copy() != null);
  }

  /** Those that go to the dead letters. */
  List<Delivery> rejected() {
    return those(delivery -> delivery.rejection() != null);
  }

  /** Those that wait for their next attempt. */
  List<Delivery> failed() {
    return those(delivery -> delivery.failure() != null);
  }

  private List<Delivery> those(Predicate<Delivery> which) {
    return all.stream().filter(which).toList();
  }

  /** For the route: whether any message goes to the dead letters. */
  public boolean anyRejected() {
    return all.stream().anyMatch(delivery -> delivery.rejection() != null);
  }

  /** For the route: whether any message waits for its next attempt. */
  public boolean anyFailed() {
    return all.stream().anyMatch(delivery -> delivery.failure() != null);
  }
}
