package io.tallyline.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallyline.replay.Replay.Status;
import io.tallyline.testing.StoredSales;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;
import org.springframework.transaction.support.TransactionTemplate;

/** Schedules of two hubs that have one database. */
class ReplaySchedulesIT {
  private static final String QUEUE = "finance.journal";
  private static final String EVERY_SECOND = "* * * * * ?";
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final By ANNA = new By("anna", "nightly");
  private static final Replays.Request EVERYTHING =
      new Replays.Request(QUEUE, Selection.ALL, 0, null);

  private final StoredSales sales = new StoredSales();
  private final ReplayProperties properties =
      new ReplayProperties(
          List.of(QUEUE), 10, 100, 1_000, 50, Duration.ofMillis(500), Duration.ofSeconds(30));
  private final Replays replays =
      new Replays(sales.store, sales.resends, sales.audit(), properties, Clock.systemUTC());
  private final List<SchedulerFactoryBean> hubs = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (SchedulerFactoryBean hub : hubs) {
      hub.destroy();
    }
  }

  private Schedules hub(OnSchedule runner) throws Exception {
    SchedulerFactoryBean hub = Schedules.scheduler(sales.store, () -> Stream.of(runner));
    hub.afterPropertiesSet();
    hub.start();
    hubs.add(hub);
    return new Schedules(hub.getObject());
  }

  private ReplaySchedules withHub() throws Exception {
    ReplaySchedules[] made = new ReplaySchedules[1];
    Schedules schedules =
        hub(
            new OnSchedule() {
              @Override
              public String kind() {
                return made[0].kind();
              }

              @Override
              public void run(String name, Instant tick) {
                made[0].run(name, tick);
              }
            });
    made[0] =
        new ReplaySchedules(sales.store, replays, schedules, sales.audit(), Clock.systemUTC());
    return made[0];
  }

  private static final class Ticks implements OnSchedule {
    private final List<Instant> seen = new CopyOnWriteArrayList<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    @Override
    public String kind() {
      return "test";
    }

    @Override
    public void run(String name, Instant tick) {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      seen.add(tick);
      running.decrementAndGet();
    }
  }

  @Test
  void a_tick_happens_in_one_of_two_hubs_and_never_beside_another() throws Exception {
    Ticks ticks = new Ticks();
    Schedules one = hub(ticks);
    hub(ticks);
    var transaction = new TransactionTemplate(new DataSourceTransactionManager(sales.store));

    transaction.executeWithoutResult(
        status -> one.put("test", "often", EVERY_SECOND, ZoneOffset.UTC));

    await().atMost(LONG).until(() -> ticks.seen.size() >= 5);
    assertThat(ticks.seen).doesNotHaveDuplicates();
    assertThat(ticks.most.get()).isEqualTo(1);
    assertThat(one.nextTick("test", "often")).isPresent();
  }

  @Test
  void a_schedule_has_one_run_at_a_time_on_two_hubs() throws Exception {
    ReplaySchedules one = withHub();
    withHub();

    one.create("often", EVERY_SECOND, ZoneOffset.UTC, EVERYTHING, ANNA);

    await().atMost(LONG).until(() -> !runs().isEmpty());
    Instant first = runs().get(0).startAt();
    await().atMost(LONG).until(() -> Instant.now().isAfter(first.plusSeconds(3)));
    assertThat(runs()).hasSize(1);

    replays.cancel(runs().get(0).id(), ANNA);
    await().atMost(LONG).until(() -> runs().size() == 2);
    assertThat(runs()).extracting(Replay::createdBy).containsOnly("schedule:often");
    assertThat(replays.list(Status.PLANNED, "often", Long.MAX_VALUE, 10)).hasSize(1);
  }

  private List<Replay> runs() {
    return replays.list(null, "often", Long.MAX_VALUE, 100);
  }

  @Test
  void a_paused_one_foretells_nothing_and_a_deleted_one_is_gone() throws Exception {
    ReplaySchedules schedules = withHub();
    String nightly = "0 30 2 * * ?";
    ZoneId berlin = Schedules.zone("Europe/Berlin");
    schedules.create("nightly", nightly, berlin, EVERYTHING, ANNA);

    assertThat(schedules.one("nightly").nextTicks()).hasSize(5);
    schedules.pause("nightly", ANNA);
    assertThat(schedules.one("nightly").nextTicks()).isEmpty();
    schedules.resume("nightly", ANNA);
    assertThatThrownBy(() -> schedules.create("nightly", nightly, berlin, EVERYTHING, ANNA))
        .hasMessageStartingWith("RPL-008");
    schedules.delete("nightly", ANNA);

    assertThatThrownBy(() -> schedules.one("nightly")).hasMessageStartingWith("RPL-006");
    assertThat(sales.audited).hasSize(4);
  }

  @Test
  void a_refused_schedule_leaves_nothing_behind() throws Exception {
    ReplaySchedules schedules = withHub();

    assertThatThrownBy(
            () -> schedules.create("five", "0 2 * * *", ZoneOffset.UTC, EVERYTHING, ANNA))
        .hasMessageContaining("RPL-004")
        .hasMessageContaining("it has 5 fields and needs 6");
    assertThatThrownBy(() -> Schedules.zone("Mars/Base")).hasMessageStartingWith("RPL-005");
    assertThat(schedules.list()).isEmpty();
  }

  @Test
  void ticks_follow_the_clocks_of_their_zone() {
    ZoneId berlin = ZoneId.of("Europe/Berlin");
    Instant before = Instant.parse("2026-03-27T12:00:00Z");

    assertThat(Schedules.ticks("0 30 9 * * ?", berlin, before, 3))
        .containsExactly(
            Instant.parse("2026-03-28T08:30:00Z"),
            Instant.parse("2026-03-29T07:30:00Z"),
            Instant.parse("2026-03-30T07:30:00Z"));
  }
}
