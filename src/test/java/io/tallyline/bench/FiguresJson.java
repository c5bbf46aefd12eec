package io.tallyline.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** All figures of all rounds, for programs. */
final class FiguresJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private FiguresJson() {}

  static String of(List<String> machine, Figures figures, List<Series.Point> series)
      throws JsonProcessingException {
    ObjectNode root = JSON.createObjectNode();
    root.putPOJO("machine", machine);
    ObjectNode contenders = root.putObject("contenders");
    for (String name : figures.contenders()) {
      ObjectNode contender = contenders.putObject(name);
      for (Metric metric : Metric.values()) {
        figures
            .median(name, metric)
            .ifPresent(
                median -> {
                  ObjectNode figure = contender.putObject(metric.name().toLowerCase(Locale.ROOT));
                  figure.put("what", metric.text());
                  figure.put("median", median);
                  figure.putPOJO("rounds", figures.all(name, metric));
                });
      }
      contender.putPOJO("failures", figures.failures().getOrDefault(name, List.of()));
    }
    root.putPOJO("series", series);
    return JSON.writeValueAsString(root);
  }
}
