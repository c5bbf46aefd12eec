package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.actuate.health.HealthComponent;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;

/** Whether the hub says that it is ready, as a figure: what a load balancer is told. */
final class MeasureReadiness implements Runnable {
  private final HealthEndpoint health;
  private volatile double ready = Double.NaN;

  MeasureReadiness(HealthEndpoint health, MeterRegistry meters) {
    this.health = health;
    Gauge.builder("hub.ops.ready", this, measure -> measure.ready)
        .description("1 while the hub is ready, 0 while it is not")
        .register(meters);
  }

  @Override
  public void run() {
    HealthComponent readiness = health.healthForPath("readiness");
    ready = readiness == null ? Double.NaN : Status.UP.equals(readiness.getStatus()) ? 1 : 0;
  }
}
