package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryPropertiesTest {
  private static final long MEBIBYTE = 1L << 20;

  @Test
  void a_consumer_has_the_next_batch_at_hand() {
    assertThat(DeliveryProperties.prefetch(250, 2_048 * MEBIBYTE)).isEqualTo(500);
  }

  @Test
  void no_more_is_sent_ahead_than_the_heap_could_hold_at_their_largest() {
    assertThat(DeliveryProperties.prefetch(250, 1_200 * MEBIBYTE)).isEqualTo(300);
  }

  @Test
  void a_heap_too_small_for_a_batch_is_left_to_the_check_at_start() {
    assertThat(DeliveryProperties.prefetch(250, 512 * MEBIBYTE)).isEqualTo(250);
  }
}
