package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Readings of this hub's own registry, kept for as long as the longest window. One thread looks and
 * reads.
 */
final class MeterReadings implements Readings {
  /** All series of the watched metrics at one moment. */
  private record Snapshot(Instant at, Map<String, Map<Labels, Double>> series) {}

  private final MeterRegistry meters;
  private final Collection<String> names;
  private final Duration longest;
  private final Deque<Snapshot> snapshots = new ArrayDeque<>();

  /**
   * @param names of the metrics to look at
   * @param longest how far back anybody will ask
   */
  MeterReadings(MeterRegistry meters, Collection<String> names, Duration longest) {
    this.meters = meters;
    this.names = new TreeSet<>(names);
    this.longest = longest;
  }

  /** Looks at all of them, and forgets what is too old to be asked for. */
  void look(Instant now) {
    Map<String, Map<Labels, Double>> series = new HashMap<>();
    for (String name : names) {
      Map<Labels, Double> values = new HashMap<>();
      for (Meter meter : meters.find(name).meters()) {
        double value = value(meter);
        if (!Double.isNaN(value)) {
          values.put(Labels.of(meter.getId().getTags()), value);
        }
      }
      series.put(name, values);
    }
    snapshots.addLast(new Snapshot(now, series));
    forget(now.minus(longest));
  }

  /** Keeps one that is as old as the longest window, to compare with. */
  private void forget(Instant oldest) {
    while (snapshots.size() > 1) {
      Iterator<Snapshot> eldest = snapshots.iterator();
      eldest.next();
      if (eldest.next().at().isAfter(oldest)) {
        return;
      }
      snapshots.removeFirst();
    }
  }

  private static double value(Meter meter) {
    Iterator<Measurement> measurements = meter.measure().iterator();
    return measurements.hasNext() ? measurements.next().getValue() : Double.NaN;
  }

  @Override
  public Map<Labels, Double> now(Metric metric) {
    return snapshots.isEmpty() ? Map.of() : series(snapshots.getLast(), metric);
  }

  @Override
  public @Nullable Map<Labels, Double> ago(Metric metric, Duration age) {
    Snapshot then = before(age);
    return then == null ? null : series(then, metric);
  }

  @Override
  public Map<Labels, Double> growth(Metric counter, Duration window) {
    Snapshot then = before(window);
    Map<Labels, Double> start = then == null ? Map.of() : series(then, counter);
    Map<Labels, Double> growth = new HashMap<>();
    now(counter)
        .forEach((labels, value) -> growth.put(labels, value - start.getOrDefault(labels, 0.0)));
    return growth;
  }

  /** The newest snapshot that is at least so old. */
  private @Nullable Snapshot before(Duration age) {
    if (snapshots.isEmpty()) {
      return null;
    }
    Instant latest = snapshots.getLast().at().minus(age);
    Snapshot found = null;
    for (Snapshot snapshot : snapshots) {
      if (snapshot.at().isAfter(latest)) {
        break;
      }
      found = snapshot;
    }
    return found;
  }

  private static Map<Labels, Double> series(Snapshot snapshot, Metric metric) {
    Map<Labels, Double> chosen = new HashMap<>();
    snapshot
        .series()
        .getOrDefault(metric.name(), Map.of())
        .forEach(
            (labels, value) -> {
              if (metric.accepts(labels)) {
                chosen.put(labels, value);
              }
            });
    return chosen;
  }
}
