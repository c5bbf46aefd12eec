package io.tallyline.workbench;

import io.tallyline.contracts.Names;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How flows meet: at tables, exchanges and queues, and by waking each other. Whatever would lead
 * back up ends at a second mention of its goal instead, so that there is no circle.
 */
final class FlowGraph {
  /** What no route says: the broker's own ways, and what the ledger writes beside a journal. */
  private static final List<Link> OUTSIDE_ROUTES =
      List.of(
          new Link(exchange(Names.EVENTS_EXCHANGE), exchange(Names.INVENTORY_EXCHANGE)),
          new Link(
              exchange(Names.INVENTORY_EXCHANGE), new FlowEnd(FlowEnd.Kind.QUEUE, Names.UNROUTED)),
          new Link(
              new FlowEnd(FlowEnd.Kind.LEDGER, "ledger"),
              new FlowEnd(FlowEnd.Kind.TABLE, "finance.outbox_event")));

  private static final Pattern WAIT_QUEUE = Pattern.compile("(?<work>.+)\\.retry\\..+");

  private record Link(FlowEnd from, FlowEnd to) {}

  /** From one node's key to another's. */
  record Edge(String from, String to, boolean carries) {}

  private final Flows flows;
  private final Map<String, FlowEnd> nodes = new LinkedHashMap<>();
  private final List<Edge> edges = new ArrayList<>();

  FlowGraph(Flows flows) {
    this.flows = flows;
    flows.all().forEach(this::add);
    for (Link link : OUTSIDE_ROUTES) {
      if (nodes.containsKey(key(link.from()))) {
        edge(link.from(), link.to(), true);
      }
    }
    List.copyOf(nodes.values()).forEach(this::backFromWaiting);
    withoutCircles();
  }

  private static FlowEnd exchange(String name) {
    return new FlowEnd(FlowEnd.Kind.EXCHANGE, name);
  }

  Map<String, FlowEnd> nodes() {
    return nodes;
  }

  List<Edge> edges() {
    return edges;
  }

  static String key(FlowEnd end) {
    return end.kind() + " " + end.name();
  }

  private void add(Flow flow) {
    FlowEnd route = new FlowEnd(FlowEnd.Kind.ROUTE, flow.id());
    nodes.putIfAbsent(key(route), route);
    if (flow.from().kind().carries()) {
      flow.fed().ifPresent(exchange -> edge(exchange, flow.from(), true));
      edge(flow.from(), route, true);
    }
    flow.row().table().ifPresent(table -> edge(table, route, true));
    flow.row().looksAt().forEach(end -> edge(new FlowEnd(end.kind(), end.name()), route, false));
    flows.notifies(flow).ifPresent(table -> edge(table, route, false));
    for (FlowEnd target : flows.targets(flow)) {
      if (target.kind() != FlowEnd.Kind.OTHER && !target.same(route)) {
        edge(route, target, target.kind().carries());
      }
    }
  }

  private void edge(FlowEnd from, FlowEnd to, boolean carries) {
    nodes.putIfAbsent(key(from), from);
    nodes.putIfAbsent(key(to), to);
    Edge edge = new Edge(key(from), key(to), carries);
    if (!edges.contains(edge)) {
      edges.add(edge);
    }
  }

  /** A wait queue gives its messages back to the queue it is named after. */
  private void backFromWaiting(FlowEnd end) {
    Matcher wait = WAIT_QUEUE.matcher(end.name());
    if (end.kind() == FlowEnd.Kind.QUEUE && wait.matches()) {
      edge(end, new FlowEnd(FlowEnd.Kind.QUEUE, wait.group("work")), true);
    }
  }

  private void withoutCircles() {
    Set<String> done = new HashSet<>();
    List<String> roots =
        nodes.keySet().stream()
            .filter(key -> edges.stream().noneMatch(edge -> edge.to().equals(key)))
            // Where rows come from, before clocks: the way of the data is drawn downwards.
            .sorted(Comparator.comparing(key -> !nodes.get(key).kind().carries()))
            .toList();
    roots.forEach(root -> walk(root, new ArrayList<>(), done));
    List.copyOf(nodes.keySet()).forEach(key -> walk(key, new ArrayList<>(), done));
  }

  private void walk(String key, List<String> way, Set<String> done) {
    if (!done.add(key)) {
      return;
    }
    way.add(key);
    for (Edge edge : List.copyOf(edges)) {
      if (edge.from().equals(key)) {
        if (way.contains(edge.to())) {
          mentionAgain(edge);
        } else {
          walk(edge.to(), way, done);
        }
      }
    }
    way.remove(key);
  }

  private void mentionAgain(Edge edge) {
    FlowEnd goal = Optional.ofNullable(nodes.get(edge.to())).orElseThrow();
    FlowEnd mention = new FlowEnd(goal.kind(), goal.name(), "see above");
    String key = edge.to() + " after " + edge.from();
    nodes.put(key, mention);
    edges.set(edges.indexOf(edge), new Edge(edge.from(), key, edge.carries()));
  }
}
