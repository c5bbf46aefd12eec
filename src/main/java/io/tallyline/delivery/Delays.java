package io.tallyline.delivery;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How late something is, measured alike everywhere. */
public final class Delays {
  /**
   * Upper ends of the buckets. From what an idle hub needs to what an alert calls late; a fixed
   * number of them, so that a scrape stays small.
   */
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(5),
    Duration.ofMinutes(10)
  };

  /** Beyond it a time was not taken by a clock, and its delay would spoil every mean. */
  private static final Duration LONGEST = Duration.ofDays(366);

  private Delays() {}

  /** A histogram of delays, still to be tagged and registered. */
  public static Timer.Builder timer(String name, String description) {
    return Timer.builder(name).description(description).serviceLevelObjectives(BUCKETS);
  }

  /**
   * Clocks of two machines differ, so an end before its start counts as no delay.
   *
   * @return null if the start is not known, or so long ago that it says nothing
   */
  public static @Nullable Duration between(@Nullable Instant start, Instant end) {
    if (start == null || start.isBefore(end.minus(LONGEST))) {
      return null;
    }
    return start.isAfter(end) ? Duration.ZERO : Duration.between(start, end);
  }
}
