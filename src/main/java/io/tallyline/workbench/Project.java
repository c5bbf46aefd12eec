package io.tallyline.workbench;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * The folders an integration engineer edits, and what route files may name without a server to ask.
 *
 * @param routes folder of the route files
 * @param mappings folder of schemas, mappings and cases
 * @param beans the hub's own beans by name, with the type a route may call methods of
 * @param settings names whose value a route may read as {@code {{name}}}
 */
public record Project(
    Path routes, Path mappings, Map<String, Class<?>> beans, Set<String> settings) {
  static final String CHART = "finance/accounts.json";

  public Project {
    beans = Map.copyOf(beans);
    settings = Set.copyOf(settings);
  }

  /** {@code routes/finance/post-journals.camel.yaml}, wherever the folder really is. */
  public String shown(Path file) {
    boolean route = file.startsWith(routes);
    String below = slashes(route ? routes.relativize(file) : mappings.relativize(file));
    String folder = route ? "routes" : "mappings";
    return below.isEmpty() ? folder : folder + "/" + below;
  }

  static String slashes(Path path) {
    return path.toString().replace('\\', '/');
  }
}
