package io.tallyline.workbench;

import io.tallyline.workbench.Svg.Ink;
import io.tallyline.workbench.Svg.Paint;
import java.util.ArrayList;
import java.util.List;

/** The steps of a flow, one below the other; what encloses others is a frame around them. */
final class StepBoxes {
  static final int GAP = 16;
  private static final int PADDING = 8;
  private static final int INDENT = 12;

  /** Where a step stands that sends something. */
  record Sender(FlowEnd to, int x, int y) {}

  private final Svg svg;
  private final List<Sender> senders = new ArrayList<>();

  StepBoxes(Svg svg) {
    this.svg = svg;
  }

  List<Sender> senders() {
    return senders;
  }

  static int height(List<FlowStep> steps, int width) {
    int height = 0;
    for (FlowStep step : steps) {
      height += height(step, width) + GAP;
    }
    return Math.max(0, height - GAP);
  }

  private static int height(FlowStep step, int width) {
    int own = Svg.LINE * (1 + detail(step, width).size()) + 8;
    return step.steps().isEmpty() ? own : own + height(step.steps(), width - 2 * INDENT) + INDENT;
  }

  private static List<String> detail(FlowStep step, int width) {
    return step.detail().isEmpty() ? List.of() : Ink.SMALL.wrap(step.detail(), width - 2 * PADDING);
  }

  void draw(List<FlowStep> steps, int x, int y, int width) {
    int at = y;
    for (int i = 0; i < steps.size(); i++) {
      FlowStep step = steps.get(i);
      draw(step, x, at, width);
      at += height(step, width) + GAP;
      if (i + 1 < steps.size()) {
        svg.arrow(x + width / 2, at - GAP, x + width / 2, at, true);
      }
    }
  }

  private void draw(FlowStep step, int x, int y, int width) {
    boolean frame = !step.steps().isEmpty();
    int height = height(step, width);
    svg.box(frame ? "frame" : "step", x, y, width, height, frame ? Paint.GROUP : Paint.STEP);
    svg.text(x + PADDING, y + Svg.LINE, Ink.NAME, step.name());
    int below = svg.texts(x + PADDING, y + 2 * Svg.LINE, Ink.SMALL, detail(step, width));
    if (frame) {
      draw(step.steps(), x + INDENT, below - Svg.LINE + 8, width - 2 * INDENT);
    }
    step.sendsTo().ifPresent(end -> senders.add(new Sender(end, x + width, y + height / 2)));
  }
}
