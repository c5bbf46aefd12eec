package io.tallyline.ops.console;

import io.tallyline.relay.RelayHealth;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.ServiceStatus;
import org.jspecify.annotations.Nullable;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedResource;

/** {@code io.tallyline:type=Relay}: one outbox on its way to the broker. */
@ManagedResource(description = "Moves one outbox to the broker")
public final class ManagedRelay {
  private final RelayHealth health;
  private final Figures figures;
  private final CamelContext camel;
  private final ProducerTemplate producer;

  ManagedRelay(RelayHealth health, Figures figures, CamelContext camel, ProducerTemplate producer) {
    this.health = health;
    this.figures = figures;
    this.camel = camel;
    this.producer = producer;
  }

  private String outbox() {
    return health.outbox().name();
  }

  @ManagedAttribute(description = "The route that does it; stop and start it there")
  public String getRoute() {
    return health.outbox().route();
  }

  @ManagedAttribute(description = "State of the route: Started, Stopped or Suspended")
  public String getState() {
    return String.valueOf(status());
  }

  private @Nullable ServiceStatus status() {
    return camel.getRouteController().getRouteStatus(getRoute());
  }

  @ManagedAttribute(description = "Whether the route is started and its last batch did not fail")
  public boolean isRunning() {
    return status() == ServiceStatus.Started && health.failing() == null;
  }

  @ManagedAttribute(description = "Rows in the outbox when last looked at; -1 if not known")
  public long getBacklog() {
    return figures.gauge("hub.relay.backlog", "outbox", outbox());
  }

  @ManagedAttribute(
      description =
          "Age in seconds of the oldest row not yet published, 0 if none; -1 if not known")
  public long getLagSeconds() {
    return figures.gauge("hub.relay.lag", "outbox", outbox());
  }

  @ManagedAttribute(
      description =
          "Rows since the start by what became of them: published, or why they are dead letters")
  public Map<String, Long> getOutcomes() {
    return figures.byTag("hub.relay.events", "outcome", "outbox", outbox());
  }

  @ManagedAttribute(
      description =
          "Batches since the start that were rolled back; their rows stayed and were tried again")
  public long getFailedBatches() {
    return health.failures();
  }

  @ManagedAttribute(
      description =
          "Rows too large for any queue, passed over until somebody exports them (REL-004)")
  public long getImmovableRows() {
    return figures.gauge("hub.relay.immovable.rows", "outbox", outbox());
  }

  @ManagedAttribute(description = "Why the last batch was rolled back; empty while batches succeed")
  public String getLastFailure() {
    String failing = health.failing();
    return failing == null ? "" : failing;
  }

  @ManagedAttribute(description = "Mean rows of a batch since the start; -1 if not known")
  public double getMeanBatch() {
    return figures.mean("hub.relay.batch.size", "outbox", outbox());
  }

  /**
   * @throws IllegalStateException if the route does not run
   */
  @ManagedOperation(
      description = "Looks into the outbox now instead of at the next notification or poll")
  public void wake() {
    if (status() != ServiceStatus.Started) {
      throw new IllegalStateException(
          "The route %s is %s; start it first.".formatted(getRoute(), getState()));
    }
    producer.sendBody(
        "seda:%s?size=1&discardWhenFull=true&waitForTaskToComplete=Never".formatted(getRoute()),
        "woken from the console");
  }
}
