package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.RouteTable;
import java.util.Map;
import java.util.Optional;

/**
 * A table in a route: what arrives, and what is made of it.
 *
 * @param name of the property that holds it
 */
record FlowTable(String name, Map<String, String> entries) {
  /** Of a step that sets a property to lines with arrows; empty for every other step. */
  static Optional<FlowTable> of(String route, RouteFile.Step step) {
    if (!step.verb().equals("setProperty")) {
      return Optional.empty();
    }
    String name = step.says().path("name").asText("");
    String text = constant(step.says());
    return text.contains("->")
        ? Optional.of(
            new FlowTable(
                name,
                RouteTable.parse(text, "route '%s', property '%s'".formatted(route, name))
                    .entries()))
        : Optional.empty();
  }

  /** Camel allows it in several places. */
  private static String constant(JsonNode says) {
    JsonNode constant = says.path("expression").path("constant");
    constant = constant.isMissingNode() ? says.path("constant") : constant;
    return constant.isObject() ? constant.path("expression").asText("") : constant.asText("");
  }
}
