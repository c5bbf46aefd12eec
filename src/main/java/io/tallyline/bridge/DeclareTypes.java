package io.tallyline.bridge;

import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.DeclareTopology;
import java.time.Duration;
import org.apache.camel.Route;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.SetPropertyDefinition;
import org.apache.camel.support.RoutePolicySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Declares the exchanges and bindings of the types in a route's table before the route starts, and
 * again when the route is loaded again with another table. A route names it as its {@code
 * routePolicy}. What a table names no more stays on the broker: whether others use it, the hub does
 * not know.
 */
final class DeclareTypes extends RoutePolicySupport {
  private static final Logger log = LoggerFactory.getLogger(DeclareTypes.class);

  private final BridgeTopology topology;
  private final DeclareTopology declare;
  private final Duration longestWait;

  DeclareTypes(BridgeTopology topology, DeclareTopology declare, Duration longestWait) {
    this.topology = topology;
    this.declare = declare;
    this.longestWait = longestWait;
  }

  /**
   * @throws StartRefused if the table is wrong or the broker refuses
   */
  @Override
  public void onInit(Route route) {
    var definition = (RouteDefinition) route.getRoute();
    for (ProcessorDefinition<?> step : definition.getOutputs()) {
      if (step instanceof SetPropertyDefinition property) {
        take(
            property.getName(),
            property.getExpression().getExpression(),
            "route " + route.getRouteId() + ", " + property.getName());
      }
    }
    declare.now(longestWait, log::info);
  }

  private void take(String property, String table, String where) {
    switch (property) {
      case ReadEnvelopes.TABLE -> topology.receive(BridgedTypes.inwards(table, where));
      case WriteEnvelopes.TABLE -> topology.publish(BridgedTypes.outwards(table, where));
      default -> {
        // Not a table of ours.
      }
    }
  }
}
