package io.tallyline.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The dashboards and alert rules of the deployment, as far as they ask Prometheus something. */
public final class Dashboards {
  public static final Path FOLDER = Path.of("docker/grafana/dashboards");
  public static final Path RULES = Path.of("docker/prometheus/rules/tallyline.yaml");

  private Dashboards() {}

  public static List<Path> files() {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public static JsonNode read(Path file) {
    try {
      return new JsonMapper().readTree(file.toFile());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Every expression of dashboards and rules, by the place that it stands at. */
  public static Map<String, String> expressions() {
    Map<String, String> expressions = new LinkedHashMap<>();
    for (Path file : files()) {
      JsonNode board = read(file);
      for (JsonNode panel : board.path("panels")) {
        for (JsonNode target : panel.path("targets")) {
          String place =
              "%s, %s, %s"
                  .formatted(
                      file.getFileName(),
                      panel.path("title").asText(),
                      target.path("refId").asText());
          expressions.put(place, PromQl.withoutVariables(target.path("expr").asText()));
        }
      }
      for (JsonNode annotation : board.at("/annotations/list")) {
        if (annotation.has("expr")) {
          expressions.put(
              file.getFileName() + ", annotation " + annotation.path("name").asText(),
              annotation.path("expr").asText());
        }
      }
    }
    expressions.putAll(rules());
    return expressions;
  }

  private static Map<String, String> rules() {
    Map<String, String> rules = new LinkedHashMap<>();
    if (Files.exists(RULES)) {
      List<YamlNode> all = new ArrayList<>();
      YamlNode.documents(RULES)
          .get(0)
          .at("groups")
          .items()
          .forEach(group -> all.addAll(group.at("rules").items()));
      for (YamlNode rule : all) {
        String name = rule.at("alert").text() + rule.at("record").text();
        rules.put("rule " + name + " " + rules.size(), rule.at("expr").text());
      }
    }
    return rules;
  }
}
