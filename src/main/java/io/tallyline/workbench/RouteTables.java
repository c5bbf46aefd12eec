package io.tallyline.workbench;

import io.tallyline.contracts.StartRefused;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** Tables of route files for those who do not run the routes. */
public final class RouteTables {
  private RouteTables() {}

  /**
   * All lines of the tables that routes keep in a property, as one table.
   *
   * @param routes the folder {@code routes}
   * @param property for example {@code postings}
   * @throws StartRefused WRK-310 if a route file cannot be read
   */
  public static String text(Path routes, String property) {
    return RouteFiles.tables(routes, property).entrySet().stream()
        .map(line -> line.getKey() + " -> " + line.getValue())
        .collect(Collectors.joining("\n"));
  }
}
