package io.tallyline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class PicturesTest {
  @Test
  void pictures_are_xml_and_show_what_was_measured() throws Exception {
    var figures = new Figures();
    figures.add("hub & store", Metric.DRAIN, 5_000);
    figures.add("hub & store", Metric.P50_AT_200, 2.5);
    figures.add("hub & store", Metric.P99_AT_200, 30_000);
    var point = new Series.Point("queues", "quorum", 50_000, 6_543, 0.25, 3, 12);

    assertThat(text(Pictures.drain(figures))).contains("hub & store", "5,000/s");
    assertThat(text(Pictures.latency(figures))).contains("2.5 / 30,000.0");
    assertThat(text(Pictures.series(List.of(point)))).contains("quorum", "6,543/s");
  }

  private static String text(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
        .getDocumentElement()
        .getTextContent();
  }
}
