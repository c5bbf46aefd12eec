package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.testing.Dashboards;
import io.tallyline.testing.PromQl;
import io.tallyline.testing.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

/**
 * Dashboards as files: that Grafana can show them, and that Prometheus understands what they ask.
 */
class DashboardsTest {
  static Stream<Path> dashboards() {
    return Dashboards.files().stream();
  }

  @Test
  void there_is_one_for_each_question() {
    assertThat(dashboards().map(file -> Dashboards.read(file).path("title").asText()))
        .containsExactly(
            "Are events becoming journals, and how late", "What is stuck, since when, why");
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void every_panel_says_what_it_shows_and_asks_a_data_source_that_is_provisioned(Path file) {
    Set<String> sources = new HashSet<>();
    YamlNode.documents(Path.of("docker/grafana/provisioning/datasources/tallyline.yaml"))
        .get(0)
        .at("datasources")
        .items()
        .forEach(source -> sources.add(source.at("uid").text()));
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : Dashboards.read(file).path("panels")) {
      String title = panel.path("title").asText();
      assertThat(ids.add(panel.path("id").asInt())).as("id of " + title).isTrue();
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.path("description").asText()).as(title).isNotBlank();
        assertThat(panel.path("targets")).as(title).isNotEmpty();
        assertThat(sources).contains(panel.at("/datasource/uid").asText());
        panel
            .path("targets")
            .forEach(target -> assertThat(sources).contains(target.at("/datasource/uid").asText()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void panels_lie_side_by_side(Path file) {
    Set<String> taken = new HashSet<>();
    for (JsonNode panel : Dashboards.read(file).path("panels")) {
      JsonNode place = panel.path("gridPos");
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
      for (int x = 0; x < place.path("w").asInt(); x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          String cell = (place.path("x").asInt() + x) + "/" + (place.path("y").asInt() + y);
          assertThat(taken.add(cell)).as(panel.path("title").asText() + " at " + cell).isTrue();
        }
      }
    }
  }

  @Test
  void names_are_found_in_expressions() {
    PromQl found =
        PromQl.of(
            "sum by (queue) (rate(a_total{x=\"b_total\", y!~'c|d'}[5m])) / on (le) (up > 0) or time() * 1e3 unless d{z=\"\"} offset 5m");

    assertThat(found.metrics())
        .isEqualTo(Map.of("a_total", Set.of("x", "y"), "up", Set.of(), "d", Set.of("z")));
    assertThat(found.groupings()).containsExactly("le", "queue");
  }

  @Test
  void prometheus_understands_every_expression(@TempDir Path folder) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/promtool")), "promtool is not installed");
    List<Map<String, String>> rules = new ArrayList<>();
    Dashboards.expressions()
        .values()
        .forEach(expression -> rules.add(Map.of("record", "x" + rules.size(), "expr", expression)));

    assertThat(rules).hasSizeGreaterThan(40);
    assertThat(promtool(rules, folder)).contains("SUCCESS: " + rules.size() + " rules found");
    rules.add(Map.of("record", "broken", "expr", "sum by (a (b)"));
    assertThat(promtool(rules, folder)).contains("FAILED");
  }

  private static String promtool(List<Map<String, String>> rules, Path folder)
      throws IOException, InterruptedException {
    Path file = folder.resolve("rules.yaml");
    Files.writeString(
        file,
        new Yaml().dump(Map.of("groups", List.of(Map.of("name", "dashboards", "rules", rules)))));
    Process promtool =
        new ProcessBuilder("/usr/bin/promtool", "check", "rules", file.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("promtool.txt").toFile())
            .start();
    assertThat(promtool.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(folder.resolve("promtool.txt"));
  }
}
