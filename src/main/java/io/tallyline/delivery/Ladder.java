package io.tallyline.delivery;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.util.Assert;

/**
 * How long a message that failed for a passing reason waits before each further attempt: after its
 * first failure the first step, after its second the second, and so on; after one failure more than
 * there are steps it is a dead letter. Without steps the first failure is the last.
 */
public record Ladder(List<Duration> steps) {
  /** A ladder is climbed by one message for hours at most; more steps are a mistake. */
  private static final int MOST_STEPS = 50;

  /** RabbitMQ's own bound of a queue's time to live. */
  private static final Duration LONGEST = Duration.ofDays(24);

  /**
   * @throws IllegalArgumentException if there are too many steps or one is not a time to wait
   */
  public Ladder {
    steps = List.copyOf(steps);
    Assert.isTrue(
        steps.size() <= MOST_STEPS, "a ladder has at most %d steps".formatted(MOST_STEPS));
    for (Duration step : steps) {
      Assert.isTrue(
          step.toMillis() >= 1
              && step.compareTo(LONGEST) <= 0
              && step.equals(Duration.ofMillis(step.toMillis())),
          () -> "a step of a ladder is 1 ms to 24 days in whole milliseconds: " + step);
    }
  }

  /**
   * The wait before the next attempt; empty if the ladder is at its end.
   *
   * @param failures how often the message has failed, from 1
   */
  public Optional<Duration> after(int failures) {
    return failures >= 1 && failures <= steps.size()
        ? Optional.of(steps.get(failures - 1))
        : Optional.empty();
  }

  /**
   * The wait queues of a work queue, each with its delay, in the order of the steps. Steps of the
   * same length share a queue.
   */
  public Map<String, Duration> waitQueues(String workQueue) {
    Map<String, Duration> queues = new LinkedHashMap<>();
    steps.forEach(step -> queues.put(waitQueue(workQueue, step), step));
    return queues;
  }

  /** For example {@code finance.journal.retry.71s}, {@code finance.journal.retry.5m}. */
  public static String waitQueue(String workQueue, Duration delay) {
    return workQueue + ".retry." + text(delay);
  }

  private static String text(Duration delay) {
    long millis = delay.toMillis();
    if (millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }
}
