package io.tallyline.workbench;

import io.tallyline.workbench.Layers.Node;
import io.tallyline.workbench.Svg.Ink;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Draws how all flows meet, from what starts them at the top to what they end at. */
final class OverviewPicture {
  private static final int MARGIN = 20;
  private static final int BOX = 218;
  private static final int TOP = 84;
  private static final int BETWEEN_LAYERS = 44;
  private static final int LEAST_WIDTH = 560;

  private final Flows flows;
  private final FlowGraph graph;
  private final Map<String, EndBox> boxes = new LinkedHashMap<>();
  private final Svg svg = new Svg();

  private OverviewPicture(Flows flows) {
    this.flows = flows;
    this.graph = new FlowGraph(flows);
    graph.nodes().forEach((key, end) -> boxes.put(key, EndBox.of(said(end), BOX)));
  }

  static String of(Flows flows) {
    return new OverviewPicture(flows).draw();
  }

  /** A route with what its line in the page says it does, and what wakes it without a route. */
  private FlowEnd said(FlowEnd end) {
    if (end.kind() != FlowEnd.Kind.ROUTE || !end.detail().isEmpty()) {
      return end;
    }
    return flows
        .at(end)
        .map(
            flow -> {
              String clock =
                  flow.from().kind() == FlowEnd.Kind.CLOCK ? flow.row().from() + ": " : "";
              return new FlowEnd(
                  end.kind(), end.name(), clock + flow.row().does().replace("`", ""));
            })
        .orElse(end);
  }

  private String draw() {
    Map<String, Integer> widths = new LinkedHashMap<>();
    boxes.forEach((key, box) -> widths.put(key, box.width()));
    Layers layers =
        new Layers(
            widths,
            graph.edges().stream().map(edge -> new Layers.Edge(edge.from(), edge.to())).toList());
    List<Integer> tops = new ArrayList<>();
    List<Integer> heights = new ArrayList<>();
    int at = TOP;
    for (List<Node> layer : layers.layers()) {
      int height =
          layer.stream()
              .filter(node -> !node.passing())
              .mapToInt(node -> boxes.get(node.key()).height())
              .max()
              .orElse(0);
      tops.add(at);
      heights.add(height);
      at += height + BETWEEN_LAYERS;
    }
    int width = Math.max(LEAST_WIDTH, layers.width() + 2 * MARGIN);
    int shift = (width - layers.width()) / 2;
    heading(width);
    edges(layers, tops, heights, shift);
    for (List<Node> layer : layers.layers()) {
      layer.stream()
          .filter(node -> !node.passing())
          .forEach(
              node -> boxes.get(node.key()).draw(svg, node.left() + shift, tops.get(node.layer())));
    }
    return svg.picture(
        width,
        at - BETWEEN_LAYERS + MARGIN,
        "How the flows connect",
        flows.all().size()
            + " flows, the tables, exchanges and queues where they meet, and who wakes whom.",
        "from routes and " + FlowRow.SHOWN);
  }

  private void heading(int width) {
    svg.text(MARGIN, 34, Ink.TITLE, "How the flows connect");
    svg.arrow(MARGIN, 56, MARGIN + 36, 56, true);
    svg.text(MARGIN + 44, 60, Ink.SMALL, "messages and rows");
    svg.arrow(MARGIN + 220, 56, MARGIN + 256, 56, false);
    svg.text(MARGIN + 264, 60, Ink.SMALL, "wakes, or looks");
  }

  /** One line an edge: down from its box, through its narrow places, to the box it leads to. */
  private void edges(Layers layers, List<Integer> tops, List<Integer> heights, int shift) {
    for (FlowGraph.Edge edge : graph.edges()) {
      Node at = layers.node(edge.from());
      Node next = first(at, edge);
      int x = port(at, at.below(), next) + shift;
      int y = tops.get(at.layer()) + boxes.get(at.key()).height();
      StringBuilder path = new StringBuilder("M%d %d".formatted(x, y));
      while (true) {
        int toX = (next.passing() ? next.middle() : port(next, next.above(), at)) + shift;
        int toY = tops.get(next.layer());
        int bend = tops.get(next.layer()) - BETWEEN_LAYERS;
        if (bend > y) {
          path.append(" V").append(bend);
        }
        int middle = (bend + toY) / 2;
        path.append(" C%d %d %d %d %d %d".formatted(x, middle, toX, middle, toX, toY));
        if (!next.passing()) {
          break;
        }
        x = toX;
        y = toY + heights.get(next.layer());
        path.append(" V").append(y);
        at = next;
        next = at.below().get(0);
      }
      svg.arrow(path.toString(), edge.carries());
    }
  }

  private static Node first(Node from, FlowGraph.Edge edge) {
    String passing = edge.from() + " > " + edge.to();
    return from.below().stream()
        .filter(node -> node.key().equals(node.passing() ? passing : edge.to()))
        .findFirst()
        .orElseThrow();
  }

  /** Lines leave and enter a box side by side, in the order of where they go. */
  private static int port(Node box, List<Node> neighbours, Node neighbour) {
    List<Node> inOrder = neighbours.stream().sorted(Comparator.comparingInt(Node::middle)).toList();
    int share = BOX / (inOrder.size() + 1);
    return box.left() + share * (inOrder.indexOf(neighbour) + 1);
  }
}
