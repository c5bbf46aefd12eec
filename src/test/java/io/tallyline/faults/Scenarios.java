package io.tallyline.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All scenarios, in the order in which they run. */
public final class Scenarios {
  private Scenarios() {}

  public static List<Scenario> all() {
    List<Scenario> all = new ArrayList<>();
    all.addAll(HubFaults.scenarios());
    all.addAll(BrokerFaults.scenarios());
    all.addAll(DatabaseFaults.scenarios());
    all.addAll(ClusterFaults.scenarios());
    all.addAll(Controls.scenarios());
    return List.copyOf(all);
  }

  public static Optional<Scenario> named(String name) {
    return all().stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }
}
