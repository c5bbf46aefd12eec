package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortionsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31, 32, 10_000})
  void keeps_the_order_of_a_batch_of_any_size(int messages) {
    Integer[] results = Portions.of(messages, place -> place, Integer[]::new);

    assertThat(results)
        .containsExactly(IntStream.range(0, messages).boxed().toArray(Integer[]::new));
  }

  @Test
  void begins_few_on_the_caller_alone() {
    Thread[] threads = Portions.of(31, place -> Thread.currentThread(), Thread[]::new);

    assertThat(threads).containsOnly(Thread.currentThread());
  }
}
