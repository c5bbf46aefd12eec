package io.tallyline.ops.alerts;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/** Writes the alerts as a rule file for Prometheus. */
final class PrometheusRules {
  private static final String HEAD =
      """
      # Made from the hub's own alerts (io.tallyline.ops.alerts.AlertRules) with their default
      # thresholds; a test holds it equal. After a change there, write it again:
      #   mvn test -Dtest=PrometheusRulesTest -Dupdate=true
      """;

  private PrometheusRules() {}

  static String text(List<AlertRule> rules, Duration resolveAfter) {
    Map<String, Object> group = new LinkedHashMap<>();
    group.put("name", "tallyline");
    group.put("rules", rules.stream().map(rule -> rule(rule, resolveAfter)).toList());
    var options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    options.setWidth(1_000);
    options.setIndicatorIndent(2);
    options.setIndentWithIndicator(true);
    return HEAD + new Yaml(options).dump(Map.of("groups", List.of(group)));
  }

  private static Map<String, Object> rule(AlertRule rule, Duration resolveAfter) {
    Map<String, Object> lines = new LinkedHashMap<>();
    lines.put("alert", rule.prometheusName());
    lines.put("expr", rule.condition().promql());
    lines.put("for", duration(rule.hold()));
    lines.put("keep_firing_for", duration(resolveAfter));
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("severity", rule.severity().label());
    labels.put("code", rule.code());
    lines.put("labels", labels);
    Map<String, String> annotations = new LinkedHashMap<>();
    annotations.put("summary", rule.summaryTemplate());
    annotations.put("action", rule.action());
    annotations.put("runbook", "src/docs/alerts.md#" + rule.id());
    lines.put("annotations", annotations);
    return lines;
  }

  private static String duration(Duration duration) {
    return duration.isZero() ? "0s" : Metric.promDuration(duration);
  }
}
