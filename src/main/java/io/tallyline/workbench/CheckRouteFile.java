package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.workbench.JsonPlaces.Place;
import io.tallyline.workbench.RouteFile.Route;
import io.tallyline.workbench.RouteFile.Step;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks one route file: its shape, its ids, and every name in it that must lead somewhere. */
final class CheckRouteFile {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]*)}}");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
  private static final Pattern ELSEWHERE = Pattern.compile("(env|sys|bean|service[.:]?\\w*):.*");

  /** Of a step itself, where a bean's name stands without {@code #}. */
  private static final List<String> REFERENCES =
      List.of(
          "ref",
          "errorHandlerRef",
          "routePolicy",
          "aggregationStrategy",
          "idempotentRepository",
          "executorService",
          "onPrepare");

  private final RouteFile file;
  private final KnownNames known;
  private final Findings findings;

  CheckRouteFile(RouteFile file, KnownNames known, Findings findings) {
    this.file = file;
    this.known = known;
    this.findings = findings;
  }

  void check() {
    for (RouteSchema.Misfit misfit : RouteSchema.misfits(file.source().tree())) {
      add(misfit.pointer(), "WRK-011", misfit.what(), misfit.fix());
    }
    placeholders(file.source().tree(), "");
    List<Route> routes = file.routes();
    for (int i = 1; i < routes.size(); i++) {
      add(
          routes.get(i).at(),
          "WRK-012",
          "a second route stands in this file",
          "Move it to a file named after its id");
    }
    routes.forEach(this::route);
  }

  private void route(Route route) {
    String id = route.id();
    if (id.isEmpty()) {
      add(route.at(), "WRK-013", "the route has no id", "Add 'id: " + file.name() + "'");
    } else if (!id.equals(file.name())) {
      add(
          route.at() + "/id",
          "WRK-012",
          "the route '%s' stands in the file %s%s".formatted(id, file.name(), RouteFile.SUFFIX),
          "Give both the same name");
    }
    if (route.says().path("description").asText("").isBlank()) {
      add(
          route.at(),
          "WRK-015",
          "the route has no description",
          "Add 'description:' with one sentence that says what it is for");
    }
    configuration(route);
    references(route.at(), route.says());
    step(route.from(), id);
    route.steps().forEach(step -> step(step, id));
  }

  private void configuration(Route route) {
    String wanted = route.says().path("routeConfigurationId").asText("");
    for (String name : wanted.isEmpty() ? new String[0] : wanted.split(",")) {
      if (!name.contains("*") && !known.configurations().contains(name.strip())) {
        add(
            route.at() + "/routeConfigurationId",
            "WRK-021",
            "there is no route configuration '%s'; the route would run without one"
                .formatted(name.strip()),
            Spelling.suggestion(
                name.strip(), known.configurations(), "Define it in a route file, or remove it"));
      }
    }
  }

  private void step(Step step, String route) {
    if (step.says().isMissingNode()) {
      return;
    }
    String id = step.id();
    if (id.isEmpty()) {
      add(
          step.at(),
          "WRK-013",
          "the step '" + step.verb() + "' has no id",
          "Add 'id: " + route + ".<verb>' on a line of its own");
    } else if (!route.isEmpty()
        && !(id.startsWith(route + ".")
            && NAME.matcher(id.substring(route.length() + 1)).matches())) {
      add(
          step.at() + "/id",
          "WRK-013",
          "the id '%s' is not of the form %s.<verb>".formatted(id, route),
          "Rename it, in small letters with hyphens");
    }
    if (!step.verb().equals("from")) {
      references(step.at(), step.says());
    }
    steered(step);
    if (!step.uri().isEmpty()) {
      endpoint(step);
    }
  }

  /** What a message must not choose: where it goes, and what is run. */
  private void steered(Step step) {
    if (SafeSteps.DYNAMIC.contains(step.verb())) {
      add(
          step.at(),
          "WRK-025",
          "'" + step.verb() + "' lets a message choose where it goes or what is run",
          "Write 'to' with a fixed endpoint, or a bean");
    }
    SafeSteps.refusedLanguage(step.says())
        .ifPresent(
            place ->
                add(
                    step.at() + "/" + place,
                    "WRK-026",
                    "the language '" + place.replaceFirst("^.*/", "") + "' can run code",
                    "Use one of " + new TreeSet<>(SafeSteps.LANGUAGES) + ", or a bean"));
  }

  private void endpoint(Step step) {
    String uriAt = step.says().isTextual() ? step.at() : step.at() + "/uri";
    if (step.uri().contains("?")) {
      add(
          uriAt,
          "WRK-016",
          "options stand in the uri",
          "Move them to a 'parameters:' block, one a line");
    }
    if (step.scheme().contains("{") || step.scheme().contains("$")) {
      return;
    }
    Component component = Component.of(step.scheme()).orElse(null);
    if (component == null) {
      add(
          uriAt,
          "WRK-017",
          "there is no component '" + step.scheme() + "'",
          Spelling.suggestion(
              step.scheme(),
              List.of("bean", "direct", "seda", "scheduler", "sql", "spring-rabbitmq", "jslt"),
              "Correct the name, or add its starter to pom.xml"));
      return;
    }
    if (!SafeSteps.COMPONENTS.contains(step.scheme())) {
      add(
          uriAt,
          "WRK-027",
          "the component '" + step.scheme() + "' is not for flows",
          "Use one of " + new TreeSet<>(SafeSteps.COMPONENTS) + ", or a bean");
    }
    parameters(step, component);
    if (step.verb().equals("from") && step.scheme().equals("spring-rabbitmq")) {
      SafeSteps.missingWhereConsuming(step.says().path("parameters"))
          .ifPresent(
              wanted ->
                  add(
                      uriAt,
                      "WRK-028",
                      "the route could lose messages or answer their senders",
                      "Add '" + wanted + "' below 'parameters:'"));
    }
    if (step.scheme().equals("bean")) {
      bean(step);
    }
    listener(step, uriAt);
  }

  private void parameters(Step step, Component component) {
    Map<String, JsonNode> parameters = new TreeMap<>();
    step.says()
        .path("parameters")
        .properties()
        .forEach(entry -> parameters.put(entry.getKey(), entry.getValue()));
    parameters.forEach(
        (name, value) ->
            parameter(component, name, value, step.at() + "/parameters/" + YamlSource.step(name)));
    for (Map.Entry<String, JsonNode> option : component.options().properties()) {
      if (option.getValue().path("required").asBoolean()
          && step.path().isEmpty()
          && !parameters.containsKey(option.getKey())) {
        add(
            step.at() + "/uri",
            "WRK-018",
            "the parameter '%s' of %s is missing".formatted(option.getKey(), step.scheme()),
            "Add it below 'parameters:'");
      }
    }
  }

  private void parameter(Component component, String name, JsonNode value, String at) {
    JsonNode option = component.option(name);
    if (option == null) {
      if (component.options().size() > 0) {
        add(
            at,
            "WRK-018",
            "%s has no parameter '%s'".formatted(component.scheme(), name),
            Spelling.suggestion(name, component.names(), "Remove it"));
      }
      return;
    }
    String text = value.asText();
    if (text.startsWith("#") && !text.startsWith("#class:") && !text.startsWith("#type:")) {
      bean(text.substring(1).replaceFirst("^bean:", ""), at);
      return;
    }
    if (PLACEHOLDER.matcher(text).find() || text.contains("${")) {
      return;
    }
    if (option.path("secret").asBoolean() && !text.isEmpty()) {
      add(
          at,
          "WRK-024",
          "'" + name + "' is written out",
          "Write {{a.setting}}, and set it outside");
    }
    String wrong = wrongValue(option, text);
    if (wrong != null) {
      add(at, "WRK-018", "'%s' is '%s', not %s".formatted(name, text, wrong), "Correct the value");
    }
  }

  private static @Nullable String wrongValue(JsonNode option, String text) {
    return switch (option.path("type").asText()) {
      case "boolean" -> text.matches("(?i)true|false") ? null : "true or false";
      case "integer" -> text.matches("-?[0-9]+([smhd]|ms)?") ? null : "a whole number";
      case "enum" -> {
        for (JsonNode allowed : option.path("enum")) {
          if (allowed.asText().equalsIgnoreCase(text)) {
            yield null;
          }
        }
        yield "one of " + option.path("enum");
      }
      default -> null;
    };
  }

  private void bean(Step step) {
    String at = step.path().isEmpty() ? step.at() + "/parameters/beanName" : step.at() + "/uri";
    String name = step.pathOr("beanName");
    if (name.isEmpty() || name.contains("{{") || !bean(name, at)) {
      return;
    }
    String method = step.says().path("parameters").path("method").asText("").split("[(]", 2)[0];
    Class<?> type = known.beans().get(name);
    if (method.isEmpty()
        || type == null
        || type == KnownNames.DefinedInYaml.class
        || method.contains("{")) {
      return;
    }
    List<String> methods = Arrays.stream(type.getMethods()).map(m -> m.getName()).toList();
    if (!methods.contains(method)) {
      add(
          step.at() + "/parameters/method",
          "WRK-020",
          "the bean '%s' has no public method '%s'".formatted(name, method),
          Spelling.suggestion(method, methods, "Correct the name"));
    }
  }

  private boolean bean(String name, String at) {
    if (known.beans().containsKey(name)) {
      return true;
    }
    add(
        at,
        "WRK-019",
        "there is no bean '" + name + "'",
        Spelling.suggestion(name, known.beans().keySet(), "Correct the name, or define the bean"));
    return false;
  }

  private void references(String at, JsonNode says) {
    for (String key : REFERENCES) {
      String value = says.path(key).asText("");
      for (String name : value.isEmpty() ? new String[0] : value.split(",")) {
        if (!name.contains("{{") && !name.contains("#class:")) {
          bean(name.strip().replaceFirst("^#(bean:)?", ""), at + "/" + key);
        }
      }
    }
  }

  /** A message to a queue in memory that nobody takes from is lost without a word. */
  private void listener(Step step, String uriAt) {
    String scheme = step.scheme();
    if (step.verb().equals("from") || !(scheme.equals("seda") || scheme.equals("direct"))) {
      return;
    }
    String name = step.pathOr("name");
    if (!name.isEmpty()
        && !name.contains("{")
        && !name.contains("$")
        && !known.listeners().contains(scheme + ":" + name)) {
      add(
          step.path().isEmpty() ? step.at() + "/parameters/name" : uriAt,
          "WRK-023",
          "no route takes from %s:%s".formatted(scheme, name),
          Spelling.suggestion(
              scheme + ":" + name, known.listeners(), "Correct the name, or write that route"));
    }
  }

  private void placeholders(JsonNode node, String at) {
    if (node.isTextual()) {
      Matcher match = PLACEHOLDER.matcher(node.asText());
      while (match.find()) {
        String before = node.asText().substring(0, match.start());
        int index = (int) before.chars().filter(c -> c == '\n').count();
        placeholder(match.group(1), file.source().inside(at, index, match.group()));
      }
    }
    node.properties()
        .forEach(e -> placeholders(e.getValue(), at + "/" + YamlSource.step(e.getKey())));
    for (int i = 0; i < (node.isArray() ? node.size() : 0); i++) {
      placeholders(node.get(i), at + "/" + i);
    }
  }

  private void placeholder(String written, Place place) {
    boolean optional = written.startsWith("?");
    boolean hasDefault = written.contains(":");
    String name = written.replaceFirst("^[?!]", "").strip();
    if (optional
        || hasDefault
        || ELSEWHERE.matcher(name).matches()
        || known.settings().contains(name)) {
      return;
    }
    findings.add(
        file.shown(),
        place,
        "WRK-022",
        "the placeholder {{" + name + "}} has no value",
        Spelling.suggestion(
            name, known.settings(), "Set it in config/application.properties, or write a default"));
  }

  private void add(String pointer, String code, String what, String fix) {
    findings.add(file.shown(), file.source().at(pointer), code, what, fix);
  }
}
