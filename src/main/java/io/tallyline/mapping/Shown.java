package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Values from outside in error texts: short, on one line, without control characters. */
final class Shown {
  private static final int LONGEST_VALUE = 60;

  private Shown() {}

  static String text(@Nullable String text, int longest) {
    if (text == null) {
      return "";
    }
    StringBuilder shown = new StringBuilder(Math.min(text.length(), longest) + 1);
    for (int i = 0; i < text.length(); i++) {
      if (i == longest) {
        return shown.append('…').toString();
      }
      char c = text.charAt(i);
      boolean plain = !Character.isISOControl(c) && c != '\u2028' && c != '\u2029';
      shown.append(plain ? c : '\uFFFD');
    }
    return shown.toString();
  }

  /** {@code " (is 12.5)"}, or nothing for objects, arrays and long texts. */
  static String value(@Nullable JsonNode node) {
    if (node == null || !node.isValueNode() || node.isNull()) {
      return "";
    }
    String text = node.isTextual() ? node.textValue() : node.asText();
    if (text.length() > LONGEST_VALUE) {
      return "";
    }
    String plain = text(text, LONGEST_VALUE);
    return node.isTextual() ? " (is \"" + plain + "\")" : " (is " + plain + ")";
  }
}
