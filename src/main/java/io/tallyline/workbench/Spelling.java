package io.tallyline.workbench;

import java.util.Collection;
import java.util.Comparator;

/** The name that was probably meant. */
public final class Spelling {
  private static final int MOST_DIFFERENT = 4;

  private Spelling() {}

  /** {@code "Did you mean 'claimOutbox'"}, or what else to do if nothing is near. */
  static String suggestion(String written, Collection<String> known, String otherwise) {
    int most = Math.min(MOST_DIFFERENT, Math.max(1, written.length() / 2));
    return known.stream()
        .sorted()
        .min(Comparator.comparingInt(name -> distance(written, name)))
        .filter(name -> distance(written, name) <= most)
        .map(name -> "Did you mean '" + name + "'")
        .orElse(otherwise);
  }

  /** How many letters must change to make one name the other (Levenshtein). */
  public static int distance(String one, String other) {
    int[] previous = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] current = new int[other.length() + 1];
      current[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[other.length()];
  }
}
