package io.tallyline.ops.observe;

/**
 * Text for a log line, in which nothing from outside can end the line, move a terminal's cursor or
 * turn the direction of reading: such characters are written as what they are, {@code \n} or {@code
 * \u202e}.
 */
final class Encoded {
  /** A line that is longer tells nobody more. */
  static final int LONGEST = 16_384;

  private Encoded() {}

  /** The text, encoded and bounded; the same object if nothing has to change. */
  static String text(String text) {
    String bounded = text.length() <= LONGEST ? text : bounded(text);
    for (int i = 0; i < bounded.length(); i++) {
      if (isHarmful(bounded.charAt(i))) {
        return encoded(bounded, i);
      }
    }
    return bounded;
  }

  private static String bounded(String text) {
    int end = Character.isHighSurrogate(text.charAt(LONGEST - 1)) ? LONGEST - 1 : LONGEST;
    return text.substring(0, end) + "… (" + text.length() + " characters)";
  }

  private static String encoded(String text, int first) {
    StringBuilder line = new StringBuilder(text.length() + 32).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isHarmful(c)) {
        line.append(c);
      } else if (c == '\n') {
        line.append("\\n");
      } else if (c == '\r') {
        line.append("\\r");
      } else if (c == '\t') {
        line.append("\\t");
      } else {
        line.append("\\u").append(hex(c >> 12)).append(hex(c >> 8)).append(hex(c >> 4));
        line.append(hex(c));
      }
    }
    return line.toString();
  }

  private static char hex(int digit) {
    return Character.forDigit(digit & 0xf, 16);
  }

  /** C0 and C1 controls, line and paragraph separators, marks that turn text, halves of pairs. */
  static boolean isHarmful(char c) {
    if (c < 0x7f) {
      return c < ' ';
    }
    return c <= 0x9f
        || c == '\u061c'
        || (c >= '\u200b' && c <= '\u200f')
        || (c >= '\u2028' && c <= '\u202e')
        || (c >= '\u2060' && c <= '\u206f')
        || c == '\ufeff'
        || (c >= '\ufff9' && c <= '\ufffb');
  }
}
