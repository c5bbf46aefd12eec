package io.tallyline.ops.alerts;

/** What fires now, for other ways of showing it. */
public interface CurrentAlerts {
  AlertReport report();
}
