package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a route may name: the hub's own, and what the route files define together.
 *
 * @param beans by name; {@link DefinedInYaml} where the type is not known
 * @param configurations ids of route configurations
 * @param listeners {@code seda:relay-outbox}, for each queue in memory that a route takes from
 * @param settings names with a value
 */
record KnownNames(
    Map<String, Class<?>> beans,
    Set<String> configurations,
    Set<String> listeners,
    Set<String> settings) {

  static KnownNames of(Project project, List<RouteFile> files) {
    Map<String, Class<?>> beans = new HashMap<>(project.beans());
    Set<String> configurations = new TreeSet<>();
    Set<String> listeners = new TreeSet<>();
    for (RouteFile file : files) {
      file.topLevel(
          "routeConfiguration", (at, says) -> configurations.add(says.path("id").asText()));
      file.topLevel(
          "beans",
          (at, says) -> {
            for (JsonNode bean : says) {
              beans.put(bean.path("name").asText(), DefinedInYaml.class);
            }
          });
      for (RouteFile.Route route : file.routes()) {
        RouteFile.Step from = route.from();
        listeners.add(from.scheme() + ":" + from.pathOr("name"));
      }
    }
    return new KnownNames(beans, configurations, listeners, project.settings());
  }

  /** Stands for the class that a route file names: its methods are not looked at. */
  interface DefinedInYaml {}
}
