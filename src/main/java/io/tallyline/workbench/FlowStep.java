package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A step of a flow, as a picture shows it.
 *
 * @param name its id without the route's
 * @param detail what it does it with: a bean's method, a statement's verb, a condition
 * @param steps what it encloses; empty for most
 */
record FlowStep(
    String name,
    String detail,
    List<FlowStep> steps,
    Optional<FlowTable> table,
    Optional<FlowEnd> sendsTo) {
  private static final Set<String> LANGUAGES =
      Set.of(
          "simple", "constant", "jsonpath", "jq", "xpath", "header", "exchangeProperty", "method");
  private static final Set<String> SENDING = Set.of("to", "toD", "wireTap");
  private static final Pattern STATEMENT =
      Pattern.compile(
          "\\s*(?<verb>insert\\s+into|update|delete\\s+from|select\\b.*?\\bfrom)\\s+(?<table>[\\w.]+).*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  FlowStep {
    steps = List.copyOf(steps);
  }

  /** The steps of a route, each with what it encloses. */
  static List<FlowStep> of(RouteFile.Route route) {
    List<RouteFile.Step> flat = route.steps();
    return nested(route.id(), flat, 0, flat.size());
  }

  private static List<FlowStep> nested(
      String route, List<RouteFile.Step> flat, int begin, int end) {
    List<FlowStep> steps = new ArrayList<>();
    int at = begin;
    while (at < end) {
      int next = at + 1;
      while (next < end && flat.get(next).depth() > flat.get(at).depth()) {
        next++;
      }
      steps.add(of(route, flat.get(at), nested(route, flat, at + 1, next)));
      at = next;
    }
    return steps;
  }

  private static FlowStep of(String route, RouteFile.Step step, List<FlowStep> below) {
    String id = step.id().isEmpty() ? step.verb() : step.id();
    String name = id.startsWith(route + ".") ? id.substring(route.length() + 1) : id;
    Optional<FlowTable> table = FlowTable.of(route, step);
    String detail =
        table
            .map(lines -> "table %s: %s, below".formatted(lines.name(), count(lines)))
            .orElseGet(() -> detail(step));
    return new FlowStep(name, detail, below, table, sendsTo(step));
  }

  private static String count(FlowTable table) {
    int lines = table.entries().size();
    return lines == 1 ? "1 line" : lines + " lines";
  }

  private static String detail(RouteFile.Step step) {
    JsonNode says = step.says();
    return switch (step.verb()) {
      case "to", "toD", "wireTap" -> sending(step);
      case "bean" ->
          "bean " + says.path("ref").asText(says.path("beanType").asText("")) + method(says);
      case "transacted" -> ("one transaction: " + says.path("ref").asText("")).strip();
      case "filter", "when" -> "only if " + expression(says);
      case "log" -> "log " + says.path("message").asText("");
      case "setProperty", "setHeader", "setVariable" ->
          says.path("name").asText("") + " = " + expression(says);
      default -> (step.verb() + " " + expression(says)).strip();
    };
  }

  private static String sending(RouteFile.Step step) {
    JsonNode parameters = step.says().path("parameters");
    return switch (step.scheme()) {
      case "bean" -> "bean " + step.pathOr("beanName") + method(parameters);
      case "sql" -> "sql " + statement(step);
      case "seda", "direct" -> "wakes %s %s".formatted(step.scheme(), step.pathOr("name"));
      case "spring-rabbitmq" -> "publishes to " + step.pathOr("exchangeName");
      default -> step.uri();
    };
  }

  private static String method(JsonNode says) {
    String method = says.path("method").asText("");
    return method.isEmpty() ? "" : "." + method;
  }

  private static String statement(RouteFile.Step step) {
    Matcher parts = STATEMENT.matcher(step.pathOr("query"));
    return parts.matches()
        ? parts.group("verb").split("\\s+", 2)[0].equalsIgnoreCase("select")
            ? "select from " + parts.group("table")
            : parts.group("verb").replaceAll("\\s+", " ") + " " + parts.group("table")
        : step.pathOr("query").strip();
  }

  /** In whatever language, and in whichever of the places that Camel allows. */
  private static String expression(JsonNode says) {
    JsonNode holder = says.path("expression").isObject() ? says.path("expression") : says;
    for (String language : LANGUAGES.stream().sorted().toList()) {
      JsonNode value = holder.path(language);
      if (!value.isMissingNode()) {
        return (value.isObject() ? value.path("expression").asText("") : value.asText("")).strip();
      }
    }
    return "";
  }

  private static Optional<FlowEnd> sendsTo(RouteFile.Step step) {
    if (!SENDING.contains(step.verb())) {
      return Optional.empty();
    }
    return switch (step.scheme()) {
      case "seda" -> Optional.of(new FlowEnd(FlowEnd.Kind.SEDA, step.pathOr("name")));
      case "direct" -> Optional.of(new FlowEnd(FlowEnd.Kind.DIRECT, step.pathOr("name")));
      case "spring-rabbitmq" ->
          Optional.of(new FlowEnd(FlowEnd.Kind.EXCHANGE, step.pathOr("exchangeName")));
      case "sql" -> written(step.pathOr("query"));
      default -> Optional.empty();
    };
  }

  /** Reading and clearing a table is not sending anything there. */
  private static Optional<FlowEnd> written(String query) {
    Matcher parts = STATEMENT.matcher(query);
    return parts.matches() && parts.group("verb").matches("(?is)insert.*|update")
        ? Optional.of(new FlowEnd(FlowEnd.Kind.TABLE, parts.group("table")))
        : Optional.empty();
  }
}
