package io.tallyline.ops.alerts;

import java.util.Locale;

/** How soon somebody must look. */
public enum Severity {
  /** Now, at night too: journals are missing or will be. */
  CRITICAL,
  /** During working hours. */
  WARNING;

  /** As in labels and settings. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
