package io.tallyline.workbench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places the nodes of a graph without circles in layers, so that every edge leads downwards and few
 * of them cross. An edge over several layers passes each in a narrow place of its own.
 */
final class Layers {
  private static final int GAP = 26;
  private static final int SWEEPS = 12;
  private static final int PASSING = 14;

  /** From one node's key to another's. */
  record Edge(String from, String to) {}

  /** A node in its layer; {@code passing} for the narrow place of a long edge. */
  static final class Node {
    private final String key;
    private final int width;
    private final boolean passing;
    private final List<Node> above = new ArrayList<>();
    private final List<Node> below = new ArrayList<>();
    private int layer;
    private int index;
    private int middle;

    private Node(String key, int width, boolean passing) {
      this.key = key;
      this.width = width;
      this.passing = passing;
    }

    String key() {
      return key;
    }

    int layer() {
      return layer;
    }

    int middle() {
      return middle;
    }

    int left() {
      return middle - width / 2;
    }

    boolean passing() {
      return passing;
    }

    List<Node> below() {
      return below;
    }

    List<Node> above() {
      return above;
    }
  }

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<List<Node>> layers = new ArrayList<>();

  /**
   * @param widths of the nodes, by key, in an order that stays the same from run to run
   * @param edges without a circle
   */
  Layers(Map<String, Integer> widths, List<Edge> edges) {
    widths.forEach((key, width) -> nodes.put(key, new Node(key, width, false)));
    rank(edges);
    edges.forEach(this::connect);
    for (Node node : nodes.values()) {
      put(node);
    }
    order();
    spread();
  }

  List<List<Node>> layers() {
    return layers;
  }

  Node node(String key) {
    return nodes.get(key);
  }

  int width() {
    return layers.stream()
        .flatMap(List::stream)
        .mapToInt(node -> node.left() + node.width)
        .max()
        .orElse(0);
  }

  /** As high as what leads there allows; what nothing leads to just above what it leads to. */
  private void rank(List<Edge> edges) {
    for (int i = 0; i < nodes.size(); i++) {
      for (Edge edge : edges) {
        Node to = nodes.get(edge.to());
        to.layer = Math.max(to.layer, nodes.get(edge.from()).layer + 1);
      }
    }
    for (Node node : nodes.values()) {
      if (edges.stream().noneMatch(edge -> edge.to().equals(node.key))) {
        node.layer =
            edges.stream()
                    .filter(edge -> edge.from().equals(node.key))
                    .mapToInt(edge -> nodes.get(edge.to()).layer)
                    .min()
                    .orElse(1)
                - 1;
      }
    }
  }

  private void connect(Edge edge) {
    Node upper = nodes.get(edge.from());
    Node lower = nodes.get(edge.to());
    Node last = upper;
    for (int layer = upper.layer + 1; layer < lower.layer; layer++) {
      Node passing = new Node(edge.from() + " > " + edge.to(), PASSING, true);
      passing.layer = layer;
      put(passing);
      join(last, passing);
      last = passing;
    }
    join(last, lower);
  }

  private static void join(Node upper, Node lower) {
    upper.below.add(lower);
    lower.above.add(upper);
  }

  private void put(Node node) {
    while (layers.size() <= node.layer) {
      layers.add(new ArrayList<>());
    }
    List<Node> layer = layers.get(node.layer);
    node.index = layer.size();
    layer.add(node);
  }

  /** Sorts each layer by where its neighbours stand, and keeps the order with fewest crossings. */
  private void order() {
    List<List<Node>> best = copy();
    int fewest = crossings();
    for (int sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
      boolean down = sweep % 2 == 0;
      List<List<Node>> inTurn = new ArrayList<>(layers);
      if (!down) {
        Collections.reverse(inTurn);
      }
      for (List<Node> layer : inTurn) {
        layer.sort(
            Comparator.comparingInt(
                node -> average(down ? node.above : node.below, node.index * 100)));
        number(layer);
      }
      if (crossings() < fewest) {
        fewest = crossings();
        best = copy();
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      layers.set(i, best.get(i));
      number(layers.get(i));
    }
  }

  private static int average(List<Node> neighbours, int otherwise) {
    return neighbours.isEmpty()
        ? otherwise
        : neighbours.stream().mapToInt(node -> node.index * 100).sum() / neighbours.size();
  }

  private static void number(List<Node> layer) {
    for (int i = 0; i < layer.size(); i++) {
      layer.get(i).index = i;
    }
  }

  private List<List<Node>> copy() {
    List<List<Node>> copy = new ArrayList<>();
    layers.forEach(layer -> copy.add(new ArrayList<>(layer)));
    return copy;
  }

  private int crossings() {
    int crossings = 0;
    for (List<Node> layer : layers) {
      for (Node left : layer) {
        for (Node right : layer.subList(left.index + 1, layer.size())) {
          for (Node a : left.below) {
            crossings += (int) right.below.stream().filter(b -> b.index < a.index).count();
          }
        }
      }
    }
    return crossings;
  }

  /** Moves every node towards the middle of its neighbours, as far as those beside it let it. */
  private void spread() {
    layers.forEach(layer -> settle(layer, layer.stream().map(node -> 0).toList()));
    for (int sweep = 0; sweep < 4 * SWEEPS; sweep++) {
      for (List<Node> layer : layers) {
        settle(layer, layer.stream().map(Layers::wanted).toList());
      }
    }
    int left = layers.stream().flatMap(List::stream).mapToInt(Node::left).min().orElse(0);
    layers.forEach(layer -> layer.forEach(node -> node.middle -= left));
  }

  private static int wanted(Node node) {
    int sum = 0;
    for (Node neighbour : node.above) {
      sum += neighbour.middle;
    }
    for (Node neighbour : node.below) {
      sum += neighbour.middle;
    }
    int count = node.above.size() + node.below.size();
    return count == 0 ? node.middle : sum / count;
  }

  /** Neighbours in a layer that want the same place share it: they stand side by side around it. */
  private static void settle(List<Node> layer, List<Integer> wanted) {
    List<int[]> blocks = new ArrayList<>();
    int[] offsets = new int[layer.size()];
    for (int i = 0; i < layer.size(); i++) {
      offsets[i] = i == 0 ? 0 : offsets[i - 1] + apart(layer.get(i - 1), layer.get(i));
      blocks.add(new int[] {wanted.get(i) - offsets[i], 1});
      while (blocks.size() > 1 && mean(blocks.get(blocks.size() - 2)) > mean(last(blocks))) {
        int[] right = blocks.remove(blocks.size() - 1);
        last(blocks)[0] += right[0];
        last(blocks)[1] += right[1];
      }
    }
    int at = 0;
    for (int[] block : blocks) {
      for (int i = 0; i < block[1]; i++, at++) {
        layer.get(at).middle = mean(block) + offsets[at];
      }
    }
  }

  private static int apart(Node left, Node right) {
    return (left.width + right.width) / 2 + GAP;
  }

  private static int mean(int[] sumAndCount) {
    return Math.floorDiv(sumAndCount[0], sumAndCount[1]);
  }

  private static int[] last(List<int[]> blocks) {
    return blocks.get(blocks.size() - 1);
  }
}
