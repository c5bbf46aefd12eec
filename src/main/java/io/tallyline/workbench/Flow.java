package io.tallyline.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A route, as people see it: what it begins at, its steps, what it ends at.
 *
 * @param area the folder below routes/; empty for none
 * @param file relative to the project's folder
 * @param remarks on the route as a whole, such as its policy
 * @param fed the exchange that feeds the queue it begins at
 * @param from what its file says it begins at
 * @param row its line in the page of routes
 */
record Flow(
    String area,
    String id,
    String description,
    String file,
    List<String> remarks,
    Optional<FlowEnd> fed,
    FlowEnd from,
    List<FlowStep> steps,
    FlowRow row) {
  private static final List<String> REMARKS =
      List.of("routePolicy", "routeConfigurationId", "autoStartup");

  Flow {
    remarks = List.copyOf(remarks);
    steps = List.copyOf(steps);
  }

  static Flow of(String area, RouteFile file, RouteFile.Route route, FlowRow row) {
    List<String> remarks =
        REMARKS.stream()
            .filter(route.says()::has)
            .map(name -> name + " " + route.says().path(name).asText())
            .toList();
    return new Flow(
        area,
        route.id(),
        route.says().path("description").asText(""),
        file.shown(),
        remarks,
        fed(route.from()),
        begin(route.from()),
        FlowStep.of(route),
        row);
  }

  private static Optional<FlowEnd> fed(RouteFile.Step from) {
    String exchange = from.scheme().equals("spring-rabbitmq") ? from.pathOr("exchangeName") : "";
    return exchange.isEmpty() || exchange.equals("default")
        ? Optional.empty()
        : Optional.of(new FlowEnd(FlowEnd.Kind.EXCHANGE, exchange));
  }

  private static FlowEnd begin(RouteFile.Step from) {
    var parameters = from.says().path("parameters");
    return switch (from.scheme()) {
      case "spring-rabbitmq" ->
          new FlowEnd(FlowEnd.Kind.QUEUE, parameters.path("queues").asText(""));
      case "seda" -> new FlowEnd(FlowEnd.Kind.SEDA, from.pathOr("name"));
      case "direct" -> new FlowEnd(FlowEnd.Kind.DIRECT, from.pathOr("name"));
      case "scheduler" ->
          new FlowEnd(
              FlowEnd.Kind.CLOCK, from.pathOr("name"), parameters.path("delay").asText("500"));
      case "timer" ->
          new FlowEnd(
              FlowEnd.Kind.CLOCK,
              from.pathOr("timerName"),
              parameters.path("period").asText("1000"));
      case "quartz" ->
          new FlowEnd(
              FlowEnd.Kind.CLOCK, from.pathOr("triggerName"), parameters.path("cron").asText(""));
      default -> new FlowEnd(FlowEnd.Kind.OTHER, from.uri());
    };
  }

  /** {@code inventory-relay-outbox}: of its picture. */
  String name() {
    return (area.isEmpty() ? "" : area.replace('/', '-') + "-") + id;
  }

  /** Every step, those inside others too. */
  List<FlowStep> allSteps() {
    return steps.stream().flatMap(Flow::withInner).toList();
  }

  private static Stream<FlowStep> withInner(FlowStep step) {
    return Stream.concat(Stream.of(step), step.steps().stream().flatMap(Flow::withInner));
  }

  List<FlowTable> tables() {
    return allSteps().stream().flatMap(step -> step.table().stream()).toList();
  }

  /** What its steps send to, as its file says. */
  List<FlowEnd> sendsTo() {
    List<FlowEnd> ends = new ArrayList<>();
    allSteps().forEach(step -> step.sendsTo().ifPresent(ends::add));
    return ends;
  }
}
