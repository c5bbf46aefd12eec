package io.tallyline.ops.console;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The hub's own meters, as numbers for people. A meter that is not there counts {@link #NONE}. */
final class Figures {
  /** Nothing is known: the role that counts it does not run here, or nothing has happened yet. */
  static final long NONE = -1;

  private final MeterRegistry meters;

  Figures(MeterRegistry meters) {
    this.meters = meters;
  }

  /** A gauge's value, rounded down; of several, the sum. */
  long gauge(String name, String... tags) {
    Collection<Gauge> found = meters.find(name).tags(tags).gauges();
    double sum = found.stream().mapToDouble(Gauge::value).filter(Double::isFinite).sum();
    return found.isEmpty() ? NONE : (long) sum;
  }

  /** What each value of a tag has counted, whatever kind of meter counts it. */
  Map<String, Long> byTag(String name, String tag, String... tags) {
    Map<String, Long> sums = new TreeMap<>();
    Stream.concat(
            meters.find(name).tags(tags).counters().stream().map(Meter.class::cast),
            meters.find(name).tags(tags).gauges().stream())
        .forEach(meter -> sums.merge(tag(meter, tag), value(meter), Long::sum));
    return sums;
  }

  private static String tag(Meter meter, String tag) {
    String value = meter.getId().getTag(tag);
    return value == null ? "none" : value;
  }

  private static long value(Meter meter) {
    return (long) (meter instanceof Counter counter ? counter.count() : ((Gauge) meter).value());
  }

  /** Mean of what a summary has recorded since the start, to one decimal. */
  double mean(String name, String... tags) {
    Collection<DistributionSummary> found = meters.find(name).tags(tags).summaries();
    double total = found.stream().mapToDouble(DistributionSummary::totalAmount).sum();
    long count = found.stream().mapToLong(DistributionSummary::count).sum();
    return count == 0 ? NONE : Math.round(10 * total / count) / 10.0;
  }
}
