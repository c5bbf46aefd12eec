package io.tallyline.ops.console;

import org.jspecify.annotations.Nullable;

/** Text from outside, made fit for one line of the log. */
final class Printed {
  private static final int LONGEST = 300;

  private Printed() {}

  /** Control and format characters and lone surrogates as {@code \}{@code u000a}; cut at 300. */
  static String of(@Nullable String text) {
    if (text == null) {
      return "-";
    }
    StringBuilder line = new StringBuilder();
    text.codePoints().limit(LONGEST).forEach(c -> append(line, c));
    return text.codePointCount(0, text.length()) > LONGEST
        ? line.append("…").toString()
        : line.toString();
  }

  private static void append(StringBuilder line, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          line.append("\\u%04x".formatted(c));
      default -> line.appendCodePoint(c);
    }
  }
}
