package io.tallyline.workbench;

import java.util.List;

/**
 * What the compatibility gate says.
 *
 * @param schemas every schema that is there or was released, by name
 * @param findings one for each change that breaks somebody, by file and line
 */
public record ContractsReport(List<ComparedSchema> schemas, List<Finding> findings) {
  public ContractsReport {
    schemas = List.copyOf(schemas);
    findings = List.copyOf(findings);
  }

  public boolean refused() {
    return !findings.isEmpty();
  }
}
