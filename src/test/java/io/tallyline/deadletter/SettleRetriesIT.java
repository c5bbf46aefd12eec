package io.tallyline.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What becomes of retries that no journal proves, on a real PostgreSQL. */
class SettleRetriesIT {
  private static final String WHY = "a reason";
  private static final Duration QUIET_AFTER = Duration.ofHours(2);
  private final DeskFixture it = new DeskFixture();

  /** One that finance has no part in, retried a second ago. */
  private long retried(String messageId, String queue) {
    it.take.take(List.of(DeskFixture.failedSale(messageId, Map.of("hub-queue", queue))));
    long id = it.with(DeadLetterStatus.OPEN).get(0);
    it.desk.retry(id, "ann", WHY);
    it.now = it.now.plusSeconds(1);
    return id;
  }

  private DeadLetterStatus settled(long id) {
    it.settle.look();
    return it.desk.open(id).letter().status();
  }

  /** As if the broker had confirmed everything that was to be sent again. */
  private void sent() {
    it.sql.sql("DELETE FROM hub.resend").update();
  }

  @Test
  void an_outbox_row_is_resolved_when_its_event_is_stored() {
    String message = UUID.randomUUID().toString();
    long id = retried(message, "inventory.outbox");
    sent();

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RETRYING);
    it.storeEvent(UUID.randomUUID().toString());
    assertThat(settled(id)).as("another's event").isEqualTo(DeadLetterStatus.RETRYING);
    it.storeEvent(message);

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RESOLVED);
  }

  @Test
  void an_event_from_before_the_retry_proves_nothing() {
    String message = UUID.randomUUID().toString();
    it.storeEvent(message);
    it.now = it.now.plusSeconds(1);
    long id = retried(message, "inventory.outbox");
    sent();

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RETRYING);
    it.storeEvent(message);

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RESOLVED);
  }

  @Test
  void one_that_nothing_proves_is_resolved_when_it_stayed_quiet_after_it_was_sent() {
    long id = retried(UUID.randomUUID().toString(), "warehouse.shipping");
    it.now = it.now.plus(QUIET_AFTER);

    assertThat(settled(id)).as("not sent yet").isEqualTo(DeadLetterStatus.RETRYING);
    sent();

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RESOLVED);
  }

  @Test
  void before_that_time_quiet_says_nothing() {
    long id = retried(UUID.randomUUID().toString(), "warehouse.shipping");
    sent();
    it.now = it.now.plus(QUIET_AFTER).minusSeconds(2);

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RETRYING);
  }

  @Test
  void a_journal_message_is_resolved_by_the_ledger_and_by_nothing_else() {
    String message = UUID.randomUUID().toString();
    long id = retried(message, "finance.journal");
    sent();
    it.storeEvent(message);
    it.now = it.now.plus(QUIET_AFTER.multipliedBy(10));

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RETRYING);
    it.post(List.of(id));

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.RESOLVED);
  }

  @Test
  void a_retry_that_is_taken_back_is_not_sent_and_not_settled() {
    long id = retried(UUID.randomUUID().toString(), "warehouse.shipping");
    assertThat(it.resent()).isEqualTo(1);

    it.desk.reopen(id, "ann", "the queue is gone");
    it.now = it.now.plus(QUIET_AFTER.multipliedBy(10));

    assertThat(settled(id)).isEqualTo(DeadLetterStatus.OPEN);
    assertThat(it.resent()).isZero();
    assertThat(it.actions.names()).containsExactly("retry-dead-letter", "reopen-dead-letter");
    assertThatThrownBy(() -> it.desk.reopen(id, "ann", WHY)).hasMessageStartingWith("DLQ-012");

    it.desk.retry(id, "ann", "the queue is back");
    assertThat(it.resent()).isEqualTo(1);
  }

  @Test
  void one_that_is_taken_back_counts_as_left_out_of_its_bulk_retry() {
    BulkRetry bulk = it.bulks.plan(it.fail(3), "ann", WHY);
    it.bulks.start(bulk.id(), "ann", WHY);
    it.run.look();
    List<Long> sent = it.with(DeadLetterStatus.RETRYING);

    it.desk.reopen(sent.get(0), "eve", "not this one");
    it.post(sent.subList(1, 3));
    it.settle.look();
    it.run.look();

    BulkRetry done = it.bulks.one(bulk.id());
    assertThat(done.status()).isEqualTo(BulkRetry.Status.DONE);
    assertThat(done.resolved()).isEqualTo(2);
    assertThat(done.skipped()).isEqualTo(1);
    assertThat(it.with(DeadLetterStatus.OPEN)).containsExactly(sent.get(0));
  }
}
