package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * One route file as it was read.
 *
 * @param path of the file
 * @param shown relative to the project's folder
 */
record RouteFile(Path path, String shown, YamlSource source) {
  static final String SUFFIX = ".camel.yaml";

  /** What holds steps below a step, beside {@code steps} itself. */
  private static final List<String> BRANCHES =
      List.of("when", "otherwise", "doCatch", "doFinally", "onFallback");

  /** A node of a flow: {@code from}, a step or a branch, by the pointer to what it says. */
  record Step(String verb, String at, JsonNode says, int depth) {
    String id() {
      return says.path("id").asText("");
    }

    String uri() {
      return says.isTextual() ? says.asText() : says.path("uri").asText("");
    }

    /** {@code seda} of {@code seda} as well as of {@code seda:relay-outbox?size=1}. */
    String scheme() {
      return uri().split("[:?]", 2)[0];
    }

    /** What stands between the scheme and the options; empty if the parameters say it. */
    String path() {
      String withoutOptions = uri().split("[?]", 2)[0];
      int colon = withoutOptions.indexOf(':');
      return colon < 0 ? "" : withoutOptions.substring(colon + 1);
    }

    /** {@code direct:x} and {@code uri: direct, parameters: {name: x}} are one. */
    String pathOr(String parameter) {
      return path().isEmpty() ? says.path("parameters").path(parameter).asText("") : path();
    }
  }

  /** A route of the file, by the pointer to what it says. */
  record Route(String at, JsonNode says) {
    String id() {
      return says.path("id").asText("");
    }

    Step from() {
      return new Step("from", at + "/from", says.path("from"), 0);
    }

    /** From the first to the last, branches where they begin; without {@code from}. */
    List<Step> steps() {
      List<Step> steps = new ArrayList<>();
      collect(at + "/from/steps", says.path("from").path("steps"), 0, steps);
      return steps;
    }

    private static void collect(String at, JsonNode list, int depth, List<Step> steps) {
      for (int i = 0; i < list.size(); i++) {
        for (Map.Entry<String, JsonNode> entry : list.get(i).properties()) {
          String here = at + "/" + i + "/" + YamlSource.step(entry.getKey());
          Step step = new Step(entry.getKey(), here, entry.getValue(), depth);
          steps.add(step);
          branches(step, steps);
        }
      }
    }

    private static void branches(Step step, List<Step> steps) {
      collect(step.at() + "/steps", step.says().path("steps"), step.depth() + 1, steps);
      for (String branch : BRANCHES) {
        JsonNode says = step.says().path(branch);
        String at = step.at() + "/" + branch;
        for (int i = 0; i < (says.isArray() ? says.size() : 0); i++) {
          branch(new Step(branch, at + "/" + i, says.get(i), step.depth() + 1), steps);
        }
        if (says.isObject()) {
          branch(new Step(branch, at, says, step.depth() + 1), steps);
        }
      }
    }

    private static void branch(Step step, List<Step> steps) {
      steps.add(step);
      branches(step, steps);
    }
  }

  /** Empty with a finding if the file is no YAML. */
  static Optional<RouteFile> read(Path path, String shown, Findings findings) {
    Optional<String> text = SourceText.read(path, shown, findings);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new RouteFile(path, shown, YamlSource.parse(text.get())));
    } catch (YamlSource.Broken broken) {
      findings.add(
          shown,
          broken.place(),
          "WRK-010",
          "this is not YAML: " + broken.getMessage(),
          "Correct it here or in the line before: indentation, colons, quotes");
      return Optional.empty();
    }
  }

  String name() {
    String file = path.getFileName().toString();
    return file.substring(0, file.length() - SUFFIX.length());
  }

  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    topLevel("route", (at, says) -> routes.add(new Route(at, says)));
    return routes;
  }

  /** Everything of one kind that stands at the top of the file. */
  void topLevel(String kind, BiConsumer<String, JsonNode> each) {
    JsonNode items = source.tree();
    for (int i = 0; i < (items.isArray() ? items.size() : 0); i++) {
      if (items.get(i).has(kind)) {
        each.accept("/" + i + "/" + kind, items.get(i).get(kind));
      }
    }
  }
}
