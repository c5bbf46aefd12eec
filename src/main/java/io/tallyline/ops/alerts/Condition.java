package io.tallyline.ops.alerts;

import static io.tallyline.ops.alerts.Metric.promDuration;
import static io.tallyline.ops.alerts.Metric.promNumber;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What must hold for an alert. Each kind is said twice, in PromQL and over this hub's own readings,
 * side by side, so that both mean the same.
 */
sealed interface Condition {
  /** The expression of the Prometheus rule. */
  String promql();

  /** The same over one hub's own meters. */
  Observation observe(Readings readings);

  /** What it reads in the hub. */
  List<Metric> metrics();

  /** How far back it looks. */
  default Duration window() {
    return Duration.ZERO;
  }

  /**
   * What a condition found.
   *
   * @param holding for which series it holds, with the value that an alert names
   * @param unknown why it could not be looked at, which is not the same as fine; null if it could
   */
  record Observation(Map<Labels, Double> holding, @Nullable String unknown) {
    static Observation of(Map<Labels, Double> holding) {
      return new Observation(Map.copyOf(holding), null);
    }

    static Observation unmeasured(Metric metric) {
      return new Observation(Map.of(), "this hub does not measure " + metric.name());
    }
  }

  /** Which side of the threshold is bad. */
  enum Side {
    ABOVE(">"),
    BELOW("<");

    private final String sign;

    Side(String sign) {
      this.sign = sign;
    }

    boolean holds(double value, double threshold) {
      return this == ABOVE ? value > threshold : value < threshold;
    }
  }

  /** Which of several series with the same labels counts. */
  enum Of {
    MAX(Math::max),
    MIN(Math::min);

    private final BinaryOperator<Double> choice;

    Of(BinaryOperator<Double> choice) {
      this.choice = choice;
    }

    private String prometheus() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * A gauge is on the wrong side of a number.
   *
   * @param of which of several hubs' answers counts, if they share the labels
   * @param by labels that an alert names; with {@code instance} each hub speaks for itself
   */
  record Compared(Metric metric, Of of, Side side, double threshold, List<String> by)
      implements Condition {
    @Override
    public String promql() {
      return "%s by (%s) (%s) %s %s"
          .formatted(
              of.prometheus(),
              String.join(", ", by),
              metric.selector(),
              side.sign,
              promNumber(threshold));
    }

    @Override
    public Observation observe(Readings readings) {
      Map<Labels, Double> now = grouped(readings.now(metric), by, of.choice);
      if (now.isEmpty()) {
        return Observation.unmeasured(metric);
      }
      now.values().removeIf(value -> !side.holds(value, threshold));
      return Observation.of(now);
    }

    @Override
    public List<Metric> metrics() {
      return List.of(metric);
    }
  }

  /**
   * A gauge is above a bound and above what it was a while ago.
   *
   * @param by labels that an alert names
   */
  record Growing(Metric metric, double bound, Duration window, List<String> by)
      implements Condition {
    @Override
    public String promql() {
      String now = "max by (%s) (%s)".formatted(String.join(", ", by), metric.selector());
      String then =
          "max by (%s) (%s offset %s)"
              .formatted(String.join(", ", by), metric.selector(), promDuration(window));
      return "%s > %s and %s > %s".formatted(now, promNumber(bound), now, then);
    }

    @Override
    public Observation observe(Readings readings) {
      Map<Labels, Double> now = grouped(readings.now(metric), by, Math::max);
      if (now.isEmpty()) {
        return Observation.unmeasured(metric);
      }
      Map<Labels, Double> before = readings.ago(metric, window);
      Map<Labels, Double> then = before == null ? Map.of() : grouped(before, by, Math::max);
      now.entrySet()
          .removeIf(
              entry ->
                  entry.getValue() <= bound
                      || entry.getValue() <= then.getOrDefault(entry.getKey(), Double.MAX_VALUE));
      return Observation.of(now);
    }

    @Override
    public List<Metric> metrics() {
      return List.of(metric);
    }
  }

  /**
   * Of what was counted within a window, too large a share was bad.
   *
   * @param all everything that was counted
   * @param bad the bad ones of it
   * @param threshold the share, 0 to 1, above which it holds
   * @param minimum fewest to judge by
   */
  record Share(
      Metric all, Metric bad, double threshold, long minimum, Duration window, List<String> by)
      implements Condition {
    @Override
    public String promql() {
      String labels = String.join(", ", by);
      String total =
          "sum by (%s) (increase(%s[%s]))".formatted(labels, all.selector(), promDuration(window));
      String share =
          "sum by (%s) (increase(%s[%s])) / %s"
              .formatted(labels, bad.selector(), promDuration(window), total);
      return "%s > %s and %s >= %d".formatted(share, promNumber(threshold), total, minimum);
    }

    @Override
    public Observation observe(Readings readings) {
      Map<Labels, Double> total = grouped(readings.growth(all, window), by, Double::sum);
      if (total.isEmpty()) {
        return Observation.unmeasured(all);
      }
      Map<Labels, Double> wrong = grouped(readings.growth(bad, window), by, Double::sum);
      Map<Labels, Double> holding = new HashMap<>();
      total.forEach(
          (labels, count) -> {
            double share = count > 0 ? wrong.getOrDefault(labels, 0.0) / count : 0;
            if (count >= minimum && share > threshold) {
              holding.put(labels, share);
            }
          });
      return Observation.of(holding);
    }

    @Override
    public List<Metric> metrics() {
      return List.of(all);
    }
  }

  /**
   * A queue that at the pace of the last while would take too long to empty, or is not emptied at
   * all. (The broker does not say how old its oldest message is.)
   *
   * @param depth messages that wait, by queue
   * @param settled what its consumers settled; the queue's own
   * @param longest how long emptying may take
   * @param window over which the pace is taken
   */
  record Draining(Metric depth, Metric settled, Duration longest, Duration window)
      implements Condition {
    private static final List<String> BY = List.of("queue");

    @Override
    public String promql() {
      String waiting = "max by (queue) (%s)".formatted(depth.selector());
      String before =
          "max by (queue) (%s offset %s)".formatted(depth.selector(), promDuration(window));
      String pace = "sum(rate(%s[%s]))".formatted(settled.selector(), promDuration(window));
      return "%s > 0 and %s > 0 unless %s <= on() group_left() %s * %d"
          .formatted(waiting, before, waiting, pace, longest.toSeconds());
    }

    @Override
    public Observation observe(Readings readings) {
      Map<Labels, Double> now = grouped(readings.now(depth), BY, Math::max);
      if (now.isEmpty()) {
        return Observation.unmeasured(depth);
      }
      Map<Labels, Double> before = readings.ago(depth, window);
      if (before == null) {
        return Observation.of(Map.of());
      }
      Map<Labels, Double> then = grouped(before, BY, Math::max);
      double settledInWindow =
          readings.growth(settled, window).values().stream().mapToDouble(d -> d).sum();
      double most = settledInWindow * longest.toMillis() / window.toMillis();
      now.entrySet()
          .removeIf(
              entry -> entry.getValue() <= most || then.getOrDefault(entry.getKey(), 0.0) <= 0);
      return Observation.of(now);
    }

    @Override
    public List<Metric> metrics() {
      return List.of(depth, settled);
    }
  }

  /**
   * Prometheus reads the broker's own figures; a hub reads what it computed from them.
   *
   * @param inHub over the hub's meters
   * @param promql over the broker's own metrics, scraped from it
   */
  record FromBroker(Condition inHub, String promql) implements Condition {
    @Override
    public Observation observe(Readings readings) {
      return inHub.observe(readings);
    }

    @Override
    public List<Metric> metrics() {
      return inHub.metrics();
    }
  }

  /**
   * What no hub can see of itself.
   *
   * @param why said by the hub instead of an answer
   */
  record PrometheusOnly(String promql, String why) implements Condition {
    @Override
    public Observation observe(Readings readings) {
      return new Observation(Map.of(), why);
    }

    @Override
    public List<Metric> metrics() {
      return List.of();
    }
  }

  private static Map<Labels, Double> grouped(
      Map<Labels, Double> series, List<String> by, BinaryOperator<Double> merge) {
    Map<Labels, Double> groups = new HashMap<>();
    series.forEach((labels, value) -> groups.merge(labels.only(by), value, merge));
    return groups;
  }

  /** Every metric of some conditions. */
  static Stream<Metric> metrics(Stream<Condition> conditions) {
    return conditions.flatMap(condition -> condition.metrics().stream());
  }
}
