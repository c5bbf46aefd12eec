package io.tallyline.workbench;

import io.tallyline.contracts.RouteTable;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SetPropertyDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Route files as Camel reads them, without running anything. */
final class RouteFiles {
  static final String SUFFIX = ".camel.yaml";

  private RouteFiles() {}

  static Resource resource(Path file, byte[] content) {
    return ResourceHelper.fromBytes("file:" + file, content);
  }

  /**
   * The routes of one file, read in a context of its own that never starts.
   *
   * @throws Exception whatever Camel finds wrong
   */
  static List<RouteDefinition> definitions(Path file, byte[] content) throws Exception {
    try (DefaultCamelContext scratch = new DefaultCamelContext()) {
      return definitions(scratch, List.of(resource(file, content)));
    }
  }

  private static List<RouteDefinition> definitions(
      DefaultCamelContext scratch, List<Resource> resources) throws Exception {
    for (RoutesBuilder builder :
        PluginHelper.getRoutesLoader(scratch).findRoutesBuilders(resources)) {
      builder.addRoutesToCamelContext(scratch);
    }
    return List.copyOf(scratch.getRouteDefinitions());
  }

  /**
   * All lines of the tables that routes keep in a property, from all files.
   *
   * @param property for example {@code events}
   * @return left sides with their right sides
   * @throws StartRefused WRK-310 if a route file cannot be read
   */
  static Map<String, String> tables(Path routes, String property) {
    Map<String, String> lines = new LinkedHashMap<>();
    try (DefaultCamelContext scratch = new DefaultCamelContext();
        Stream<Path> found = Files.walk(routes)) {
      List<Resource> resources = new ArrayList<>();
      for (Path file : found.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList()) {
        resources.add(resource(file, Files.readAllBytes(file)));
      }
      for (RouteDefinition route : definitions(scratch, resources)) {
        collect(route.getId(), route.getOutputs(), property, lines);
      }
      return lines;
    } catch (StartRefused wrong) {
      throw wrong;
    } catch (IOException unreadable) {
      throw new StartRefused(
          "WRK-310",
          "the route files below %s cannot be read. Start in the project's folder, or set hub.routes-directory."
              .formatted(routes),
          unreadable);
    } catch (Exception broken) {
      throw new StartRefused(
          "WRK-310",
          "a route file below %s is broken: %s. ./hub check says where."
              .formatted(routes, broken.getMessage()),
          broken);
    }
  }

  private static void collect(
      String route,
      List<ProcessorDefinition<?>> steps,
      String property,
      Map<String, String> lines) {
    for (ProcessorDefinition<?> step : steps) {
      if (step instanceof SetPropertyDefinition set && property.equals(set.getName())) {
        String where = "route %s, %s".formatted(route, property);
        lines.putAll(RouteTable.parse(set.getExpression().getExpression(), where).entries());
      }
      collect(route, step.getOutputs(), property, lines);
    }
  }
}
