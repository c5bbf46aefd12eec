package io.tallyline.ops.desk;

import java.nio.charset.StandardCharsets;

/**
 * JSON with line breaks and indentation, otherwise as it was written: no number and no text is
 * touched. What is no JSON stays more or less what it is.
 */
final class IndentedJson {
  private static final int MOST_INDENT = 40;

  private final StringBuilder out = new StringBuilder();
  private final int most;
  private int depth;

  private IndentedJson(int most) {
    this.most = most;
  }

  /**
   * @param most characters, more or less
   */
  static String of(String json, int most) {
    return new IndentedJson(most).indent(json);
  }

  /** The same of bytes; those that are no UTF-8 become question marks. */
  static String of(byte[] json, int most) {
    return of(new String(json, StandardCharsets.UTF_8), most);
  }

  private String indent(String json) {
    boolean text = false;
    for (int i = 0; i < json.length() && out.length() < most; i++) {
      char at = json.charAt(i);
      if (text) {
        out.append(at);
        if (at == '\\' && i + 1 < json.length()) {
          out.append(json.charAt(++i));
        } else if (at == '"') {
          text = false;
        }
      } else if (at == '"') {
        text = true;
        out.append(at);
      } else if (!isSpace(at)) {
        i = structure(json, i);
      }
    }
    return out.toString();
  }

  /** Returns the index of the last character that it wrote. */
  private int structure(String json, int i) {
    char at = json.charAt(i);
    if (at == '{' || at == '[') {
      int next = nextVisible(json, i + 1);
      if (next < json.length() && (json.charAt(next) == '}' || json.charAt(next) == ']')) {
        out.append(at).append(json.charAt(next));
        return next;
      }
      depth++;
      out.append(at);
      newLine();
    } else if (at == '}' || at == ']') {
      depth = Math.max(0, depth - 1);
      newLine();
      out.append(at);
    } else if (at == ',') {
      out.append(at);
      newLine();
    } else if (at == ':') {
      out.append(": ");
    } else {
      out.append(at);
    }
    return i;
  }

  private static int nextVisible(String json, int from) {
    int i = from;
    while (i < json.length() && isSpace(json.charAt(i))) {
      i++;
    }
    return i;
  }

  private void newLine() {
    out.append('\n').append("  ".repeat(Math.min(depth, MOST_INDENT)));
  }

  private static boolean isSpace(char at) {
    return at == ' ' || at == '\n' || at == '\r' || at == '\t';
  }
}
