package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.env.MockEnvironment;

class LadderTest {
  private static DeliveryProperties settings(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("hub.delivery", DeliveryProperties.class);
  }

  @Test
  void waits_as_the_architecture_decision_says_unless_told_otherwise() {
    Ladder ladder = new Ladder(settings(Map.of()).ladder());

    assertThat(ladder.steps())
        .containsExactly(
            Duration.ofSeconds(1),
            Duration.ofSeconds(11),
            Duration.ofSeconds(31),
            Duration.ofSeconds(71),
            Duration.ofSeconds(151),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofMinutes(30));
    assertThat(ladder.waitQueues("finance.journal").keySet())
        .containsExactly(
            "finance.journal.retry.1s",
            "finance.journal.retry.11s",
            "finance.journal.retry.31s",
            "finance.journal.retry.71s",
            "finance.journal.retry.151s",
            "finance.journal.retry.5m",
            "finance.journal.retry.15m",
            "finance.journal.retry.30m");
  }

  @Test
  void takes_one_step_for_each_failure_and_ends_after_the_last() {
    Ladder ladder = new Ladder(List.of(Duration.ofSeconds(1), Duration.ofMillis(1500)));

    assertThat(ladder.after(1)).contains(Duration.ofSeconds(1));
    assertThat(ladder.after(2)).contains(Duration.ofMillis(1500));
    assertThat(ladder.after(3)).isEmpty();
    assertThat(ladder.waitQueues("q.work").keySet())
        .containsExactly("q.work.retry.1s", "q.work.retry.1500ms");
  }

  @Test
  void has_one_queue_for_steps_of_the_same_length() {
    Ladder ladder = new Ladder(List.of(Duration.ofSeconds(60), Duration.ofMinutes(1)));

    assertThat(ladder.waitQueues("q.work")).containsOnlyKeys("q.work.retry.1m");
    assertThat(ladder.after(2)).contains(Duration.ofMinutes(1));
  }

  @Test
  void gives_a_consumer_its_own_ladder_where_one_is_set() {
    var environment = new MockEnvironment().withProperty("hub.finance.ladder", "2s,3m");
    Ladders ladders = new Ladders(settings(Map.of("hub.delivery.ladder", "7s")), environment);

    assertThat(ladders.of("finance.journal").steps())
        .containsExactly(Duration.ofSeconds(2), Duration.ofMinutes(3));
    assertThat(ladders.of("warehouse.pick").steps()).containsExactly(Duration.ofSeconds(7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "1s,0s", "-1s", "25d"})
  void refuses_what_is_no_ladder(String text) {
    var environment = new MockEnvironment().withProperty("hub.finance.ladder", text);
    Ladders ladders = new Ladders(settings(Map.of()), environment);

    assertThatThrownBy(() -> ladders.of("finance.journal"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("DEL-015")
        .hasMessageContaining(text);
  }
}
