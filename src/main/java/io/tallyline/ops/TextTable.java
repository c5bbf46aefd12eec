package io.tallyline.ops;

import java.util.ArrayList;
import java.util.List;

/** A plain table that fits a terminal: first column left, the others right. */
final class TextTable {
  private final List<String[]> rows = new ArrayList<>();

  TextTable(String... heads) {
    rows.add(heads);
  }

  void row(String... cells) {
    rows.add(cells);
  }

  /** Heads, a rule, rows; every line begins with two spaces. */
  List<String> lines() {
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    List<String> lines = new ArrayList<>();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 0; i < row.length; i++) {
        String space = " ".repeat(widths[i] - row[i].length());
        line.append(i == 0 ? row[i] + space : space + row[i]).append("  ");
      }
      lines.add(line.toString().stripTrailing());
      if (lines.size() == 1) {
        lines.add("  " + "-".repeat(lines.get(0).length() - 2));
      }
    }
    return lines;
  }
}
