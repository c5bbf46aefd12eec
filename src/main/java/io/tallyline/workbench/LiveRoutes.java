package io.tallyline.workbench;

import io.tallyline.contracts.StartRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.support.PluginHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces running routes by those of edited files, one file at a time. A file is read and checked
 * beside the running routes first; what is wrong with it costs nothing but the edit. Should a route
 * that looked right not start, the one before comes back.
 */
final class LiveRoutes {
  private static final Logger log = LoggerFactory.getLogger(LiveRoutes.class);

  private final CamelContext camel;
  private final Set<String> needed;
  private final BiConsumer<CamelContext, RouteDefinition> check;
  private final Map<Path, Loaded> loaded = new TreeMap<>();

  /** A file as it runs. */
  private record Loaded(byte[] content, Set<String> routes) {}

  /**
   * @param needed ids of routes without which the process would carry nothing
   * @param check throws {@link StartRefused} for a route that must not run
   */
  LiveRoutes(
      CamelContext camel, Set<String> needed, BiConsumer<CamelContext, RouteDefinition> check) {
    this.camel = camel;
    this.needed = Set.copyOf(needed);
    this.check = check;
  }

  /** Takes the files of the routes that run already. */
  void adopt(Set<Path> files) {
    for (Path file : files) {
      try {
        byte[] content = Files.readAllBytes(file);
        loaded.put(file, new Loaded(content, ids(RouteFiles.definitions(file, content))));
      } catch (Exception edited) {
        log.debug("{} is not what runs", file, edited);
      }
    }
  }

  /**
   * Runs what the file says from now on. The route that it replaces finishes what is in flight
   * first.
   *
   * @return the routes' ids; empty if the file says what runs already
   * @throws Exception if the file is wrong; everything runs as before
   */
  Set<String> load(Path file, Set<Path> gone) throws Exception {
    byte[] content = Files.readAllBytes(file);
    Loaded before = loaded.get(file);
    if (before != null && java.util.Arrays.equals(before.content(), content)) {
      return Set.of();
    }
    List<RouteDefinition> definitions = RouteFiles.definitions(file, content);
    Set<String> ids = ids(definitions);
    refuseTaken(file, ids, gone);
    refuseLoss(file, before, ids);
    definitions.forEach(definition -> check.accept(camel, definition));
    try {
      update(file, content);
    } catch (Exception failed) {
      restore(file, before, ids);
      throw failed;
    }
    if (before != null) {
      remove(difference(before.routes(), ids));
    }
    loaded.put(file, new Loaded(content, ids));
    return ids;
  }

  /**
   * Ends the routes of a file that is gone, unless they are needed or stand in another file now.
   *
   * @return the ids that ended
   * @throws StartRefused WOR-202 if one is needed: it goes on
   */
  Set<String> end(Path file) throws Exception {
    Loaded before = loaded.get(file);
    if (before == null) {
      return Set.of();
    }
    Set<String> elsewhere = new TreeSet<>();
    loaded.forEach(
        (other, routes) -> {
          if (!other.equals(file)) {
            elsewhere.addAll(routes.routes());
          }
        });
    Set<String> ending = difference(before.routes(), elsewhere);
    for (String id : ending) {
      if (needed.contains(id)) {
        throw new StartRefused(
            "WRK-302",
            "%s is gone, but this process needs its route %s, which goes on as it was. Put the file back, or stop the process."
                .formatted(file.getFileName(), id));
      }
    }
    remove(ending);
    loaded.remove(file);
    return ending;
  }

  private void refuseTaken(Path file, Set<String> ids, Set<Path> gone) {
    loaded.forEach(
        (other, routes) -> {
          if (!other.equals(file) && !gone.contains(other)) {
            for (String id : ids) {
              if (routes.routes().contains(id)) {
                throw new StartRefused(
                    "WRK-303",
                    "the route id '%s' is taken by %s; choose another."
                        .formatted(id, other.getFileName()));
              }
            }
          }
        });
  }

  private void refuseLoss(Path file, @Nullable Loaded before, Set<String> ids) {
    if (before == null) {
      return;
    }
    for (String id : difference(before.routes(), ids)) {
      if (needed.contains(id)) {
        throw new StartRefused(
            "WRK-302",
            "%s no longer defines the route %s, which this process needs and which goes on as it was. Put it back."
                .formatted(file.getFileName(), id));
      }
    }
  }

  private void update(Path file, byte[] content) throws Exception {
    PluginHelper.getRoutesLoader(camel).updateRoutes(RouteFiles.resource(file, content));
  }

  private void restore(Path file, @Nullable Loaded before, Set<String> tried) {
    try {
      if (before != null) {
        update(file, before.content());
      }
      remove(difference(tried, before == null ? Set.of() : before.routes()));
    } catch (Exception failed) {
      log.error(
          "WRK-304 the routes of {} run neither as edited nor as before. Restart this process.",
          file.getFileName(),
          failed);
    }
  }

  private void remove(Set<String> ids) throws Exception {
    ModelCamelContext model = (ModelCamelContext) camel;
    for (String id : ids) {
      if (camel.getRoute(id) != null) {
        camel.getRouteController().stopRoute(id);
      }
      RouteDefinition definition = model.getRouteDefinition(id);
      if (definition != null) {
        model.removeRouteDefinition(definition);
      }
    }
  }

  private static Set<String> ids(List<RouteDefinition> definitions) {
    Set<String> ids = new TreeSet<>();
    definitions.forEach(definition -> ids.add(definition.getId()));
    return ids;
  }

  private static Set<String> difference(Set<String> from, Set<String> without) {
    Set<String> rest = new TreeSet<>(from);
    rest.removeAll(without);
    return rest;
  }
}
