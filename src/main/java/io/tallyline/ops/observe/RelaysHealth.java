package io.tallyline.ops.observe;

import io.tallyline.relay.RelayHealth;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Whether the relays move what is in their outboxes; how much that is, is no matter of health. */
final class RelaysHealth extends AbstractHealthIndicator {
  private final List<RelayHealth> relays;
  private final Duration grace;
  private final InstantSource clock;

  RelaysHealth(List<RelayHealth> relays, HealthProperties settings, InstantSource clock) {
    this.relays = relays;
    this.grace = settings.grace();
    this.clock = clock;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    health.up();
    for (RelayHealth relay : relays) {
      Instant since = relay.failingSince();
      String name = relay.outbox().name();
      if (since == null) {
        health.withDetail(name, Map.of("failing", false));
        continue;
      }
      if (clock.instant().isAfter(since.plus(grace))) {
        health.outOfService();
      }
      health.withDetail(
          name,
          Map.of("failing", true, "since", since, "because", String.valueOf(relay.failing())));
    }
  }
}
