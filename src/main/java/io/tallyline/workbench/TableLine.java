package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.workbench.JsonPlaces.Place;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of a table in a route file, as written.
 *
 * @param route the route's id
 * @param table {@code events} or {@code postings}
 * @param left what arrives; empty if the line is not of the form
 * @param right the mapping for it
 * @param text the whole line
 */
record TableLine(
    RouteFile file,
    String route,
    String table,
    String left,
    String right,
    String text,
    Place leftPlace,
    Place rightPlace) {
  static final String EVENTS = "events";
  static final String POSTINGS = "postings";

  /** All tables of a file. */
  static List<TableLine> in(RouteFile file) {
    List<TableLine> lines = new ArrayList<>();
    for (RouteFile.Route route : file.routes()) {
      for (RouteFile.Step step : route.steps()) {
        String name = step.says().path("name").asText();
        if (step.verb().equals("setProperty") && (name.equals(EVENTS) || name.equals(POSTINGS))) {
          String at = textAt(step.says(), step.at());
          lines(file, route.id(), name, at, lines);
        }
      }
    }
    return lines;
  }

  /** The constant's text stands in one of several places that Camel allows. */
  private static String textAt(JsonNode says, String at) {
    String constant = says.has("expression") ? at + "/expression/constant" : at + "/constant";
    JsonNode value = says.path("expression").path("constant");
    value = value.isMissingNode() ? says.path("constant") : value;
    return value.isObject() ? constant + "/expression" : constant;
  }

  private static void lines(
      RouteFile file, String route, String table, String at, List<TableLine> lines) {
    String[] texts = file.source().tree().at(at).asText("").split("\n", -1);
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i].strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      int arrow = text.indexOf("->");
      String left = arrow < 0 ? "" : text.substring(0, arrow).strip();
      String right = arrow < 0 ? "" : text.substring(arrow + 2).strip();
      Place place = file.source().inside(at, i, text);
      int column = right.isEmpty() ? 0 : text.indexOf(right, arrow);
      Place rightPlace = new Place(place.line(), place.column() + column);
      lines.add(new TableLine(file, route, table, left, right, text, place, rightPlace));
    }
  }

  boolean wellFormed() {
    return !left.isEmpty() && !right.isEmpty();
  }

  /**
   * {@code a/b/v1,v2} stands for {@code a/b/v1} and {@code a/b/v2}; the same with a routing key and
   * its dots.
   */
  static List<String> versions(String name) {
    List<String> versions = new ArrayList<>();
    int cut = Math.max(name.lastIndexOf("/v"), name.lastIndexOf(".v"));
    for (String version : name.substring(cut + 1).split(",", -1)) {
      versions.add(name.substring(0, cut + 1) + version.strip());
    }
    return versions;
  }
}
