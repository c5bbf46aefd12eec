package io.tallyline.bridge;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The MassTransit bridge.
 *
 * @param enabled whether this process runs it; it needs the role relay
 * @param errorQueues MassTransit's error queues to read into the dead letters, as in {@code
 *     orders_error,billing_error}; none by default
 */
@ConfigurationProperties("hub.bridge.masstransit")
public record BridgeProperties(
    @DefaultValue("false") boolean enabled, @DefaultValue List<String> errorQueues) {
  public BridgeProperties {
    errorQueues = errorQueues.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
  }
}
