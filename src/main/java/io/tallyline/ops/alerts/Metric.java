package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Series of one name, as the hub's registry and as Prometheus know them.
 *
 * @param name in the registry, {@code hub.relay.lag}
 * @param type a gauge, or a counter that only grows
 * @param unit base unit in the registry, which Prometheus appends to the name; null if none
 * @param choices which of its series are meant; all if empty
 */
record Metric(String name, Meter.Type type, @Nullable String unit, List<Choice> choices) {
  private static final PrometheusNamingConvention NAMES = new PrometheusNamingConvention();

  /**
   * Some values of a tag, or all others.
   *
   * @param tag its name
   * @param values plain texts, no patterns
   * @param others whether all but these are meant
   */
  record Choice(String tag, List<String> values, boolean others) {
    boolean accepts(Labels labels) {
      return values.contains(labels.get(tag)) != others;
    }

    private String matcher() {
      String pattern =
          values.stream()
              .map(value -> value.replaceAll("[.+*?()|\\[\\]{}^$\\\\]", "[$0]"))
              .collect(Collectors.joining("|"));
      return "%s%s\"%s\"".formatted(tag, others ? "!~" : "=~", pattern);
    }
  }

  static Metric gauge(String name) {
    return new Metric(name, Meter.Type.GAUGE, null, List.of());
  }

  static Metric gauge(String name, String unit) {
    return new Metric(name, Meter.Type.GAUGE, unit, List.of());
  }

  static Metric counter(String name) {
    return new Metric(name, Meter.Type.COUNTER, null, List.of());
  }

  Metric only(String tag, String... values) {
    return with(new Choice(tag, List.of(values), false));
  }

  Metric without(String tag, String... values) {
    return with(new Choice(tag, List.of(values), true));
  }

  private Metric with(Choice choice) {
    return new Metric(
        name,
        type,
        unit,
        java.util.stream.Stream.concat(choices.stream(), java.util.stream.Stream.of(choice))
            .toList());
  }

  boolean accepts(Labels labels) {
    return choices.stream().allMatch(choice -> choice.accepts(labels));
  }

  /** Its name at {@code /actuator/prometheus}. */
  String prometheusName() {
    String text = NAMES.name(name, type, unit);
    return type == Meter.Type.COUNTER && !text.endsWith("_total") ? text + "_total" : text;
  }

  /** A PromQL instant selector. */
  String selector() {
    return prometheusName()
        + (choices.isEmpty()
            ? ""
            : choices.stream().map(Choice::matcher).collect(Collectors.joining(",", "{", "}")));
  }

  /** A PromQL duration of whole seconds, as short as it can be written. */
  static String promDuration(java.time.Duration duration) {
    long seconds = Math.max(1, duration.toSeconds());
    if (seconds % 86_400 == 0) {
      return seconds / 86_400 + "d";
    }
    if (seconds % 3_600 == 0) {
      return seconds / 3_600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  /** A PromQL number without an exponent. */
  static String promNumber(double number) {
    String text = String.format(Locale.ROOT, "%.6f", number);
    return Pattern.compile("[.]?0+$").matcher(text).replaceFirst("");
  }
}
