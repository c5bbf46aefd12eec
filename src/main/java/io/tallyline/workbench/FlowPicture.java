package io.tallyline.workbench;

import io.tallyline.workbench.Svg.Ink;
import io.tallyline.workbench.Svg.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Draws one flow: what leads to it, its steps, its tables, and where its results go. */
final class FlowPicture {
  private static final int WIDTH = 960;
  private static final int MARGIN = 20;
  private static final int SOURCES = 230;
  private static final int ROUTE_X = 290;
  private static final int ROUTE = 390;
  private static final int TARGETS_X = 720;
  private static final int TARGETS = 220;
  private static final int BETWEEN = 20;
  private static final int PADDING = 14;
  private static final int ARROW = 36;

  /** Something at the side, and how far down it begins. */
  private record Placed(EndBox box, int y) {
    int middle() {
      return y + box.height() / 2;
    }

    int bottom() {
      return y + box.height();
    }
  }

  private final Flows flows;
  private final Flow flow;
  private final Svg svg = new Svg();

  private FlowPicture(Flows flows, Flow flow) {
    this.flows = flows;
    this.flow = flow;
  }

  static String of(Flows flows, Flow flow) {
    return new FlowPicture(flows, flow).draw();
  }

  private String draw() {
    int top = heading() + 26;
    caption(MARGIN, top, "FROM");
    caption(ROUTE_X, top, "ROUTE");
    caption(TARGETS_X, top, "TO");

    List<List<Placed>> sources = sources(top);
    int stepsHeight = StepBoxes.height(flow.steps(), ROUTE - 2 * PADDING);
    int least =
        Math.max(
            top + stepsHeight + 2 * PADDING,
            bottom(sources.stream().flatMap(List::stream).toList()));
    // The steps are drawn twice: where they send from decides where targets stand, and these how
    // far down the frame below the steps reaches.
    StepBoxes trial = new StepBoxes(new Svg());
    trial.draw(flow.steps(), ROUTE_X + PADDING, top + PADDING, ROUTE - 2 * PADDING);
    List<StepBoxes.Sender> senders = trial.senders();
    List<Placed> targets = targets(top, senders);
    int bottom = Math.max(least, bottom(targets));

    svg.box("frame", ROUTE_X, top, ROUTE, bottom - top, Paint.FRAME);
    new StepBoxes(svg).draw(flow.steps(), ROUTE_X + PADDING, top + PADDING, ROUTE - 2 * PADDING);
    sources.forEach(this::draw);
    targets.forEach(target -> draw(target, senders));

    int end = bottom;
    for (FlowTable table : flow.tables()) {
      end = table(table, end + 24);
    }
    return svg.picture(
        WIDTH, legend(end + 30), title(), about(), "from " + flow.file() + " and " + FlowRow.SHOWN);
  }

  private String title() {
    return flow.id() + ": " + flow.description();
  }

  private String about() {
    return "From %s to %s."
        .formatted(
            flow.row().from().replace("`", ""),
            flows.targets(flow).stream().map(FlowEnd::name).collect(Collectors.joining(", ")));
  }

  /** Returns how far down it reaches. */
  private int heading() {
    int inner = WIDTH - 2 * MARGIN;
    svg.text(MARGIN, 34, Ink.TITLE, flow.id());
    int at = svg.texts(MARGIN, 56, Ink.PLAIN, Ink.PLAIN.wrap(flow.description(), inner));
    List<String> remarks = new ArrayList<>(List.of(flow.file(), "role " + flow.row().role()));
    remarks.addAll(flow.remarks());
    return svg.texts(MARGIN, at, Ink.SMALL, Ink.SMALL.wrap(String.join("  ·  ", remarks), inner));
  }

  private void caption(int x, int y, String text) {
    svg.text(x, y - 6, Ink.SMALL, text);
  }

  private List<List<Placed>> sources(int top) {
    List<List<Placed>> sources = new ArrayList<>();
    int at = top;
    for (List<FlowEnd> chain : flows.sources(flow)) {
      List<Placed> placed = new ArrayList<>();
      for (FlowEnd end : chain) {
        Placed box = new Placed(EndBox.of(end, SOURCES), at);
        placed.add(box);
        at = box.bottom() + BETWEEN;
      }
      sources.add(placed);
    }
    return sources;
  }

  /** What a step sends to stands beside the step where there is room; the others from the top. */
  private List<Placed> targets(int top, List<StepBoxes.Sender> senders) {
    List<Placed> targets = new ArrayList<>();
    int at = top;
    for (FlowEnd end : flows.targets(flow)) {
      EndBox box = EndBox.of(named(end), TARGETS);
      int beside =
          senders.stream()
              .filter(sender -> flows.target(sender.to()).same(end))
              .mapToInt(sender -> sender.y() - box.height() / 2)
              .findFirst()
              .orElse(at);
      Placed placed = new Placed(box, Math.max(at, beside));
      targets.add(placed);
      at = placed.bottom() + BETWEEN;
    }
    return targets;
  }

  private FlowEnd named(FlowEnd end) {
    return flows
        .at(end)
        .map(
            target ->
                new FlowEnd(
                    end.kind(),
                    end.name(),
                    target.id().equals(flow.id())
                        ? "this one, once more"
                        : "woken by "
                            + target.from().kind().name().toLowerCase(java.util.Locale.ROOT)
                            + " "
                            + target.from().name()))
        .orElse(end);
  }

  private static int bottom(List<Placed> placed) {
    return placed.stream().mapToInt(Placed::bottom).max().orElse(0);
  }

  private void draw(List<Placed> chain) {
    for (int i = 0; i < chain.size(); i++) {
      Placed placed = chain.get(i);
      FlowEnd end = placed.box().end();
      placed.box().draw(svg, MARGIN, placed.y());
      int middle = MARGIN + SOURCES / 2;
      if (i + 1 < chain.size()) {
        boolean carries = end.kind().carries() && chain.get(i + 1).box().end().kind().carries();
        svg.arrow(middle, placed.bottom(), middle, chain.get(i + 1).y(), carries);
      } else {
        boolean carries = end.kind().carries() && !flow.row().looksAt().contains(end);
        svg.arrow(MARGIN + SOURCES, placed.middle(), ROUTE_X, placed.middle(), carries);
      }
    }
  }

  private void draw(Placed target, List<StepBoxes.Sender> senders) {
    FlowEnd end = target.box().end();
    target.box().draw(svg, TARGETS_X, target.y());
    List<StepBoxes.Sender> from =
        senders.stream().filter(sender -> flows.target(sender.to()).same(end)).toList();
    if (from.isEmpty()) {
      svg.arrow(ROUTE_X + ROUTE, target.middle(), TARGETS_X, target.middle(), end.kind().carries());
    }
    for (StepBoxes.Sender sender : from) {
      int bend = (ROUTE_X + ROUTE + TARGETS_X) / 2;
      String path =
          sender.y() == target.middle()
              ? "M%d %d H%d".formatted(sender.x(), sender.y(), TARGETS_X)
              : "M%d %d H%d V%d H%d"
                  .formatted(sender.x(), sender.y(), bend, target.middle(), TARGETS_X);
      svg.arrow(path, end.kind().carries());
    }
  }

  /** Returns how far down it reaches. */
  private int table(FlowTable table, int top) {
    int inner = WIDTH - 2 * MARGIN - 2 * PADDING - ARROW;
    int left = leftWidth(table, inner);
    int right = inner - left;
    int height = 30 + PADDING - 8;
    for (Map.Entry<String, String> entry : table.entries().entrySet()) {
      height += rowHeight(entry, left, right) + 8;
    }
    svg.box("frame", MARGIN, top, WIDTH - 2 * MARGIN, height, Paint.FRAME);
    int x = MARGIN + PADDING;
    svg.text(x, top + 20, Ink.NAME, "table " + table.name());
    svg.text(x + left + ARROW, top + 20, Ink.SMALL, "leads to");
    int at = top + 30;
    for (Map.Entry<String, String> entry : table.entries().entrySet()) {
      int rowHeight = rowHeight(entry, left, right);
      cell(x, at, left, rowHeight, entry.getKey());
      cell(x + left + ARROW, at, right, rowHeight, entry.getValue());
      svg.arrow(x + left, at + rowHeight / 2, x + left + ARROW, at + rowHeight / 2, true);
      at += rowHeight + 8;
    }
    return top + height;
  }

  /** As much as its longest text needs, but no more than its share. */
  private static int leftWidth(FlowTable table, int inner) {
    int left = longest(table.entries().keySet());
    int right = longest(table.entries().values());
    return left + right <= inner
        ? left + (inner - left - right) / 2
        : Math.max(inner / 3, Math.min(left, inner * left / (left + right)));
  }

  private static int longest(java.util.Collection<String> texts) {
    return texts.stream().mapToInt(Ink.SMALL::width).max().orElse(0) + 16;
  }

  private static int rowHeight(Map.Entry<String, String> entry, int left, int right) {
    int lines =
        Math.max(
            Ink.SMALL.wrap(entry.getKey(), left - 16).size(),
            Ink.SMALL.wrap(entry.getValue(), right - 16).size());
    return lines * Svg.LINE + 8;
  }

  private void cell(int x, int y, int width, int height, String text) {
    svg.box("cell", x, y, width, height, Paint.STEP);
    svg.texts(x + 8, y + Svg.LINE, Ink.SMALL, Ink.SMALL.wrap(text, width - 16));
  }

  /** Returns the picture's height. */
  private int legend(int y) {
    svg.arrow(MARGIN, y - 4, MARGIN + ARROW, y - 4, true);
    svg.text(MARGIN + ARROW + 8, y, Ink.SMALL, "messages, rows, order of steps");
    svg.arrow(ROUTE_X, y - 4, ROUTE_X + ARROW, y - 4, false);
    svg.text(ROUTE_X + ARROW + 8, y, Ink.SMALL, "wakes, or looks");
    return y + 16;
  }
}
