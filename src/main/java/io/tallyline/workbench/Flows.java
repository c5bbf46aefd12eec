package io.tallyline.workbench;

import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All flows of a folder of routes, and how they meet.
 *
 * @param all by area, in each as the page of routes has them
 */
record Flows(List<Flow> all) {
  private static final int DEEPEST = 12;

  Flows {
    all = List.copyOf(all);
  }

  /** Reads every route file; a route that cannot be read is left out, with a finding. */
  static Flows read(Path routes, Findings findings) {
    Map<String, FlowRow> rows = FlowRow.read(routes, findings);
    Map<String, FlowRow> left = new TreeMap<>(rows);
    List<Flow> flows = new ArrayList<>();
    for (Path path : files(routes)) {
      String shown = "routes/" + slashes(routes.relativize(path));
      RouteFile.read(path, shown, findings)
          .ifPresent(file -> add(file, slashes(routes.relativize(path)), left, flows, findings));
    }
    for (FlowRow row : left.values()) {
      if (!findings.anyIn("routes/" + row.route() + RouteFile.SUFFIX)) {
        findings.add(
            FlowRow.SHOWN,
            row.line(),
            0,
            "WRK-102",
            "there is no route '" + row.route() + "'",
            "Take the line out of the table, or correct the name");
      }
    }
    flows.sort(Comparator.comparing(Flow::area).thenComparing(flow -> flow.row().line()));
    return new Flows(flows);
  }

  private static void add(
      RouteFile file, String path, Map<String, FlowRow> left, List<Flow> flows, Findings findings) {
    String area = path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    for (RouteFile.Route route : file.routes()) {
      String name = (area.isEmpty() ? "" : area + "/") + route.id();
      FlowRow row = left.remove(name);
      if (row != null) {
        flow(area, file, route, row, findings).ifPresent(flows::add);
      } else if (!findings.anyIn(FlowRow.SHOWN)) {
        findings.add(
            file.shown(),
            file.source().at(route.at()),
            "WRK-102",
            "the route '" + name + "' has no line in " + FlowRow.SHOWN,
            "Add one: from, what it does, to, role");
      }
    }
  }

  private static Optional<Flow> flow(
      String area, RouteFile file, RouteFile.Route route, FlowRow row, Findings findings) {
    try {
      Flow flow = Flow.of(area, file, route, row);
      if (flow.from().kind() == FlowEnd.Kind.QUEUE && !saidInRow(flow.from().name(), row)) {
        findings.add(
            FlowRow.SHOWN,
            row.line(),
            0,
            "WRK-102",
            "'%s' begins at the queue '%s', and the column 'from' says otherwise"
                .formatted(row.route(), flow.from().name()),
            "Write queue `" + flow.from().name() + "` there, or correct " + file.shown());
      }
      return Optional.of(flow);
    } catch (StartRefused table) {
      findings.add(
          file.shown(),
          file.source().at(route.at()),
          "WRK-103",
          "a table of the route cannot be read: " + table.getMessage().replaceFirst("\\.$", ""),
          "Correct it");
      return Optional.empty();
    }
  }

  /** Queues that a setting names are known to nobody before the hub runs. */
  private static boolean saidInRow(String queues, FlowRow row) {
    return queues.contains("{{")
        || Arrays.stream(queues.split(","))
            .allMatch(queue -> row.from().contains("`" + queue.strip() + "`"));
  }

  private static List<Path> files(Path routes) {
    try (Stream<Path> found =
        Files.find(
            routes,
            DEEPEST,
            (path, attributes) ->
                attributes.isRegularFile() && path.toString().endsWith(RouteFile.SUFFIX))) {
      return found.sorted().toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static String slashes(Path path) {
    return path.toString().replace('\\', '/');
  }

  /** The flow that begins at what another one sends to; empty for a queue, a table and the like. */
  Optional<Flow> at(FlowEnd end) {
    return end.kind().carries()
        ? Optional.empty()
        : all.stream().filter(flow -> flow.from().same(end) || isRoute(flow, end)).findFirst();
  }

  private static boolean isRoute(Flow flow, FlowEnd end) {
    return end.kind() == FlowEnd.Kind.ROUTE && flow.id().equals(end.name());
  }

  /** Whose steps wake a flow, itself included. */
  List<Flow> wakers(Flow woken) {
    return all.stream()
        .filter(flow -> flow.sendsTo().stream().anyMatch(woken.from()::same))
        .toList();
  }

  /** What a flow ends at: first what its line in the page says, then what only its steps say. */
  List<FlowEnd> targets(Flow flow) {
    List<FlowEnd> targets = new ArrayList<>(flow.row().to());
    for (FlowEnd end : flow.sendsTo()) {
      FlowEnd target = target(end);
      if (targets.stream().noneMatch(target::same)) {
        targets.add(target);
      }
    }
    return targets;
  }

  /** The route behind a name inside the process; anything else as it is. */
  FlowEnd target(FlowEnd end) {
    return at(end).map(flow -> new FlowEnd(FlowEnd.Kind.ROUTE, flow.id())).orElse(end);
  }

  /** What leads to a flow, each as a chain whose last link touches it. */
  List<List<FlowEnd>> sources(Flow flow) {
    List<List<FlowEnd>> chains = new ArrayList<>();
    switch (flow.from().kind()) {
      case QUEUE -> {
        List<FlowEnd> chain = new ArrayList<>();
        flow.fed().ifPresent(chain::add);
        chain.add(flow.from());
        chains.add(chain);
      }
      case CLOCK -> chains.add(List.of(clock(flow)));
      case SEDA, DIRECT -> chains.add(wakeUp(flow));
      default -> chains.add(List.of(flow.from()));
    }
    flow.row().table().ifPresent(table -> chains.add(List.of(table)));
    flow.row().looksAt().forEach(end -> chains.add(List.of(end)));
    return chains;
  }

  private static FlowEnd clock(Flow flow) {
    String said = flow.row().from().replaceFirst("^clock,\\s*", "");
    String period = flow.from().detail();
    return new FlowEnd(
        FlowEnd.Kind.CLOCK,
        said,
        period.matches("\\d+|\\{\\{.*-millis}}") ? period + " ms" : period);
  }

  private List<FlowEnd> wakeUp(Flow flow) {
    String wakers = wakers(flow).stream().map(Flow::id).collect(Collectors.joining(", "));
    List<FlowEnd> chain = new ArrayList<>();
    if (!wakers.isEmpty()) {
      chain.add(new FlowEnd(FlowEnd.Kind.ROUTE, wakers, "any of them wakes this one"));
    } else {
      notifies(flow).ifPresent(chain::add);
      chain.add(new FlowEnd(FlowEnd.Kind.NOTIFICATION, flow.row().from()));
    }
    chain.add(flow.from());
    return chain;
  }

  /** Whose commits are told to a flow that waits for notifications: the table of whom it wakes. */
  Optional<FlowEnd> notifies(Flow flow) {
    return wakers(flow).isEmpty() && flow.row().from().equals("PostgreSQL notification")
        ? flow.sendsTo().stream()
            .flatMap(end -> at(end).stream())
            .flatMap(woken -> woken.row().table().stream())
            .findFirst()
        : Optional.empty();
  }
}
