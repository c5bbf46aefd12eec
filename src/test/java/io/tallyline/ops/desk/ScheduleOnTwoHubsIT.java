package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.replay.By;
import io.tallyline.replay.ReplaySchedules;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Selection;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A schedule of every minute on two hubs, each in a JVM of its own, that share the hub's database.
 */
@ExtendWith(OutputCaptureExtension.class)
class ScheduleOnTwoHubsIT {
  private static final int MINUTES = 3;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration LONG = Duration.ofSeconds(90);

  private final PostgresServer.Database store = PostgresServer.fresh("store");
  private final JdbcClient rows = JdbcClient.create(store.dataSource());

  /**
   * @param tick minute that it is the run of
   * @param made when a hub made it
   */
  private record Run(Instant tick, Instant startAt, Instant made, String status) {
    boolean isDone() {
      return status.equals("done");
    }
  }

  private List<Run> runs() {
    return rows.sql("SELECT * FROM hub.replay WHERE schedule = 'often' ORDER BY fired_for")
        .query(
            (row, number) ->
                new Run(
                    row.getTimestamp("fired_for").toInstant(),
                    row.getTimestamp("start_at").toInstant(),
                    row.getTimestamp("created_at").toInstant(),
                    row.getString("status")))
        .list();
  }

  @Test
  void each_minute_has_one_run(CapturedOutput output) {
    RabbitNode node = RabbitNode.shared();
    TestHub.Settings settings =
        new TestHub.Settings()
            .roles("store,ops")
            .database(PostgresServer.fresh("finance"))
            .database(store)
            .broker(node, node.newVirtualHost());
    try (HubProcess other =
            HubProcess.run(
                Stream.concat(Stream.of("start"), Stream.of(settings.arguments()))
                    .toArray(String[]::new));
        TestHub hub = settings.start()) {
      await().atMost(LONG).until(() -> schedulers() == 2 || !other.isAlive());
      Instant made = Instant.now();
      hub.bean(ReplaySchedules.class)
          .create(
              "often",
              "0 * * * * ?",
              ZoneOffset.UTC,
              new Replays.Request("finance.journal", Selection.ALL, 0, null),
              new By("anna", "every minute"));

      await()
          .atMost(MINUTE.multipliedBy(MINUTES).plus(LONG))
          .until(() -> runs().stream().filter(Run::isDone).count() == MINUTES || !other.isAlive());

      assertThat(other.isAlive()).as(other.output()).isTrue();
      List<Run> runs = runs();
      Instant first = runs.get(0).tick();
      assertThat(first).isBetween(made, made.plus(MINUTE));
      assertThat(runs)
          .extracting(Run::tick)
          .containsExactly(first, first.plus(MINUTE), first.plus(MINUTE.multipliedBy(2)));
      assertThat(runs)
          .allSatisfy(
              run -> {
                assertThat(run.startAt()).isEqualTo(run.tick());
                assertThat(run.made()).isBetween(run.tick(), run.tick().plusSeconds(20));
              });
      assertThat(schedulers()).as("both took part to the end").isEqualTo(2);
      // The database would refuse the second run of a tick; no hub even tries.
      assertThat(output + other.output()).doesNotContain("RPL-013");
    }
  }

  /** Hubs that have looked for ticks lately. */
  private long schedulers() {
    return rows.sql("SELECT count(*) FROM hub.qrtz_scheduler_state WHERE last_checkin_time > ?")
        .param(Instant.now().minusSeconds(25).toEpochMilli())
        .query(Long.class)
        .single();
  }
}
