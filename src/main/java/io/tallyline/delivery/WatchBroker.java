package io.tallyline.delivery;

import com.rabbitmq.client.BlockedListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.rabbit.connection.Connection;
import org.springframework.amqp.rabbit.connection.ConnectionListener;

/**
 * Whether there is a connection to the broker, and whether the broker takes messages on it. Told by
 * the connections themselves, so that asking costs nothing and never waits.
 */
public final class WatchBroker implements ConnectionListener {
  /** The connections that were made, each with the broker's alarm in its own words, or empty. */
  private final Map<com.rabbitmq.client.Connection, String> connections = new ConcurrentHashMap<>();

  private final InstantSource clock;
  private volatile Instant lostAt;

  public WatchBroker(InstantSource clock, MeterRegistry meters) {
    this.clock = clock;
    this.lostAt = clock.instant();
    Gauge.builder("hub.delivery.broker.connected", this, watch -> watch.isConnected() ? 1 : 0)
        .description("1 while the hub has a connection to the broker, else 0")
        .register(meters);
    Gauge.builder("hub.delivery.broker.blocked", this, watch -> watch.blocked() == null ? 0 : 1)
        .description("1 while the broker takes no messages (memory or disk alarm), else 0")
        .register(meters);
  }

  /** Whether at least one connection is open. */
  public boolean isConnected() {
    return connections.keySet().stream().anyMatch(com.rabbitmq.client.Connection::isOpen);
  }

  /** Since when there has been no connection; null while there is one. */
  public @Nullable Instant lostAt() {
    return isConnected() ? null : lostAt;
  }

  /**
   * The alarm in the broker's own words; null while it takes messages. A broker tells only those
   * connections that try to publish.
   */
  public @Nullable String blocked() {
    return connections.entrySet().stream()
        .filter(entry -> entry.getKey().isOpen() && !entry.getValue().isEmpty())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  @Override
  public void onCreate(Connection connection) {
    com.rabbitmq.client.Connection opened = connection.getDelegate();
    if (opened == null) {
      return;
    }
    connections.put(opened, "");
    opened.addShutdownListener(
        ended -> {
          connections.remove(opened);
          lostAt = clock.instant();
        });
    opened.addBlockedListener(
        new BlockedListener() {
          @Override
          public void handleBlocked(String reason) {
            connections.replace(opened, reason.isEmpty() ? "no reason given" : reason);
          }

          @Override
          public void handleUnblocked() {
            connections.replace(opened, "");
          }
        });
  }
}
