package io.tallyline.ops.alerts;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What meters say, now and some time ago. */
interface Readings {
  /** Its series that have a value now; empty if nobody measures it here. */
  Map<Labels, Double> now(Metric metric);

  /**
   * Its series as they were. A counter's series that was not there yet counted 0; a gauge's is left
   * out.
   *
   * @return null if it was not watched for that long
   */
  @Nullable Map<Labels, Double> ago(Metric metric, Duration age);

  /** By how much each series of a counter grew; what is younger than the window grew from 0. */
  Map<Labels, Double> growth(Metric counter, Duration window);
}
