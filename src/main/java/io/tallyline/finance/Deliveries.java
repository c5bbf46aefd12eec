package io.tallyline.finance;

import java.util.ArrayList;
import java.util.List;

/** The messages of one batch, in the order of the queue: the body of the route's exchange. */
public record Deliveries(List<Delivery> all) {
  List<Delivery> accepted() {
    List<Delivery> accepted = new ArrayList<>(all.size());
    for (Delivery delivery : all) {
      if (delivery.journal() != null) {
        accepted.add(delivery);
      }
    }
    return accepted;
  }

  /** Those that go to the dead letters. */
  List<Delivery> rejected() {
    List<Delivery> rejected = new ArrayList<>();
    for (Delivery delivery : all) {
      if (delivery.rejection() != null) {
        rejected.add(delivery);
      }
    }
    return rejected;
  }

  /** For the route: whether any message goes to the dead letters. */
  public boolean anyRejected() {
    return all.stream().anyMatch(delivery -> delivery.rejection() != null);
  }
}
