package io.tallyline.ops.observe;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * When a hub calls itself ready: {@code hub.health.*}.
 *
 * @param interval how often each database is asked
 * @param grace how long a server may be away, or a relay fail, before the hub is not ready: a
 *     moment that mends itself should not move traffic
 */
@ConfigurationProperties("hub.health")
record HealthProperties(
    @DefaultValue("5s") Duration interval, @DefaultValue("15s") Duration grace) {
  HealthProperties {
    Assert.isTrue(
        interval.toMillis() >= 100,
        () -> "hub.health.interval must be at least 100ms: " + interval);
    Assert.isTrue(
        grace.compareTo(interval) > 0, "hub.health.grace must be longer than hub.health.interval");
  }
}
