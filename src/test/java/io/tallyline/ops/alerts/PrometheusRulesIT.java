package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Prometheus's own tool reads the rules and runs their tests. */
class PrometheusRulesIT {
  private static final Path RULES = Path.of("docker/prometheus/rules").toAbsolutePath();

  @BeforeAll
  static void promtool() {
    boolean found =
        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "promtool")));
    if (System.getenv("CI") != null) {
      assertThat(found).as("promtool, see src/test/scripts/install-promtool.sh").isTrue();
    }
    assumeThat(found).as("promtool, see src/test/scripts/install-promtool.sh").isTrue();
  }

  @Test
  void the_rules_are_valid() throws Exception {
    assertThat(run("check", "rules", "tallyline.yaml"))
        .contains("SUCCESS: " + AlertRules.of(PrometheusRulesTest.settings(Map.of())).size());
  }

  @Test
  void each_rule_fires_by_its_cause_and_not_without_it() throws Exception {
    assertThat(run("test", "rules", "tallyline_test.yaml")).contains("SUCCESS");
  }

  @Test
  void each_rule_has_a_case_that_fires_and_one_that_does_not() throws IOException {
    String cases = Files.readString(RULES.resolve("tallyline_test.yaml"));

    for (AlertRule rule : AlertRules.of(PrometheusRulesTest.settings(Map.of()))) {
      assertThat(cases)
          .contains(rule.prometheusName() + ": ")
          .contains(rule.prometheusName() + ", not: ");
    }
  }

  private static String run(String... arguments) throws IOException, InterruptedException {
    Process tool =
        new ProcessBuilder(Stream.concat(Stream.of("promtool"), Stream.of(arguments)).toList())
            .directory(RULES.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(tool.getInputStream().readAllBytes());
    assertThat(tool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(tool.exitValue()).as(output).isZero();
    return output;
  }
}
