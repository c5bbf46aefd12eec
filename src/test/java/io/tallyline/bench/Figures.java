package io.tallyline.bench;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Every figure of every round, by contender. */
final class Figures {
  private final Map<String, Map<Metric, List<Double>>> values = new LinkedHashMap<>();
  private final Map<String, List<String>> failures = new LinkedHashMap<>();

  void add(String contender, Metric metric, double value) {
    values
        .computeIfAbsent(contender, unused -> new EnumMap<>(Metric.class))
        .computeIfAbsent(metric, unused -> new ArrayList<>())
        .add(value);
  }

  /** It lost or doubled something, or ended; its figures count for nothing. */
  void fail(String contender, String why) {
    values.computeIfAbsent(contender, unused -> new EnumMap<>(Metric.class));
    failures.computeIfAbsent(contender, unused -> new ArrayList<>()).add(why);
  }

  List<String> contenders() {
    return List.copyOf(values.keySet());
  }

  Map<String, List<String>> failures() {
    return failures;
  }

  boolean failed(String contender) {
    return failures.containsKey(contender);
  }

  /** All rounds in their order. */
  List<Double> all(String contender, Metric metric) {
    return values.getOrDefault(contender, Map.of()).getOrDefault(metric, List.of());
  }

  OptionalDouble median(String contender, Metric metric) {
    double[] sorted =
        all(contender, metric).stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    int middle = sorted.length / 2;
    return OptionalDouble.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }

  /** A contender's median by that of another. */
  OptionalDouble ratio(String contender, String to, Metric metric) {
    OptionalDouble mine = median(contender, metric);
    OptionalDouble theirs = median(to, metric);
    return mine.isEmpty() || theirs.isEmpty() || theirs.getAsDouble() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(mine.getAsDouble() / theirs.getAsDouble());
  }
}
