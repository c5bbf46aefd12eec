package io.tallyline.ops.observe;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Whether the flows run. A route that somebody stopped is told and leaves the hub ready: it was
 * meant to stop, the others go on, and an alert says so; a hub that is taken out of service for it
 * could not be asked why.
 */
final class RoutesHealth extends AbstractHealthIndicator {
  private final CamelContext camel;

  RoutesHealth(CamelContext camel) {
    this.camel = camel;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    if (camel.isStarted()) {
      health.up();
    } else {
      health.outOfService();
    }
    Map<String, String> notRunning = new TreeMap<>();
    for (Route route : camel.getRoutes()) {
      ServiceStatus status = camel.getRouteController().getRouteStatus(route.getRouteId());
      if (status != ServiceStatus.Started) {
        notRunning.put(route.getRouteId(), String.valueOf(status));
      }
    }
    health.withDetail("routes", camel.getRoutesSize());
    health.withDetail("not running", notRunning);
  }
}
