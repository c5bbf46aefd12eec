package io.tallyline.workbench;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One difference between a released schema and the current one.
 *
 * @param place where in the schema, and so where in a message
 * @param before the released rule in words, for example {@code maxDecimals 6}
 * @param after the current rule
 * @param breaks empty if the change is compatible
 * @param remark what else to know; may be empty
 */
public record SchemaChange(
    SchemaPlace place, String before, String after, Set<Breaks> breaks, String remark) {
  public SchemaChange {
    breaks = Set.copyOf(breaks);
  }

  public boolean refused() {
    return !breaks.isEmpty();
  }

  /** {@code breaks producers, consumers}, or {@code compatible}. */
  public String verdict() {
    if (breaks.isEmpty()) {
      return "compatible";
    }
    if (breaks.contains(Breaks.UNKNOWN)) {
      return Breaks.UNKNOWN.inWords();
    }
    return EnumSet.copyOf(breaks).stream()
        .map(Breaks::inWords)
        .collect(Collectors.joining(", ", "breaks ", ""));
  }
}
