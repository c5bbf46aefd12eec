package io.tallyline.contracts;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A table as it stands in a route file: one entry a line, {@code <what arrives> -> <mapping>};
 * blank lines and lines that start with {@code #} count for nothing. It is what makes a new event
 * type a line in a route file.
 */
public final class RouteTable {
  private static final String ARROW = "->";

  private final Map<String, String> entries;

  private RouteTable(Map<String, String> entries) {
    this.entries = entries;
  }

  /**
   * @param text the table as written
   * @param where the route and property it stands in, for the error
   * @throws StartRefused CON-001 if a line is not of the form, or names something twice
   */
  public static RouteTable parse(String text, String where) {
    Map<String, String> entries = new LinkedHashMap<>();
    int number = 0;
    for (String line : text.split("\n", -1)) {
      number++;
      String entry = line.strip();
      if (entry.isEmpty() || entry.startsWith("#")) {
        continue;
      }
      int arrow = entry.indexOf(ARROW);
      String left = arrow < 0 ? "" : entry.substring(0, arrow).strip();
      String right = arrow < 0 ? "" : entry.substring(arrow + ARROW.length()).strip();
      if (left.isEmpty() || right.isEmpty()) {
        throw refused(where, number, "'" + entry + "' is not of the form '<name> -> <mapping>'");
      }
      if (entries.put(left, right) != null) {
        throw refused(where, number, "'" + left + "' stands there twice: keep one of the lines");
      }
    }
    return new RouteTable(entries);
  }

  private static StartRefused refused(String where, int number, String what) {
    return new StartRefused(
        "CON-001", "%s, line %d of the table: %s.".formatted(where, number, what));
  }

  /** What arrives, and the mapping for it, in the order of the file. */
  public Map<String, String> entries() {
    return entries;
  }
}
