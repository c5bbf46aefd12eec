package io.tallyline.ops.console;

import io.tallyline.delivery.Breaker;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.jmx.export.annotation.ManagedAttribute;
import org.springframework.jmx.export.annotation.ManagedOperation;
import org.springframework.jmx.export.annotation.ManagedResource;

/** {@code io.tallyline:type=Breaker}: pauses a consumer while a server is away. */
@ManagedResource(description = "Pauses a consumer while a server that it needs is away")
public final class ManagedBreaker {
  private final Breaker breaker;
  private final Figures figures;

  ManagedBreaker(Breaker breaker, Figures figures) {
    this.breaker = breaker;
    this.figures = figures;
  }

  @ManagedAttribute(
      description =
          "CLOSED: the consumer runs; OPEN: it pauses; HALF_OPEN: resumed, not yet proven")
  public String getState() {
    return breaker.status().state().name();
  }

  @ManagedAttribute(
      description = "When the server last stopped answering (UTC); empty while closed")
  public String getSince() {
    return text(breaker.status().since());
  }

  private static String text(@Nullable Instant since) {
    return since == null ? "" : since.toString();
  }

  @ManagedAttribute(description = "What the server or its driver said; empty while closed")
  public String getBecause() {
    String because = breaker.status().because();
    return because == null ? "" : because;
  }

  @ManagedAttribute(description = "How often the consumer had to pause since the start")
  public long getPauses() {
    return figures.gauge("hub.delivery.breaker.pauses", "server", breaker.name());
  }

  @ManagedOperation(
      description = "Asks the server at once whether it is back; false if there is nothing to ask")
  public boolean probeNow() {
    return breaker.probeNow();
  }
}
