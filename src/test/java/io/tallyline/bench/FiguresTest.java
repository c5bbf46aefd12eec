package io.tallyline.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  private final Figures figures = new Figures();

  @Test
  void the_median_of_an_even_number_of_rounds_lies_between_the_middle_two() {
    for (double round : new double[] {9, 1, 4, 2}) {
      figures.add("hub", Metric.DRAIN, round);
    }

    assertThat(figures.median("hub", Metric.DRAIN)).hasValue(3);
  }

  @Test
  void a_ratio_compares_medians() {
    for (double round : new double[] {10, 30, 20}) {
      figures.add("hub", Metric.DRAIN, round);
      figures.add("other", Metric.DRAIN, round * 4);
    }

    assertThat(figures.ratio("hub", "other", Metric.DRAIN)).hasValue(0.25);
    assertThat(figures.ratio("hub", "nobody", Metric.DRAIN)).isEmpty();
  }

  @Test
  void tables_fit_a_terminal_of_100_columns() {
    figures.add("hand-written announcing", Metric.DRAIN, 123_456);
    figures.add("hand-written announcing", Metric.MAX_AT_1000, 123_456.7);
    figures.fail("hub", "1 journals, not 2");

    assertThat(new Report(figures).lines())
        .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100))
        .contains("FAILED hub: 1 journals, not 2");
  }
}
