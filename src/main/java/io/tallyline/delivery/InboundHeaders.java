package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a received message that a route may see: an allow-list, since lists of what is
 * forbidden were got round again and again (CVE-2025-27636 and its kin). Batches show a route none
 * at all, see {@link BatchListenerContainerFactory}; this holds for whatever else consumes through
 * Camel's component. Nothing goes out by it: the hub publishes through {@link ConfirmedPublisher}.
 *
 * <p>What a sender wrote is not lost by this. It stays in the message itself, byte for byte, for
 * dead letters and the event store.
 */
final class InboundHeaders implements HeaderFilterStrategy {
  private static final String TRACESTATE = "tracestate";

  private static final Set<String> ALLOWED =
      Set.of(
          Names.HUB_VERSIONS,
          Names.TRACEPARENT,
          TRACESTATE,
          Names.CLOUD_EVENTS_PREFIX + "specversion",
          Names.CLOUD_EVENTS_PREFIX + "id",
          Names.CLOUD_EVENTS_PREFIX + "source",
          Names.CLOUD_EVENTS_PREFIX + "type",
          Names.CLOUD_EVENTS_PREFIX + "time",
          Names.CLOUD_EVENTS_PREFIX + "subject",
          Names.CLOUD_EVENTS_PREFIX + "dataschema");

  @Override
  public boolean applyFilterToCamelHeaders(
      String name, @Nullable Object value, @Nullable Exchange exchange) {
    return true;
  }

  /** True if the header stays outside. Names are compared as they are: no case is forgiven. */
  @Override
  public boolean applyFilterToExternalHeaders(
      String name, @Nullable Object value, @Nullable Exchange exchange) {
    return !ALLOWED.contains(name);
  }
}
