package io.tallyline.ops;

import io.tallyline.bridge.ReadEnvelopes;
import io.tallyline.bridge.WriteEnvelopes;
import io.tallyline.contracts.StartRefused;
import io.tallyline.finance.ReadMessages;
import io.tallyline.relay.TranslateEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SetPropertyDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Looks at the loaded route files before any of them runs: the tables in them and every schema and
 * mapping they name must be right, and every route and bean must have the name it is known by.
 */
final class CheckRoutes implements CamelContextConfiguration {
  /** Without these a process would look healthy and carry nothing. */
  private static final Map<String, Role> NEEDED =
      Map.of(
          "relay-outbox", Role.RELAY,
          "post-journals", Role.FINANCE,
          "announce-journals", Role.FINANCE);

  private final Set<Role> roles;
  private final ObjectProvider<TranslateEvents> translateEvents;
  private final ObjectProvider<ReadMessages> readMessages;
  private final ObjectProvider<ReadEnvelopes> readEnvelopes;
  private final ObjectProvider<WriteEnvelopes> writeEnvelopes;

  CheckRoutes(
      Set<Role> roles,
      ObjectProvider<TranslateEvents> translateEvents,
      ObjectProvider<ReadMessages> readMessages,
      ObjectProvider<ReadEnvelopes> readEnvelopes,
      ObjectProvider<WriteEnvelopes> writeEnvelopes) {
    this.roles = roles;
    this.translateEvents = translateEvents;
    this.readMessages = readMessages;
    this.readEnvelopes = readEnvelopes;
    this.writeEnvelopes = writeEnvelopes;
  }

  @Override
  public void beforeApplicationStart(CamelContext context) {
    // Whoever makes an endpoint later, as a console may, makes none of another component either.
    context
        .getCamelContextExtension()
        .registerEndpointCallback(
            (uri, endpoint) -> {
              RefuseSteps.component(uri, "endpoint");
              return endpoint;
            });
    List<RouteDefinition> routes = ((ModelCamelContext) context).getRouteDefinitions();
    Set<String> ids = new TreeSet<>();
    for (RouteDefinition route : routes) {
      if (!ids.add(route.getId())) {
        throw new StartRefused(
            "OPS-022", "two routes have the id '%s'; rename one of them.".formatted(route.getId()));
      }
      check(context, route);
    }
    NEEDED.forEach((route, role) -> require(ids, role, route));
  }

  private void require(Set<String> ids, Role role, String route) {
    if (roles.contains(role) && !ids.contains(route)) {
      throw new StartRefused(
          "OPS-023",
          "no file below routes/%s defines the route '%s', which the role %s needs; found %s."
              .formatted(
                  role.routeFolder(), route, role.name().toLowerCase(java.util.Locale.ROOT), ids));
    }
  }

  /** Ids of the routes that this process cannot be without. */
  Set<String> needed() {
    Set<String> needed = new TreeSet<>();
    NEEDED.forEach(
        (route, role) -> {
          if (roles.contains(role)) {
            needed.add(route);
          }
        });
    return needed;
  }

  /**
   * @throws StartRefused if the route, a table in it or a file that a table names is wrong
   */
  void check(CamelContext context, RouteDefinition route) {
    RefuseSteps.check(route, place(route));
    Map<String, BiConsumer<String, String>> tables =
        Map.of(
            TranslateEvents.TABLE,
            (table, where) ->
                translateEvents.stream().findFirst().ifPresent(bean -> bean.check(table, where)),
            ReadMessages.TABLE,
            (table, where) -> readMessages.ifAvailable(bean -> bean.check(table, where)),
            ReadEnvelopes.TABLE,
            (table, where) -> readEnvelopes.ifAvailable(bean -> bean.check(table, where)),
            WriteEnvelopes.TABLE,
            (table, where) -> writeEnvelopes.ifAvailable(bean -> bean.check(table, where)));
    for (SetPropertyDefinition property : all(route, SetPropertyDefinition.class)) {
      BiConsumer<String, String> check = tables.get(property.getName());
      if (check != null) {
        check.accept(
            property.getExpression().getExpression(), place(route) + ", " + property.getName());
      }
    }
    for (ToDefinition step : all(route, ToDefinition.class)) {
      checkBean(context, route, step);
    }
  }

  private static void checkBean(CamelContext context, RouteDefinition route, ToDefinition step) {
    String uri = step.getEndpointUri();
    if (uri != null && uri.startsWith("bean:")) {
      String name = uri.substring("bean:".length()).split("[?]", 2)[0];
      if (context.getRegistry().lookupByName(name) == null) {
        throw new StartRefused(
            "OPS-024",
            "%s, step %s: there is no bean '%s'. Correct its name."
                .formatted(place(route), step.getId(), name));
      }
    }
  }

  private static <T> List<T> all(RouteDefinition route, Class<T> type) {
    List<T> found = new ArrayList<>();
    collect(route.getOutputs(), type, found);
    return found;
  }

  private static <T> void collect(
      List<ProcessorDefinition<?>> steps, Class<T> type, List<T> found) {
    for (ProcessorDefinition<?> step : steps) {
      if (type.isInstance(step)) {
        found.add(type.cast(step));
      }
      collect(step.getOutputs(), type, found);
    }
  }

  private static String place(RouteDefinition route) {
    String file = route.getResource() == null ? "" : route.getResource().getLocation() + ": ";
    return file.replaceFirst("^file:", "") + "route " + route.getId();
  }

  @Override
  public void afterApplicationStart(CamelContext context) {
    // Nothing: what is checked here is checked before a message moves.
  }
}
