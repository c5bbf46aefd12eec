package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** The rule file, the runbook and the alerts of the hub are one list. */
class PrometheusRulesTest {
  private static final Path FILE = Path.of("docker/prometheus/rules/tallyline.yaml");
  private static final Path RUNBOOK = Path.of("src/docs/alerts.md");
  private static final Pattern HEADING = Pattern.compile("^### ([a-z-]+)$", Pattern.MULTILINE);

  static AlertProperties settings(Map<String, String> changed) {
    return new Binder(new MapConfigurationPropertySource(changed))
        .bindOrCreate("hub.alerts", AlertProperties.class);
  }

  @Test
  void the_rule_file_is_what_the_hub_evaluates() throws IOException {
    AlertProperties settings = settings(Map.of());
    String rules = PrometheusRules.text(AlertRules.of(settings), settings.resolveAfter());
    if (Boolean.getBoolean("update")) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, rules);
    }

    assertThat(FILE).hasContent(rules);
  }

  @Test
  void every_alert_has_its_heading_in_the_runbook_and_every_heading_its_alert() throws IOException {
    List<String> headings =
        HEADING
            .matcher(Files.readString(RUNBOOK))
            .results()
            .map((MatchResult heading) -> heading.group(1))
            .toList();

    assertThat(headings).doesNotHaveDuplicates();
    assertThat(new TreeSet<>(headings))
        .isEqualTo(
            AlertRules.of(settings(Map.of())).stream()
                .map(AlertRule::id)
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void a_threshold_that_is_set_changes_the_rule() {
    AlertProperties settings =
        settings(
            Map.of(
                "hub.alerts.lag", "90s",
                "hub.alerts.broker-cpu-percent", "62.5",
                "hub.alerts.hold.dead-letters", "2m"));

    String rules = PrometheusRules.text(AlertRules.of(settings), Duration.ofMinutes(3));

    assertThat(rules)
        .contains("max by (outbox) (hub_relay_lag_seconds) > 90")
        .contains("> 0.625")
        .contains("for: 2m")
        .contains("keep_firing_for: 3m");
  }

  @Test
  void metrics_have_the_names_that_the_hub_exports() {
    assertThat(Metric.gauge("hub.relay.lag", "seconds").prometheusName())
        .isEqualTo("hub_relay_lag_seconds");
    assertThat(Metric.gauge("hub.relay.backlog", "rows").prometheusName())
        .isEqualTo("hub_relay_backlog_rows");
    assertThat(Metric.gauge("hub.ops.broker.cpu", "ratio").prometheusName())
        .isEqualTo("hub_ops_broker_cpu_ratio");
    assertThat(Metric.gauge("hub.relay.immovable.rows").prometheusName())
        .isEqualTo("hub_relay_immovable_rows");
    assertThat(Metric.counter("hub.finance.messages").prometheusName())
        .isEqualTo("hub_finance_messages_total");
    assertThat(
            Metric.counter("hub.finance.messages")
                .only("consumer", "finance.journal")
                .without("outcome", "written", "duplicate")
                .selector())
        .isEqualTo(
            "hub_finance_messages_total{consumer=~\"finance[.]journal\",outcome!~\"written|duplicate\"}");
  }
}
