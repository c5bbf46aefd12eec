package io.tallyline.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The formats a schema of ours may name. Loops instead of patterns: nothing here backtracks. */
final class Formats {
  record Kind(String meaning, Predicate<String> valid) {}

  private static final Set<String> CURRENCIES = currencies();

  static final Map<String, Kind> ALL =
      Map.of(
          "uuid", new Kind("a UUID with dashes that is not all zeros", Formats::uuid),
          "timestamp",
              new Kind(
                  "an RFC 3339 timestamp with an offset, of the years 1900 to 2199",
                  Timestamps::valid),
          "currency", new Kind("an active ISO 4217 currency code", CURRENCIES::contains),
          "text", new Kind("a text without control characters that is not blank", Formats::text),
          "optional-text", new Kind("a text without control characters", Formats::printable));

  private Formats() {}

  private static boolean uuid(String text) {
    if (text.length() != 36) {
      return false;
    }
    boolean nil = true;
    for (int i = 0; i < 36; i++) {
      char c = text.charAt(i);
      if (i == 8 || i == 13 || i == 18 || i == 23) {
        if (c != '-') {
          return false;
        }
      } else {
        char lower = (char) (c | 0x20);
        if (!(c >= '0' && c <= '9' || lower >= 'a' && lower <= 'f')) {
          return false;
        }
        nil &= c == '0';
      }
    }
    return !nil;
  }

  private static boolean printable(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isISOControl(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean text(String text) {
    boolean blank = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        return false;
      }
      blank &= Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
    return !blank;
  }

  private static Set<String> currencies() {
    try (InputStream list = Formats.class.getResourceAsStream("currencies.txt")) {
      if (list == null) {
        throw new IllegalStateException("currencies.txt is missing from the program");
      }
      Set<String> codes = new HashSet<>();
      new String(list.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(line -> codes.addAll(Set.of(line.trim().split(" "))));
      return Set.copyOf(codes);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
