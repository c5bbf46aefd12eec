package io.tallyline.workbench;

import io.tallyline.workbench.Svg.Ink;
import io.tallyline.workbench.Svg.Paint;
import java.util.List;

/** How a queue, a table and the like looks in a picture: what it is, its name, a few words more. */
record EndBox(FlowEnd end, List<String> name, List<String> detail, int width) {
  private static final int PADDING = 8;

  EndBox {
    name = List.copyOf(name);
    detail = List.copyOf(detail);
  }

  static EndBox of(FlowEnd end, int width) {
    int inner = width - 2 * PADDING;
    return new EndBox(
        end,
        Ink.NAME.wrap(end.name(), inner),
        end.detail().isEmpty() ? List.of() : Ink.SMALL.wrap(end.detail(), inner),
        width);
  }

  int height() {
    int lines = (end.label().isEmpty() ? 0 : 1) + name.size() + detail.size();
    return lines * Svg.LINE + 10;
  }

  void draw(Svg svg, int x, int y) {
    svg.box("end", x, y, width, height(), Paint.of(end));
    int at = y + Svg.LINE;
    if (!end.label().isEmpty()) {
      at = svg.texts(x + PADDING, at, Ink.SMALL, List.of(end.label()));
    }
    at = svg.texts(x + PADDING, at, Ink.NAME, name);
    svg.texts(x + PADDING, at, Ink.SMALL, detail);
  }
}
