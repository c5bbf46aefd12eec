package io.tallyline.deadletter;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters are wanted; every condition that is given must hold.
 *
 * @param statuses any of them; empty for all
 * @param name of the event
 * @param text in the error or the body, or one of its ids
 * @param from failed last at or after
 * @param to failed last before
 */
public record DeadLetterFilter(
    List<DeadLetterStatus> statuses,
    @Nullable String queue,
    @Nullable String reason,
    @Nullable String code,
    @Nullable String name,
    @Nullable String text,
    @Nullable Instant from,
    @Nullable Instant to) {
  /** Those that somebody has to decide about. */
  public static final DeadLetterFilter OPEN =
      new DeadLetterFilter(
          List.of(DeadLetterStatus.OPEN), null, null, null, null, null, null, null);

  public DeadLetterFilter {
    statuses = List.copyOf(statuses);
  }

  /** The open ones of one group. */
  public static DeadLetterFilter group(String queue, String reason, String code, String name) {
    return new DeadLetterFilter(
        List.of(DeadLetterStatus.OPEN), queue, reason, code, name, null, null, null);
  }
}
