package io.tallyline.workbench;

import java.util.Comparator;

/**
 * Something wrong in a file that a person edits.
 *
 * @param file relative to the project's folder, with forward slashes
 * @param line from 1; 0 if it concerns the file as a whole
 * @param column from 1; 0 if unknown
 * @param code three letters of the package and three digits, listed in src/docs/errors.md
 * @param what is wrong
 * @param fix what to do about it
 */
public record Finding(String file, int line, int column, String code, String what, String fix)
    implements Comparable<Finding> {
  private static final Comparator<Finding> BY_PLACE =
      Comparator.comparing(Finding::file)
          .thenComparingInt(Finding::line)
          .thenComparingInt(Finding::column)
          .thenComparing(Finding::code)
          .thenComparing(Finding::what);

  /** {@code routes/finance/post-journals.camel.yaml:12:9}, which editors turn into a link. */
  public String place() {
    if (line == 0) {
      return file;
    }
    return file + ":" + line + (column == 0 ? "" : ":" + column);
  }

  @Override
  public int compareTo(Finding other) {
    return BY_PLACE.compare(this, other);
  }

  @Override
  public String toString() {
    return place() + " " + code + " " + what + ". " + fix + ".";
  }
}
