package io.tallyline.ops;

import io.tallyline.delivery.Breaker;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Whether every consumer can work: out of service while one of them pauses because a server that it
 * needs is away. A long queue is no matter of health.
 */
final class ConsumersHealth extends AbstractHealthIndicator {
  private final List<Breaker> breakers;

  ConsumersHealth(List<Breaker> breakers) {
    this.breakers = breakers;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    for (Breaker breaker : breakers) {
      Breaker.Status status = breaker.status();
      if (status.state() == Breaker.State.OPEN) {
        health.outOfService();
      }
      health.withDetail(breaker.name(), details(status));
    }
  }

  private static Map<String, Object> details(Breaker.Status status) {
    Map<String, Object> details = new TreeMap<>();
    details.put("breaker", status.state());
    if (status.since() != null) {
      details.put("since", status.since());
      details.put("because", String.valueOf(status.because()));
    }
    return details;
  }
}
