package io.tallyline.delivery;

/** Text from outside, made fit for a header or a log line. */
final class Printable {
  private Printable() {}

  /** Control characters and lone surrogates become blanks. */
  static String text(String text) {
    return text.codePoints()
        .map(
            c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** At most so many characters, an ellipsis among them, and no half of a pair. */
  static String bounded(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 2)) ? longest - 2 : longest - 1;
    return text.substring(0, end) + "…";
  }
}
