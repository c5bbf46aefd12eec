package io.tallyline.faults;

import io.tallyline.testing.CopiedTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** The project's routes, but with the relay publishing after the rows' deletion is committed. */
final class EarlyClear {
  private EarlyClear() {}

  /** Returns the folder of the mutated copy. */
  static Path routes() throws IOException {
    Path copy =
        CopiedTree.of("routes", Files.createTempDirectory(Path.of("target"), "early-clear-"));
    Path file = copy.resolve("inventory/relay-outbox.camel.yaml");
    Yaml yaml = new Yaml();
    List<Map<String, Object>> document = yaml.load(Files.readString(file));
    List<Object> outer = steps(map(map(document.get(0).get("route")).get("from")));
    List<Object> held = steps(part(outer, "transacted"));
    Map<String, Object> ifAny = part(held, "filter");
    Object publish =
        steps(ifAny).stream()
            .filter(step -> "relay-outbox.publish".equals(map(map(step).get("to")).get("id")))
            .findFirst()
            .orElseThrow();
    steps(ifAny).remove(publish);
    outer.add(
        Map.of(
            "filter",
            Map.of(
                "id",
                "relay-outbox.if-cleared",
                "simple",
                ifAny.get("simple"),
                "steps",
                new ArrayList<>(List.of(publish)))));
    Files.writeString(file, yaml.dump(document));
    return copy;
  }

  private static Map<String, Object> part(List<Object> steps, String kind) {
    return steps.stream()
        .filter(step -> map(step).containsKey(kind))
        .map(step -> map(map(step).get(kind)))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return node == null ? Map.of() : (Map<String, Object>) node;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> steps(Map<String, Object> node) {
    return (List<Object>) node.get("steps");
  }
}
