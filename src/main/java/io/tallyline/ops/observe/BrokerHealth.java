package io.tallyline.ops.observe;

import io.tallyline.delivery.WatchBroker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Whether there is a connection to the broker. That the broker takes no messages for now is told,
 * and is no reason to be not ready: it gives out messages all the same, and a relay that fails for
 * long is noticed by itself.
 */
final class BrokerHealth extends AbstractHealthIndicator {
  private final @Nullable WatchBroker broker;
  private final Duration grace;
  private final InstantSource clock;

  /**
   * @param broker null where no role needs one
   */
  BrokerHealth(@Nullable WatchBroker broker, HealthProperties settings, InstantSource clock) {
    this.broker = broker;
    this.grace = settings.grace();
    this.clock = clock;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    if (broker == null) {
      return;
    }
    Instant lost = broker.lostAt();
    health.withDetail("connected", lost == null);
    if (lost != null) {
      health.withDetail("since", lost);
      if (clock.instant().isAfter(lost.plus(grace))) {
        health.outOfService();
      }
    }
    String alarm = broker.blocked();
    if (alarm != null) {
      health.withDetail("takes no messages", alarm);
    }
  }
}
