package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** When an alert is told, and when it is over: real meters, and a clock that the test moves. */
class EvaluateAlertsTest {
  private static final Duration STEP = Duration.ofSeconds(15);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Map<String, AtomicReference<Double>> gauges = new HashMap<>();
  private final List<AlertChange> told = new ArrayList<>();
  private final AlertProperties settings =
      PrometheusRulesTest.settings(Map.of("hub.alerts.most-firing", "3"));
  private final MeterReadings readings;
  private final EvaluateAlerts alerts;
  private Instant now = Instant.parse("2026-01-05T22:00:00Z");

  EvaluateAlertsTest() {
    List<AlertRule> rules = AlertRules.of(settings);
    readings =
        new MeterReadings(
            meters,
            Condition.metrics(rules.stream().map(AlertRule::condition)).map(Metric::name).toList(),
            Duration.ofMinutes(5));
    alerts =
        new EvaluateAlerts(
            rules, readings, settings.resolveAfter(), settings.mostFiring(), told::add);
  }

  @Test
  void tells_dead_letters_at_once_and_once_and_when_they_are_gone() {
    dead("finance.journal.dead", 0);
    look(1);

    dead("finance.journal.dead", 2);
    look(1);
    dead("finance.journal.dead", 5);
    look(20);

    assertThat(told).hasSize(1);
    assertThat(told.get(0).sentence())
        .startsWith("OPS-180 CRITICAL dead-letters: 2 dead letters wait in finance.journal.dead.")
        .contains("To do: Read hub-reason");
    assertThat(alerts.report().firing().get(0).summary()).startsWith("5 dead letters");

    dead("finance.journal.dead", 0);
    look(4);
    assertThat(told).as("not yet over after 45 s").hasSize(1);
    look(1);

    assertThat(told).hasSize(2);
    assertThat(told.get(1).sentence()).startsWith("OPS-180 OVER dead-letters after 5 min 15 s:");
    assertThat(alerts.report().firing()).isEmpty();
    assertThat(alerts.report().fine()).contains("dead-letters");
  }

  @Test
  void each_queue_is_an_alert_of_its_own_up_to_a_bound() {
    for (String queue : List.of("a.dead", "b.dead", "c.dead", "d.dead", "e.dead")) {
      dead(queue, 1);
    }
    look(3);

    assertThat(told).hasSize(3);
    assertThat(alerts.firing("dead-letters")).isEqualTo(3);
  }

  @Test
  void what_comes_and_goes_faster_than_its_time_is_not_told() {
    for (int i = 0; i < 20; i++) {
      gauge("hub.delivery.broker.connected", i % 3 == 0 ? 1 : 0);
      look(1);
    }

    assertThat(told).isEmpty();
  }

  @Test
  void an_alert_that_flaps_is_one_alert() {
    gauge("hub.delivery.broker.connected", 0);
    look(5);
    for (int i = 0; i < 20; i++) {
      gauge("hub.delivery.broker.connected", i % 2);
      look(1);
    }

    assertThat(told).extracting(AlertChange::alert).containsExactly("broker-away");
  }

  @Test
  void what_is_not_measured_is_unknown_and_not_fine() {
    look(1);

    assertThat(alerts.report().fine()).isEmpty();
    assertThat(alerts.report().unknown())
        .extracting(AlertReport.Unknown::alert)
        .contains("relay-lag", "broker-cpu", "hub-away");
    assertThat(alerts.report().unknown())
        .anySatisfy(
            unknown ->
                assertThat(unknown.why()).isEqualTo("this hub does not measure hub.relay.lag"));
  }

  @Test
  void a_figure_that_is_lost_ends_no_alert() {
    gauge("hub.delivery.broker.connected", 0);
    look(6);
    gauge("hub.delivery.broker.connected", Double.NaN);
    look(20);

    assertThat(told).hasSize(1);
    assertThat(alerts.firing("broker-away")).isEqualTo(1);
    assertThat(alerts.report().unknown())
        .extracting(AlertReport.Unknown::alert)
        .contains("broker-away");
  }

  @Test
  void judges_errors_by_the_share_of_a_window_and_not_by_few_messages() {
    count("written", 10_000);
    count("exhausted", 500);
    look(24);
    assertThat(told).as("5 % is not more than 5 %, and it is over").isEmpty();

    count("written", 9);
    count("exhausted", 9);
    look(10);
    assertThat(told).as("too few").isEmpty();

    count("written", 80);
    count("redelivered", 20);
    look(4);
    assertThat(told)
        .singleElement()
        .satisfies(change -> assertThat(change.summary()).startsWith("24.6 % of the messages"));

    look(30);
    assertThat(told).as("the window has passed").hasSize(2);
  }

  @Test
  void duplicates_and_superseded_copies_are_no_errors() {
    count("duplicate", 900);
    count("superseded", 900);
    look(10);

    assertThat(told).isEmpty();
  }

  @Test
  void a_large_outbox_that_shrinks_does_not_grow() {
    for (int i = 0; i < 100; i++) {
      gauge("hub.relay.backlog", 1_000_000 - i * 1_000);
      look(1);
    }
    assertThat(told).isEmpty();

    for (int i = 0; i < 100; i++) {
      gauge("hub.relay.backlog", 900_000 + i * 1_000);
      look(1);
    }

    assertThat(told).extracting(AlertChange::alert).containsExactly("outbox-growing");
  }

  @Test
  void a_queue_lags_by_what_its_consumer_gets_done() {
    work(3_000);
    for (int i = 0; i < 40; i++) {
      count("written", 151);
      look(1);
    }
    assertThat(told).as("emptied within five minutes at this pace").isEmpty();

    look(40);

    assertThat(told).extracting(AlertChange::alert).containsExactly("queue-lag");
  }

  @Test
  void a_meter_that_fails_does_not_silence_the_others() {
    Gauge.builder("hub.relay.lag", () -> "not a number".length() / zero()).register(meters);
    gauge("hub.delivery.broker.connected", 0);
    look(6);

    assertThat(told).extracting(AlertChange::alert).containsExactly("broker-away");
  }

  private static int zero() {
    return 0;
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      readings.look(now);
      alerts.evaluate(now);
      now = now.plus(STEP);
    }
  }

  private void count(String outcome, int messages) {
    Counter.builder("hub.finance.messages")
        .tag("consumer", "finance.journal")
        .tag("outcome", outcome)
        .register(meters)
        .increment(messages);
  }

  private void dead(String queue, double depth) {
    gauge("hub.delivery.queue.messages", depth, "queue", queue, "kind", "dead");
  }

  private void work(double depth) {
    gauge("hub.delivery.queue.messages", depth, "queue", "finance.journal", "kind", "work");
  }

  private void gauge(String name, double value, String... tags) {
    gauges
        .computeIfAbsent(
            name + String.join(",", tags),
            key -> {
              var reference = new AtomicReference<>(value);
              Gauge.builder(name, reference, AtomicReference::get).tags(tags).register(meters);
              return reference;
            })
        .set(value);
  }
}
