package io.tallyline.ops.console;

import io.tallyline.delivery.Breaker;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedResource;

/** {@code io.tallyline:type=Consumer}: one route that takes messages from a queue. */
@ManagedResource(description = "Takes messages from one queue")
public final class ManagedConsumer {
  private final String queue;
  private final String routeId;
  private final Figures figures;
  private final CamelContext camel;

  /**
   * @param queue that it takes from
   * @param routeId looked up at each use, since an edit may have replaced the route
   */
  ManagedConsumer(String queue, String routeId, Figures figures, CamelContext camel) {
    this.queue = queue;
    this.routeId = routeId;
    this.figures = figures;
    this.camel = camel;
  }

  @ManagedAttribute(description = "The route that does it")
  public String getRoute() {
    return routeId;
  }

  @ManagedAttribute(
      description =
          "Started; Suspended while a server is away, goes on by itself; Stopped by somebody")
  public String getState() {
    return String.valueOf(status());
  }

  private @Nullable ServiceStatus status() {
    return camel.getRouteController().getRouteStatus(routeId);
  }

  @ManagedAttribute(
      description =
          "Messages since the start by what became of them: written, duplicate, superseded, redelivered, or why they are dead letters; empty if not counted")
  public Map<String, Long> getOutcomes() {
    return figures.byTag("hub.finance.messages", "outcome", "consumer", queue);
  }

  @ManagedAttribute(
      description = "Messages ready in the queue when last looked at; -1 if not known")
  public long getWaiting() {
    return figures.gauge("hub.delivery.queue.messages", "queue", queue);
  }

  @ManagedAttribute(description = "Mean messages of a batch since the start; -1 if not known")
  public double getMeanBatch() {
    return figures.mean("hub.finance.batch.size", "consumer", queue);
  }

  @ManagedAttribute(
      description = "Mean attempts a message took until it was settled; -1 if not known")
  public double getMeanAttempts() {
    return figures.mean("hub.finance.attempts", "consumer", queue);
  }

  /** Stopped, not suspended: what was only suspended, the breaker would resume. */
  @ManagedOperation(
      description =
          "Stops taking messages until resume; they wait in the queue, what is in work is finished")
  public void pause() throws Exception {
    if (status() != ServiceStatus.Stopped) {
      camel.getRouteController().stopRoute(routeId);
    }
  }

  /**
   * @throws IllegalStateException while a server that the route needs is away
   */
  @ManagedOperation(
      description = "Takes messages again; refused while a breaker of the route is open")
  public void resume() throws Exception {
    for (Breaker breaker : breakers()) {
      if (breaker.isOpen()) {
        throw new IllegalStateException(
            "%s is away since %s; the route goes on by itself when it is back, or can be started then."
                .formatted(breaker.name(), breaker.status().since()));
      }
    }
    if (status() == ServiceStatus.Suspended) {
      camel.getRouteController().resumeRoute(routeId);
    } else {
      camel.getRouteController().startRoute(routeId);
    }
  }

  private List<Breaker> breakers() {
    Route route = camel.getRoute(routeId);
    return route == null || route.getRoutePolicyList() == null
        ? List.of()
        : route.getRoutePolicyList().stream()
            .filter(Breaker.class::isInstance)
            .map(Breaker.class::cast)
            .toList();
  }
}
