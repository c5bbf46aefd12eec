package io.tallyline.ops.security;

/** Text from outside, fit for one line of a log or an answer. */
final class OneLine {
  private static final int LONGEST = 80;

  private OneLine() {}

  /** Control and format characters as {@code \\u000a}; cut after 80 characters. */
  static String of(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(LONGEST)
        .forEach(
            c -> {
              if (isPrintable(c)) {
                line.appendCodePoint(c);
              } else {
                line.append("\\u%04x".formatted(c));
              }
            });
    return text.codePointCount(0, text.length()) > LONGEST ? line + "..." : line.toString();
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }
}
