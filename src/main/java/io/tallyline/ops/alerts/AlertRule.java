package io.tallyline.ops.alerts;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One thing that somebody must be told.
 *
 * @param id its name here and in {@code src/docs/alerts.md}: {@code dead-letters}
 * @param code its number in {@code src/docs/errors.md}
 * @param summary what is wrong, with {@code {label}} and {@code {value}}
 * @param action what to do first
 * @param hold how long the condition must hold before anybody is told
 * @param unit how {@code {value}} reads
 */
record AlertRule(
    String id,
    String code,
    Severity severity,
    String summary,
    String action,
    Duration hold,
    Unit unit,
    Condition condition) {
  private static final Pattern PLACE = Pattern.compile("\\{([a-z]+)}");

  /** How a value reads to people. */
  enum Unit {
    COUNT("{{ printf \"%.0f\" $value }}"),
    PERCENT("{{ $value | humanizePercentage }}"),
    TIME("{{ $value | humanizeDuration }}");

    private final String template;

    Unit(String template) {
      this.template = template;
    }

    String text(double value) {
      return switch (this) {
        case COUNT -> String.format(java.util.Locale.ROOT, "%.0f", value);
        case PERCENT -> String.format(java.util.Locale.ROOT, "%.1f %%", value * 100);
        case TIME -> AlertRule.text(Duration.ofSeconds((long) value));
      };
    }
  }

  /** The summary for one alert. */
  String summary(Labels labels, double value) {
    return filled(name -> name.equals("value") ? unit.text(value) : labels.get(name));
  }

  /** The summary in Prometheus's template language. */
  String summaryTemplate() {
    return filled(
        name -> name.equals("value") ? unit.template : "{{ $labels.%s }}".formatted(name));
  }

  private String filled(Function<String, String> values) {
    return PLACE
        .matcher(summary)
        .replaceAll(
            place -> java.util.regex.Matcher.quoteReplacement(values.apply(place.group(1))));
  }

  /** As Prometheus's alerts are named: {@code TallylineDeadLetters}. */
  String prometheusName() {
    return Arrays.stream(id.split("-"))
        .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
        .collect(Collectors.joining("", "Tallyline", ""));
  }

  /** A duration as people read it: {@code 2 d 3 h}, {@code 5 min 12 s}. */
  static String text(Duration duration) {
    if (duration.isNegative()) {
      return "-" + text(duration.negated());
    }
    if (duration.toDays() > 0) {
      return "%d d %d h".formatted(duration.toDays(), duration.toHoursPart());
    }
    if (duration.toHours() > 0) {
      return "%d h %d min".formatted(duration.toHours(), duration.toMinutesPart());
    }
    return duration.toMinutes() > 0
        ? "%d min %d s".formatted(duration.toMinutes(), duration.toSecondsPart())
        : "%d s".formatted(duration.toSeconds());
  }
}
