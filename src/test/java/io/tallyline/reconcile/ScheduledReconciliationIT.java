package io.tallyline.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.contracts.StartRefused;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Ledger;
import io.tallyline.replay.MoveReplays;
import io.tallyline.replay.PreviewReplays;
import io.tallyline.replay.ReplayConfiguration;
import io.tallyline.replay.ReplaySchedules;
import io.tallyline.replay.Schedules;
import io.tallyline.testing.StoredSales;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The two configurations as the role ops has them, on a real database. */
class ScheduledReconciliationIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final StoredSales sales = new StoredSales();

  private AnnotationConfigApplicationContext hub(Map<String, Object> settings) {
    var hub = new AnnotationConfigApplicationContext();
    hub.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", settings));
    hub.registerBean(
        "storeDataSource", DataSource.class, () -> new DelegatingDataSource(sales.store));
    hub.registerBean(Events.class, () -> sales.events);
    hub.registerBean(Resends.class, () -> sales.resends);
    hub.registerBean(DraftJournals.class, () -> sales.drafts);
    hub.registerBean(Ledger.class, () -> sales.ledger);
    hub.registerBean(Audit.class, sales::audit);
    hub.registerBean(InstantSource.class, Clock::systemUTC);
    hub.registerBean(MeterRegistry.class, SimpleMeterRegistry::new);
    hub.register(ReplayConfiguration.class, ReconcileConfiguration.class);
    hub.refresh();
    return hub;
  }

  @Test
  void runs_by_its_schedule_each_from_where_the_last_one_ended() {
    try (var hub = hub(Map.of("hub.reconcile.schedule", "0/2 * * * * ?"))) {
      ReconcileLedger reconcile = hub.getBean(ReconcileLedger.class);

      await().atMost(LONG).until(() -> done(reconcile).size() >= 3);

      List<Reconciliation> runs = done(reconcile);
      for (int i = 0; i + 1 < runs.size(); i++) {
        assertThat(runs.get(i).from()).isEqualTo(runs.get(i + 1).to());
      }
      assertThat(runs).extracting(Reconciliation::createdBy).containsOnly("schedule:reconcile");
      assertThat(runs).allMatch(Reconciliation::isClean);
    }
  }

  private static List<Reconciliation> done(ReconcileLedger reconcile) {
    return reconcile.list(Long.MAX_VALUE, 100).stream().filter(Reconciliation::isDone).toList();
  }

  @Test
  void is_off_unless_a_schedule_is_set_and_gone_when_it_is_taken_away() {
    hub(Map.of("hub.reconcile.schedule", "0 15 3 * * ?")).close();

    try (var hub = hub(Map.of())) {
      var schedules = hub.getBean(Schedules.class);

      assertThat(schedules.nextTick("reconcile", "ledger")).isEmpty();
      assertThat(hub.getBean("moveReplays")).isInstanceOf(MoveReplays.class);
      assertThat(hub.getBean(ReplaySchedules.class).list()).isEmpty();
      assertThat(hub.getBean(PreviewReplays.class)).isNotNull();
    }
  }

  @Test
  void keeps_its_schedule_over_a_restart() {
    Map<String, Object> nightly =
        Map.of("hub.reconcile.schedule", "0 15 3 * * ?", "hub.reconcile.zone", "Europe/Berlin");
    hub(nightly).close();

    try (var hub = hub(nightly)) {
      Instant next = hub.getBean(Schedules.class).nextTick("reconcile", "ledger").orElseThrow();

      assertThat(next.atZone(ZoneId.of("Europe/Berlin")).toLocalTime())
          .isEqualTo(LocalTime.of(3, 15));
    }
  }

  @Test
  void a_wrong_schedule_stops_the_start() {
    assertThatThrownBy(() -> hub(Map.of("hub.reconcile.schedule", "every night")).close())
        .satisfiesAnyOf(
            refused -> assertThat(refused).isInstanceOf(StartRefused.class),
            refused ->
                assertThat(refused)
                    .isInstanceOf(BeanCreationException.class)
                    .hasRootCauseInstanceOf(StartRefused.class))
        .hasMessageContaining("REC-010");
  }
}
