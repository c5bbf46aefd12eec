package io.tallyline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The figures as tables of at most 100 columns: medians, and ratios to the hand-written one. */
final class Report {
  static final String REFERENCE = "hand-written";

  private static final String DRAIN = "%-24s %9s %6s | %7s %7s | %7s %7s %7s %7s %6s";
  private static final String SERIES = "%-24s %-18s %10s %9s %8s | %9s %9s";
  private static final String LATENCY = "%-24s | %7s %7s %8s | %8s %8s %8s | %7s";

  private final Figures figures;

  Report(Figures figures) {
    this.figures = figures;
  }

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    if (figures.contenders().isEmpty()) {
      return lines;
    }
    lines.add(
        heading(
            DRAIN,
            "drain and stages",
            "events/s",
            "ratio",
            "relay",
            "consum.",
            "CPU own",
            "PostgrS",
            "RabbitM",
            "all",
            "ratio"));
    lines.add("-".repeat(lines.get(0).length()));
    figures.contenders().forEach(name -> lines.add(drain(name)));
    lines.add("");
    lines.add(
        heading(LATENCY, "latency, ms", "200/s50", "p99", "max", "1000/s50", "p99", "max", "MiB"));
    lines.add("-".repeat(lines.get(lines.size() - 1).length()));
    figures.contenders().forEach(name -> lines.add(latency(name)));
    figures
        .failures()
        .forEach((name, why) -> why.forEach(each -> lines.add("FAILED " + name + ": " + each)));
    return lines;
  }

  /** The same for the hub under different loads. */
  static List<String> series(List<Series.Point> points) {
    List<String> lines = new ArrayList<>();
    lines.add(heading(SERIES, "hub, by", "", "rows", "events/s", "CPU all", "p50 ms", "p99 ms"));
    lines.add("-".repeat(lines.get(0).length()));
    for (Series.Point point : points) {
      lines.add(
          String.format(
              Locale.ROOT,
              SERIES,
              point.group(),
              point.label(),
              "%,d".formatted(point.rows()),
              "%,.0f".formatted(point.perSecond()),
              "%.3f".formatted(point.cpu()),
              "%,.1f".formatted(point.p50()),
              "%,.1f".formatted(point.p99())));
    }
    return lines;
  }

  /** What the hub is to reach, and what it did; empty where something was not measured. */
  List<String> goals() {
    List<String> lines = new ArrayList<>();
    goal(
        lines,
        "drain by the hand-written pipeline's",
        "at least 0.7",
        figures.ratio("hub", REFERENCE, Metric.DRAIN));
    OptionalDouble library =
        Contenders.LIBRARIES.stream()
            .map(name -> figures.median(name, Metric.DRAIN))
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .max();
    OptionalDouble hub = figures.median("hub", Metric.DRAIN);
    if (library.isPresent() && hub.isPresent()) {
      goal(
          lines,
          "drain by the fastest library's",
          "at least 4",
          OptionalDouble.of(hub.getAsDouble() / library.getAsDouble()));
    }
    goal(
        lines,
        "p50 at 200/s by the hand-written pipeline's",
        "at most 2",
        figures.ratio("hub", REFERENCE, Metric.P50_AT_200));
    goal(
        lines,
        "p99 at 1,000/s by the hand-written pipeline's",
        "at most 3",
        figures.ratio("hub", REFERENCE, Metric.P99_AT_1000));
    goal(
        lines,
        "CPU of all three by the hand-written pipeline's",
        "at most 2",
        figures.ratio("hub", REFERENCE, Metric.CPU));
    return lines;
  }

  private static void goal(List<String> lines, String what, String wanted, OptionalDouble is) {
    if (is.isPresent()) {
      lines.add(
          String.format(Locale.ROOT, "hub's %-48s %-13s %6.2f", what, wanted, is.getAsDouble()));
    }
  }

  private static String heading(String format, Object... words) {
    return String.format(Locale.ROOT, format, words);
  }

  private String drain(String name) {
    return String.format(
        Locale.ROOT,
        DRAIN,
        name,
        whole(name, Metric.DRAIN),
        ratio(name, Metric.DRAIN),
        whole(name, Metric.RELAY),
        whole(name, Metric.CONSUMER),
        exact(name, Metric.CPU_PROGRAM),
        exact(name, Metric.CPU_POSTGRES),
        exact(name, Metric.CPU_RABBIT),
        exact(name, Metric.CPU),
        ratio(name, Metric.CPU));
  }

  private String latency(String name) {
    boolean behind = figures.median(name, Metric.IN_TIME_AT_1000).orElse(1) <= Latency.KEEPS_UP;
    return String.format(
        Locale.ROOT,
        LATENCY,
        name,
        tenths(name, Metric.P50_AT_200),
        tenths(name, Metric.P99_AT_200),
        tenths(name, Metric.MAX_AT_200),
        behind ? "falls" : tenths(name, Metric.P50_AT_1000),
        behind ? "behind" : tenths(name, Metric.P99_AT_1000),
        behind ? "" : tenths(name, Metric.MAX_AT_1000),
        whole(name, Metric.MEMORY));
  }

  private String whole(String name, Metric metric) {
    return number("%,.0f", figures.median(name, metric));
  }

  private String tenths(String name, Metric metric) {
    return number("%,.1f", figures.median(name, metric));
  }

  private String exact(String name, Metric metric) {
    return number("%.3f", figures.median(name, metric));
  }

  private String ratio(String name, Metric metric) {
    return number("%.2f", figures.ratio(name, REFERENCE, metric));
  }

  private static String number(String format, OptionalDouble value) {
    return value.isPresent() ? String.format(Locale.ROOT, format, value.getAsDouble()) : "-";
  }
}
