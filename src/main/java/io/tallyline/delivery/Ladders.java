package io.tallyline.delivery;

import io.tallyline.contracts.StartRefused;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The redelivery ladder of each consumer: its own where {@code hub.<module>.ladder} is set, {@code
 * hub.delivery.ladder} otherwise. The module is the first word of the work queue's name.
 */
public final class Ladders {
  private final Ladder common;
  private final Environment environment;

  public Ladders(DeliveryProperties settings, Environment environment) {
    this.common = new Ladder(settings.ladder());
    this.environment = environment;
  }

  /**
   * @throws StartRefused DEL-015 if the consumer's own ladder is no list of durations
   */
  public Ladder of(String workQueue) {
    String setting = "hub." + workQueue.substring(0, workQueue.indexOf('.')) + ".ladder";
    try {
      return Binder.get(environment)
          .bind(setting, Bindable.listOf(Duration.class))
          .map(Ladder::new)
          .orElse(common);
    } catch (BindException | IllegalArgumentException wrong) {
      throw new StartRefused(
          "DEL-015",
          "%s is '%s'; a ladder is a list of durations like 1s,11s,5m, at most 50 of 1 ms to 24 days."
              .formatted(setting, environment.getProperty(setting)),
          wrong);
    }
  }
}
