package io.tallyline.workbench;

import java.util.List;

/**
 * What a check found, sorted by file and line.
 *
 * @param findings would stop the hub, or make it do what nobody wants
 * @param notes files that nothing uses
 */
public record Checked(List<Finding> findings, List<Finding> notes) {
  public Checked {
    findings = List.copyOf(findings);
    notes = List.copyOf(notes);
  }
}
