package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where two JSON documents differ by value: 1.50 is 1.5, and a journal's date is a moment. */
public final class JsonDifferences {
  private static final int LONGEST_VALUE = 60;

  /**
   * @param pointer JSON pointer into both
   * @param what in words: what was expected, what came
   */
  public record Difference(String pointer, String what) {}

  private final List<Difference> found = new ArrayList<>();

  private JsonDifferences() {}

  public static List<Difference> between(JsonNode expected, JsonNode got) {
    JsonDifferences differences = new JsonDifferences();
    differences.compare(expected, got, "");
    return differences.found;
  }

  private void compare(JsonNode expected, JsonNode got, String at) {
    if (expected.isObject() && got.isObject()) {
      Set<String> names = new LinkedHashSet<>();
      expected.fieldNames().forEachRemaining(names::add);
      got.fieldNames().forEachRemaining(names::add);
      names.forEach(
          name -> compare(expected.path(name), got.path(name), at + "/" + YamlSource.step(name)));
    } else if (expected.isArray() && got.isArray()) {
      for (int i = 0; i < Math.max(expected.size(), got.size()); i++) {
        compare(expected.path(i), got.path(i), at + "/" + i);
      }
    } else if (!same(expected, got, at)) {
      found.add(
          new Difference(at, path(at) + ": expected " + shown(expected) + ", got " + shown(got)));
    }
  }

  private static boolean same(JsonNode expected, JsonNode got, String at) {
    if (expected.isNumber() && got.isNumber()) {
      return expected.decimalValue().compareTo(got.decimalValue()) == 0;
    }
    if (at.equals("/date") && expected.isTextual() && got.isTextual()) {
      try {
        return OffsetDateTime.parse(expected.textValue())
            .isEqual(OffsetDateTime.parse(got.textValue()));
      } catch (DateTimeException otherForm) {
        return expected.equals(got);
      }
    }
    return expected.equals(got);
  }

  /** {@code lines[0].debit}. */
  private static String path(String pointer) {
    String path = pointer.replaceAll("/(\\d+)", "[$1]").replace('/', '.');
    return path.startsWith(".") ? path.substring(1) : path;
  }

  private static String shown(JsonNode value) {
    if (value.isMissingNode()) {
      return "nothing";
    }
    String text = value.isNumber() ? value.decimalValue().toPlainString() : value.toString();
    return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
  }
}
