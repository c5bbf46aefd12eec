package io.tallyline.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bulk retries on a real PostgreSQL: canary, rate, stop, approval, restart. */
class BulkRetriesIT {
  private static final String WHY = "a reason";
  private final DeskFixture it = new DeskFixture();

  private BulkRetry start(List<Long> ids) {
    BulkRetry plan = it.bulks.plan(ids, "ann", WHY);
    return it.bulks.start(plan.id(), "ann", WHY).bulk();
  }

  private BulkRetry now(BulkRetry bulk) {
    return it.bulks.one(bulk.id());
  }

  private void postAll() {
    it.post(it.with(DeadLetterStatus.RETRYING));
    it.settle.look();
  }

  @Test
  void a_plan_sends_nothing() {
    BulkRetry plan = it.bulks.plan(it.fail(3), "ann", WHY);

    it.run.look();

    assertThat(plan.status()).isEqualTo(BulkRetry.Status.PLANNED);
    assertThat(plan.value().path("debits").path("USD").asText()).isEqualTo("159.75");
    assertThat(it.resent()).isZero();
  }

  @Test
  void the_rest_waits_for_the_canary() {
    BulkRetry bulk = start(it.fail(12));

    it.run.look();
    it.now = it.now.plus(Duration.ofMinutes(1));
    it.run.look();

    assertThat(it.resent()).isEqualTo(5);

    postAll();
    it.run.look();
    it.now = it.now.plus(Duration.ofSeconds(1));
    it.run.look();
    postAll();
    it.run.look();

    assertThat(it.resent()).isEqualTo(12);
    assertThat(now(bulk).status()).isEqualTo(BulkRetry.Status.DONE);
    assertThat(now(bulk).resolved()).isEqualTo(12);
  }

  @Test
  void a_canary_that_fails_stops_the_rest() {
    BulkRetry bulk = start(it.fail(12));
    it.run.look();
    List<Long> canary = it.with(DeadLetterStatus.RETRYING);

    it.failAgain(canary.subList(0, 1));
    it.run.look();
    it.post(canary.subList(1, 5));
    it.settle.look();
    it.now = it.now.plus(Duration.ofMinutes(1));
    it.run.look();

    assertThat(now(bulk).status()).isEqualTo(BulkRetry.Status.STOPPED);
    assertThat(now(bulk).note()).contains("failed again, more than 5 %");
    assertThat(it.resent()).isEqualTo(5);
    assertThat(it.actions.names()).endsWith("stop-bulk-retry");
  }

  @Test
  void the_rest_goes_at_the_bounded_rate_without_a_burst_after_a_pause() {
    // One bulk value below the approval's bound: 53.25 each.
    List<Long> ids = it.fail(18);
    start(ids);
    it.run.look();
    postAll();
    it.run.look();

    it.now = it.now.plus(Duration.ofMillis(100));
    it.run.look();
    assertThat(it.resent()).isEqualTo(5 + 5);

    it.run.look();
    it.run.look();
    assertThat(it.resent()).isEqualTo(5 + 5);

    it.now = it.now.plus(Duration.ofMillis(30));
    it.run.look();
    assertThat(it.resent()).isEqualTo(5 + 5 + 1);
  }

  @Test
  void a_pause_of_an_hour_allows_one_second_of_work() {
    List<Long> ids = it.fail(80);
    BulkRetry plan = it.bulks.plan(ids, "ann", WHY);
    Long approval = it.bulks.start(plan.id(), "ann", WHY).approval();
    it.approvals.approve(approval, "bob", WHY);
    it.run.look();
    postAll();
    it.run.look();

    it.now = it.now.plus(Duration.ofHours(1));
    it.run.look();

    assertThat(it.resent()).isEqualTo(5 + 50);
  }

  @Test
  void a_large_value_waits_for_another_person() {
    // 19 of 53.25 are 1,011.75.
    BulkRetry plan = it.bulks.plan(it.fail(19), "ann", WHY);

    BulkRetries.Started started = it.bulks.start(plan.id(), "ann", WHY);
    it.run.look();

    assertThat(started.bulk().status()).isEqualTo(BulkRetry.Status.WAITING_APPROVAL);
    assertThat(it.resent()).isZero();
    assertThatThrownBy(() -> it.approvals.approve(started.approval(), "ann", WHY))
        .hasMessageStartingWith("DLQ-020");

    it.approvals.approve(started.approval(), "bob", WHY);
    it.run.look();

    assertThat(it.resent()).isEqualTo(5);
  }

  @Test
  void a_rejected_one_sends_nothing() {
    BulkRetry plan = it.bulks.plan(it.fail(19), "ann", WHY);
    BulkRetries.Started started = it.bulks.start(plan.id(), "ann", WHY);

    it.approvals.reject(started.approval(), "bob", WHY);
    it.run.look();

    assertThat(now(plan).status()).isEqualTo(BulkRetry.Status.REJECTED);
    assertThat(it.resent()).isZero();
  }

  @Test
  void a_stopped_one_sends_no_more_and_what_somebody_took_is_skipped() {
    List<Long> ids = it.fail(12);
    BulkRetry bulk = start(ids);
    it.desk.discard(ids.get(0), "eve", WHY);
    it.run.look();

    assertThat(now(bulk).skipped()).isEqualTo(1);
    assertThat(it.resent()).isEqualTo(4);

    it.bulks.stop(bulk.id(), "ann", WHY);
    postAll();
    it.now = it.now.plus(Duration.ofMinutes(1));
    it.run.look();

    assertThat(it.resent()).isEqualTo(4);
    assertThat(now(bulk).status()).isEqualTo(BulkRetry.Status.STOPPED);
  }
}
