package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** Asks the hub every second how far something is, until it ends. */
final class Watch {
  private static final Duration BETWEEN = Duration.ofSeconds(1);

  private final Progress progress;

  Watch(String what) {
    // Beside the output, which a program may read.
    this.progress = new Progress(System.err, what);
  }

  JsonNode until(
      JsonNode first,
      Supplier<JsonNode> next,
      Predicate<JsonNode> over,
      ToLongFunction<JsonNode> done,
      ToLongFunction<JsonNode> all) {
    JsonNode now = first;
    while (!over.test(now)) {
      progress.show(done.applyAsLong(now), all.applyAsLong(now));
      try {
        Thread.sleep(BETWEEN.toMillis());
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return now;
      }
      now = next.get();
    }
    progress.end(done.applyAsLong(now), all.applyAsLong(now));
    return now;
  }
}
