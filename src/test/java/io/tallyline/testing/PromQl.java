package io.tallyline.testing;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PromQL expression asks for. Not a parser: promtool checks the syntax, this finds the
 * names.
 *
 * @param metrics names of the metrics, each with the labels that it is selected by
 * @param groupings labels that results are grouped or matched by
 */
public record PromQl(Map<String, Set<String>> metrics, Set<String> groupings) {
  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
  private static final Pattern METRIC =
      Pattern.compile("(?<![\\w:.])([a-zA-Z_:][\\w:]*+)\\s*+(?:\\{([^}]*)})?+(?!\\s*\\()");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)\\s*(?:=~|!~|!=|=)");
  private static final Set<String> WORDS =
      Set.of(
          "and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "inf", "nan");

  /** Grafana's variables for times, as Prometheus would see them. */
  public static String withoutVariables(String expression) {
    return expression.replace("$__rate_interval", "5m").replace("$__range", "6h");
  }

  public static PromQl of(String expression) {
    String text = TEXT.matcher(expression).replaceAll("\"\"");
    text = RANGE.matcher(text).replaceAll("");
    Set<String> groupings = new TreeSet<>();
    Matcher grouping = GROUPING.matcher(text);
    while (grouping.find()) {
      for (String label : grouping.group(1).split(",")) {
        if (!label.isBlank()) {
          groupings.add(label.strip());
        }
      }
    }
    text = GROUPING.matcher(text).replaceAll(" ");
    Map<String, Set<String>> metrics = new TreeMap<>();
    Matcher metric = METRIC.matcher(text);
    while (metric.find()) {
      if (!WORDS.contains(metric.group(1))) {
        Set<String> labels = metrics.computeIfAbsent(metric.group(1), name -> new TreeSet<>());
        Matcher label = LABEL.matcher(metric.group(2) == null ? "" : metric.group(2));
        while (label.find()) {
          labels.add(label.group(1));
        }
      }
    }
    return new PromQl(metrics, groupings);
  }
}
