package io.tallyline.bench.shared;

import java.util.HashMap;
import java.util.Map;

/** The words after a program's name, {@code --name=value}. */
public final class Arguments {
  private final Map<String, String> values = new HashMap<>();

  public Arguments(String[] words) {
    for (String word : words) {
      int equals = word.indexOf('=');
      if (!word.startsWith("--") || equals < 0) {
        throw new IllegalArgumentException("not of the form --name=value: " + word);
      }
      values.put(word.substring(2, equals), word.substring(equals + 1));
    }
  }

  /** A value that has to be there. */
  public String get(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + "= is missing");
    }
    return value;
  }

  public String get(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  public int number(String name) {
    return Integer.parseInt(get(name));
  }
}
