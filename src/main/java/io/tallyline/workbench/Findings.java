package io.tallyline.workbench;

import java.util.Set;
import java.util.TreeSet;

/** Collects what one run of the check finds; the same thing found twice counts once. */
final class Findings {
  private final Set<Finding> findings = new TreeSet<>();
  private final Set<Finding> notes = new TreeSet<>();

  void add(String file, int line, int column, String code, String what, String fix) {
    findings.add(new Finding(file, line, column, code, what, fix));
  }

  void add(String file, JsonPlaces.Place place, String code, String what, String fix) {
    add(file, place.line(), place.column(), code, what, fix);
  }

  /** Worth a look, but nothing that would stop the hub. */
  void note(String file, int line, String code, String what, String fix) {
    notes.add(new Finding(file, line, 0, code, what, fix));
  }

  boolean anyIn(String filePrefix) {
    return findings.stream().anyMatch(finding -> finding.file().startsWith(filePrefix));
  }

  Checked checked() {
    return new Checked(java.util.List.copyOf(findings), java.util.List.copyOf(notes));
  }
}
