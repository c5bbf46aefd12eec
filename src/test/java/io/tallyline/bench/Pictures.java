package io.tallyline.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The figures as pictures: dark on paper of their own, so readable on a dark page too. */
final class Pictures {
  private static final int WIDTH = 760;
  private static final int LEFT = 190;
  private static final int RIGHT = 130;
  private static final int ROW = 26;
  private static final int TOP = 64;
  private static final String HUB = "#2b74b3";
  private static final String OTHER = "#8d949c";
  private static final String DARK = "#1f2328";
  private static final String SOFT = "#57606a";
  private static final String GRID = "#d8dce1";

  private final StringBuilder body = new StringBuilder();
  private int y = TOP;

  private Pictures() {}

  /** How fast an outbox is drained. */
  static String drain(Figures figures) {
    var picture = new Pictures();
    double most =
        figures.contenders().stream()
            .mapToDouble(name -> figures.median(name, Metric.DRAIN).orElse(0))
            .max()
            .orElse(1);
    for (String name : figures.contenders()) {
      OptionalDouble value = figures.median(name, Metric.DRAIN);
      if (value.isPresent()) {
        picture.bar(name, value.getAsDouble(), most, colour(name), "%,.0f/s");
      }
    }
    return picture.finish("Outbox to ledger", "sales drained a second; longer is better");
  }

  /** How long a sale takes; each from its median to its 99th percentile, on a scale of tens. */
  static String latency(Figures figures) {
    var picture = new Pictures();
    for (int millis = 1; millis <= 100_000; millis *= 10) {
      int x = logarithmic(millis);
      picture.body.append(
          "  <line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\"/>\n"
              .formatted(x, TOP - 8, x, TOP + figures.contenders().size() * 2 * ROW, GRID));
      picture.text(
          x - 10, TOP - 12, 11, SOFT, millis < 1_000 ? millis + " ms" : millis / 1_000 + " s");
    }
    for (String name : figures.contenders()) {
      picture.span(
          name + ", 200/s",
          figures.median(name, Metric.P50_AT_200),
          figures.median(name, Metric.P99_AT_200),
          colour(name));
      picture.span(
          name + ", 1,000/s",
          figures.median(name, Metric.P50_AT_1000),
          figures.median(name, Metric.P99_AT_1000),
          colour(name));
    }
    return picture.finish(
        "Producer's commit to journal's commit", "from median to 99th percentile; left is better");
  }

  /** How the hub's speed changes with its load. */
  static String series(List<Series.Point> points) {
    var picture = new Pictures();
    double most = points.stream().mapToDouble(Series.Point::perSecond).max().orElse(1);
    String group = "";
    for (Series.Point point : points) {
      if (!point.group().equals(group)) {
        group = point.group();
        picture.y += 10;
        picture.text(12, picture.y + 16, 12, SOFT, group);
        picture.y += ROW;
      }
      picture.bar(point.label(), point.perSecond(), most, HUB, "%,.0f/s");
    }
    return picture.finish("The hub under different loads", "rows drained a second");
  }

  private static String colour(String name) {
    return name.startsWith("hub") ? HUB : OTHER;
  }

  private void bar(String label, double value, double most, String colour, String format) {
    int length = (int) Math.max(1, (WIDTH - LEFT - RIGHT) * value / most);
    text(12, y + 16, 12, DARK, label);
    body.append(
        "  <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>\n"
            .formatted(LEFT, y + 3, length, ROW - 8, colour));
    text(LEFT + length + 8, y + 16, 12, DARK, String.format(Locale.ROOT, format, value));
    y += ROW;
  }

  private void span(String label, OptionalDouble from, OptionalDouble to, String colour) {
    text(12, y + 16, 12, DARK, label);
    if (from.isPresent() && to.isPresent()) {
      int start = logarithmic(from.getAsDouble());
      int end = Math.max(start + 3, logarithmic(to.getAsDouble()));
      body.append(
          "  <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>\n"
              .formatted(start, y + 5, end - start, ROW - 14, colour));
      text(
          end + 8,
          y + 16,
          11,
          DARK,
          String.format(Locale.ROOT, "%,.1f / %,.1f", from.getAsDouble(), to.getAsDouble()));
    }
    y += ROW;
  }

  /** From 1 ms at the left to 100 s at the right. */
  private static int logarithmic(double millis) {
    return LEFT + (int) (Math.log10(Math.max(1, millis)) / 5 * (WIDTH - LEFT - RIGHT));
  }

  private void text(int x, int at, int size, String colour, String text) {
    body.append(
        "  <text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\">%s</text>\n"
            .formatted(x, at, size, colour, text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private String finish(String title, String about) {
    int height = y + 16;
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- Drawn by ./hub bench. Do not edit. -->
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
        role="img" aria-labelledby="title about" font-family="system-ui, sans-serif">
          <title id="title">%3$s</title>
          <desc id="about">%4$s</desc>
          <rect width="%1$d" height="%2$d" fill="#ffffff"/>
          <text x="12" y="22" font-size="16" font-weight="bold" fill="#1f2328">%3$s</text>
          <text x="12" y="40" font-size="12" fill="#57606a">%4$s</text>
        """
            .formatted(WIDTH, height, title, about)
        + body
        + "</svg>\n";
  }
}
