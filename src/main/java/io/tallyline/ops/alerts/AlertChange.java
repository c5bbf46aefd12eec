package io.tallyline.ops.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * An alert began or is over.
 *
 * @param alert the rule's id
 * @param code the rule's number
 * @param severity of the rule
 * @param firing whether it began
 * @param labels what tells it from others of the rule, a queue for example
 * @param summary what is wrong, with the value it began with
 * @param action what to do first
 * @param since when it began
 * @param at when it was told, or when its condition was gone
 */
record AlertChange(
    String alert,
    String code,
    Severity severity,
    boolean firing,
    Map<String, String> labels,
    String summary,
    String action,
    Instant since,
    Instant at) {
  Duration lasted() {
    return Duration.between(since, at);
  }

  /** One line that says everything. */
  String sentence() {
    return firing
        ? "%s %s %s: %s To do: %s (src/docs/alerts.md, %s)"
            .formatted(code, severity, alert, summary, action, alert)
        : "%s OVER %s after %s: %s"
            .formatted(code, alert, AlertRule.text(lasted()), "it was: " + summary);
  }
}
