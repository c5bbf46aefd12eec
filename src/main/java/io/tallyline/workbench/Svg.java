package io.tallyline.workbench;

import java.util.ArrayList;
import java.util.List;

/**
 * A picture under construction: boxes, texts and arrows, in pixels. Its font has letters of one
 * width, so that what fits here fits in every browser.
 */
final class Svg {
  static final int LINE = 16;
  private static final int WIDTH_PERCENT_OF_SIZE = 61;
  private static final String BREAK_AFTER = "/.,:_-";

  /** Fill and line of a box. */
  record Paint(String fill, String line, boolean dashed) {
    static final Paint STEP = new Paint("#ffffff", "#8d949c", false);
    static final Paint FRAME = new Paint("#f5f6f8", "#b4bac1", false);
    static final Paint GROUP = new Paint("#e9ecf0", "#8d949c", true);

    static Paint of(FlowEnd end) {
      return switch (end.look()) {
        case BROKER -> new Paint("#fff1dc", "#c9760f", false);
        case DEAD -> new Paint("#fde8e6", "#c0392b", false);
        case DATABASE -> new Paint("#e2effb", "#2b74b3", false);
        case WAKE -> new Paint("#f0e9fa", "#7d51b0", false);
        case PROCESS -> new Paint("#e6f4e7", "#3a8744", false);
        case PLAIN -> new Paint("#f4f4f4", "#808080", false);
      };
    }
  }

  /** A text's size and colour. */
  record Ink(int size, String colour, boolean bold) {
    static final Ink TITLE = new Ink(18, "#1f2328", true);
    static final Ink NAME = new Ink(12, "#1f2328", true);
    static final Ink PLAIN = new Ink(12, "#1f2328", false);
    static final Ink SMALL = new Ink(11, "#57606a", false);

    /** How far a text reaches, in whole pixels. */
    int width(String text) {
      return (text.codePointCount(0, text.length()) * size * WIDTH_PERCENT_OF_SIZE + 99) / 100;
    }

    /** Breaks a text so that no line is wider; at blanks, else after punctuation, else anywhere. */
    List<String> wrap(String text, int width) {
      int most = Math.max(1, width * 100 / (size * WIDTH_PERCENT_OF_SIZE));
      List<String> lines = new ArrayList<>();
      String rest = text.strip();
      while (rest.length() > most) {
        int cut = cut(rest, most);
        lines.add(rest.substring(0, cut).strip());
        rest = rest.substring(cut).strip();
      }
      lines.add(rest);
      return lines;
    }

    private static int cut(String text, int most) {
      int blank = text.lastIndexOf(' ', most);
      if (blank > 0) {
        return blank;
      }
      for (int at = most; at > most / 3; at--) {
        if (BREAK_AFTER.indexOf(text.charAt(at - 1)) >= 0) {
          return at;
        }
      }
      return Character.isHighSurrogate(text.charAt(most - 1)) ? Math.max(1, most - 1) : most;
    }
  }

  private final StringBuilder body = new StringBuilder();

  void box(String kind, int x, int y, int width, int height, Paint paint) {
    body.append(
        "  <rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" stroke=\"%s\"%s/>\n"
            .formatted(
                kind,
                x,
                y,
                width,
                height,
                paint.fill(),
                paint.line(),
                paint.dashed() ? " stroke-dasharray=\"2 3\"" : ""));
  }

  /**
   * @param y of the line the letters stand on
   */
  void text(int x, int y, Ink ink, String text) {
    body.append("  <text x=\"").append(x).append("\" y=\"").append(y);
    body.append("\" font-size=\"").append(ink.size());
    body.append("\" fill=\"").append(ink.colour());
    body.append(ink.bold() ? "\" font-weight=\"bold\">" : "\">");
    body.append(escape(text)).append("</text>\n");
  }

  /** Texts one below the other; returns where the next would stand. */
  int texts(int x, int y, Ink ink, List<String> lines) {
    int at = y;
    for (String line : lines) {
      text(x, at, ink, line);
      at += LINE;
    }
    return at;
  }

  /**
   * @param path as in the attribute {@code d}, its end at the arrow's tip
   * @param carries a full line; otherwise dashes, for what only wakes
   */
  void arrow(String path, boolean carries) {
    body.append("  <path d=\"").append(path).append('"');
    body.append(carries ? "" : " stroke-dasharray=\"5 4\"");
    body.append(
        " fill=\"none\" stroke=\"#57606a\" stroke-width=\"1.4\" marker-end=\"url(#tip)\"/>\n");
  }

  /** A straight arrow, or one with a bend half way. */
  void arrow(int x1, int y1, int x2, int y2, boolean carries) {
    int middle = (x1 + x2) / 2;
    arrow(
        y1 == y2 || x1 == x2
            ? "M%d %d L%d %d".formatted(x1, y1, x2, y2)
            : "M%d %d H%d V%d H%d".formatted(x1, y1, middle, y2, x2),
        carries);
  }

  /** The whole picture; wider ones are shown smaller. */
  String picture(int width, int height, String title, String about, String madeFrom) {
    int shownWidth = Math.min(width, 1000);
    int shownHeight = height * shownWidth / width;
    return """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- %s %s. Do not edit. -->
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-labelledby="title about" font-family="'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace">
          <title id="title">%s</title>
          <desc id="about">%s</desc>
          <defs>
            <marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.5 L8 4 L0 7.5 z" fill="#57606a"/></marker>
          </defs>
          <rect class="paper" x="0" y="0" width="%d" height="%d" fill="#ffffff"/>
        """
            .formatted(
                DrawFlows.MARK,
                escape(madeFrom).replace("--", "- -"),
                shownWidth,
                shownHeight,
                width,
                height,
                escape(title),
                escape(about),
                width,
                height)
        + body
        + "</svg>\n";
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replaceAll("[\\p{Cntrl}]", " ");
  }
}
