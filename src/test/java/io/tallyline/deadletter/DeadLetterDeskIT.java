package io.tallyline.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.testing.SaleMessages;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Message;

/** The rules of the dead-letter desk on a real PostgreSQL. */
class DeadLetterDeskIT {
  private static final String WHY = "a reason";
  private final DeskFixture it = new DeskFixture();

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String code(DeskRefused refused) {
    return refused.code();
  }

  private static void refused(String code, Runnable action) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            DeskRefused.class, refused -> assertThat(code(refused)).isEqualTo(code));
  }

  @Test
  void a_redelivered_batch_stores_nothing_twice() {
    String id = UUID.randomUUID().toString();
    List<Message> batch = List.of(DeskFixture.failedSale(id, Map.of("odd", "\u0000")));

    it.take.take(batch);
    it.take.take(
        List.of(DeskFixture.failedSale(id, Map.of("odd", "\u0000", "x-delivery-count", 2L))));

    var letters = it.desk.list(DeadLetterFilter.OPEN, Long.MAX_VALUE, 10);
    assertThat(letters).hasSize(1);
    DeadLetter letter = letters.get(0);
    assertThat(letter.queue()).isEqualTo("finance.journal");
    assertThat(letter.name()).isEqualTo("inventory.sales-transaction-created");
    assertThat(letter.code()).isEqualTo("FIN-014");
    assertThat(letter.aggregateId()).isEqualTo(id);
    assertThat(it.desk.open(letter.id()).body()).isEqualTo(bytes(SaleMessages.valid(id)));
  }

  @Test
  void what_was_received_cannot_be_changed() {
    it.fail(1);

    assertThatThrownBy(() -> it.sql.sql("UPDATE hub.dead_letter SET body = 'x'").update())
        .hasStackTraceContaining("is kept as it was received");
    assertThatThrownBy(() -> it.sql.sql("DELETE FROM hub.dead_letter").update())
        .hasStackTraceContaining("permission denied");
  }

  @Test
  void a_group_shows_count_and_exact_value() {
    it.fail(3);

    DeadLetterGroup group = it.desk.groups(DeadLetterFilter.OPEN, 10).get(0);
    RetryValue value =
        it.desk.value(
            DeadLetterFilter.group(group.queue(), group.reason(), group.code(), group.name()));

    assertThat(group.letters()).isEqualTo(3);
    assertThat(value.wouldPost()).isEqualTo(3);
    assertThat(value.debits().get("USD")).isEqualByComparingTo(new BigDecimal("159.75"));
    assertThat(value.accounts())
        .filteredOn(sum -> sum.account().equals("1100"))
        .singleElement()
        .satisfies(sum -> assertThat(sum.debit()).isEqualByComparingTo("94.5"));
  }

  @Test
  void filters_find_by_text_in_the_body() {
    it.fail(2);
    String id = it.desk.list(DeadLetterFilter.OPEN, Long.MAX_VALUE, 10).get(0).messageId();

    var filter =
        new DeadLetterFilter(
            List.of(), null, null, null, null, "\"transactionId\":\"" + id, null, null);

    assertThat(it.desk.list(filter, Long.MAX_VALUE, 10)).hasSize(1);
  }

  @Test
  void a_retry_is_sent_to_its_queue_without_the_hubs_headers_and_resolves_when_posted() {
    List<Long> ids = it.fail(1);

    it.desk.retry(ids.get(0), "ann", WHY);
    it.settle.look();

    var row =
        it.sql
            .sql("SELECT queue, mark, headers::text AS headers FROM hub.resend")
            .query()
            .singleRow();
    assertThat(row.get("queue")).isEqualTo("finance.journal");
    assertThat(row.get("mark")).isEqualTo("dead-letter:" + ids.get(0));
    assertThat(row.get("headers").toString())
        .contains("hub-versions", "cloudEvents:subject")
        .doesNotContain("hub-reason", "hub-attempts", "x-delivery-count");
    assertThat(it.with(DeadLetterStatus.RETRYING)).isEqualTo(ids);

    it.post(ids);
    it.settle.look();

    assertThat(it.with(DeadLetterStatus.RESOLVED)).isEqualTo(ids);
    assertThat(it.actions.names()).containsExactly("retry-dead-letter");
    refused("DLQ-012", () -> it.desk.retry(ids.get(0), "ann", WHY));
  }

  @Test
  void a_retry_that_fails_again_is_one_thing_with_several_failures() {
    long first = it.fail(1).get(0);
    it.desk.retry(first, "ann", WHY);

    it.failAgain(List.of(first));

    long second = it.with(DeadLetterStatus.OPEN).get(0);
    assertThat(it.with(DeadLetterStatus.FAILED_AGAIN)).containsExactly(first);
    assertThat(it.desk.open(second).failures())
        .extracting(DeadLetter::id)
        .containsExactly(first, second);
    assertThat(it.desk.open(second).actions()).hasSize(1);
  }

  @Test
  void a_forged_mark_closes_no_other_dead_letter() {
    long other = it.fail(1).get(0);
    it.desk.retry(other, "ann", WHY);

    it.take.take(
        List.of(
            DeskFixture.failedSale(
                UUID.randomUUID().toString(), Map.of("hub-mark", "dead-letter:" + other))));

    assertThat(it.with(DeadLetterStatus.RETRYING)).containsExactly(other);
  }

  @Test
  void a_discard_can_be_undone_in_time_only() {
    List<Long> ids = it.fail(2);
    ids.forEach(id -> it.desk.discard(id, "ann", WHY));

    it.now = it.now.plus(Duration.ofMinutes(14));
    it.desk.undoDiscard(ids.get(0), "ann", "needed after all");
    it.now = it.now.plus(Duration.ofMinutes(1));

    refused("DLQ-013", () -> it.desk.undoDiscard(ids.get(1), "ann", WHY));
    assertThat(it.with(DeadLetterStatus.OPEN)).containsExactly(ids.get(0));
    assertThat(it.with(DeadLetterStatus.DISCARDED)).containsExactly(ids.get(1));
  }

  @Test
  void every_action_needs_a_reason() {
    long id = it.fail(1).get(0);

    refused("DLQ-011", () -> it.desk.discard(id, "ann", " "));
  }

  @Test
  void a_redirect_goes_to_allowed_queues_only() {
    List<Long> ids = it.fail(2);

    refused("DLQ-015", () -> it.desk.redirect(ids.get(0), "payroll", "ann", WHY));
    it.desk.redirect(ids.get(1), "finance.quarantine", "ann", WHY);

    assertThat(it.with(DeadLetterStatus.REDIRECTED)).containsExactly(ids.get(1));
    assertThat(it.sql.sql("SELECT queue FROM hub.resend").query(String.class).list())
        .containsExactly("finance.quarantine");
  }

  @Test
  void an_edit_that_changes_no_amount_is_sent_and_keeps_original_and_diff() {
    long id = it.fail(1).get(0);
    String original = SaleMessages.valid(it.desk.open(id).letter().messageId());

    var edited = it.desk.editAndRetry(id, bytes(original.replace("SO-1", "SO-2")), "ann", WHY);

    assertThat(edited.approval()).isNull();
    var opened = it.desk.open(id);
    assertThat(new String(opened.body(), StandardCharsets.UTF_8)).isEqualTo(original);
    assertThat(new String(opened.latestBody(), StandardCharsets.UTF_8)).contains("SO-2");
    assertThat(opened.revisions().get(0).diff().toString())
        .isEqualTo("[{\"after\":\"SO-2\",\"before\":\"SO-1\",\"pointer\":\"/salesOrderNumber\"}]");
    assertThat(
            it.sql
                .sql("SELECT convert_from(body, 'UTF8') FROM hub.resend")
                .query(String.class)
                .single())
        .contains("SO-2");
  }

  private String cheaper(long id) {
    return SaleMessages.valid(it.desk.open(id).letter().messageId())
        .replace("10.5", "10.0")
        .replace("31.5", "30.0");
  }

  @Test
  void an_edited_amount_waits_for_another_person() {
    long id = it.fail(1).get(0);

    var edited = it.desk.editAndRetry(id, bytes(cheaper(id)), "ann", WHY);

    assertThat(it.resent()).isZero();
    assertThat(it.with(DeadLetterStatus.WAITING_APPROVAL)).containsExactly(id);
    refused("DLQ-020", () -> it.approvals.approve(edited.approval(), "ann", WHY));
    refused("DLQ-020", () -> it.approvals.approve(edited.approval(), "Ann ", WHY));
    assertThat(it.resent()).isZero();

    it.approvals.approve(edited.approval(), "bob", "seen the invoice");

    assertThat(it.resent()).isEqualTo(1);
    assertThat(it.with(DeadLetterStatus.RETRYING)).containsExactly(id);
    assertThat(it.actions.names()).containsExactly("edit-dead-letter", "approved-approval");
  }

  @Test
  void a_rejected_or_forgotten_edit_is_not_sent_by_a_later_retry() {
    List<Long> ids = it.fail(2);
    var rejected = it.desk.editAndRetry(ids.get(0), bytes(cheaper(ids.get(0))), "ann", WHY);
    it.desk.editAndRetry(ids.get(1), bytes(cheaper(ids.get(1))), "ann", WHY);

    it.approvals.reject(rejected.approval(), "bob", "no invoice says so");
    it.now = it.now.plus(Duration.ofHours(25));
    it.settle.look();

    assertThat(it.with(DeadLetterStatus.OPEN)).isEqualTo(ids);
    assertThat(it.approvals.pending(10)).isEmpty();
    ids.forEach(id -> it.desk.retry(id, "ann", WHY));
    assertThat(
            it.sql
                .sql("SELECT convert_from(body, 'UTF8') FROM hub.resend")
                .query(String.class)
                .list())
        .hasSize(2)
        .allSatisfy(body -> assertThat(body).contains("31.5"));
  }

  @Test
  void an_edit_that_would_fail_again_is_refused() {
    long id = it.fail(1).get(0);
    String original = SaleMessages.valid(it.desk.open(id).letter().messageId());

    refused(
        "DLQ-014",
        () -> it.desk.editAndRetry(id, bytes(original.replace("31.5", "32")), "ann", WHY));
    refused("DLQ-014", () -> it.desk.editAndRetry(id, bytes(original + " "), "ann", WHY));
  }

  @Test
  void an_edited_copy_is_a_revision_of_the_stored_event() {
    long id = it.fail(1).get(0);
    String message = it.desk.open(id).letter().messageId();
    String original = SaleMessages.valid(message);
    it.storeEvent(message);

    it.desk.editAndRetry(id, bytes(original.replace("SO-1", "SO-2")), "ann", WHY);

    var stored =
        it.events.find(
            io.tallyline.eventstore.EventFilter.ALL.withMessageIds(List.of(message)),
            0,
            Long.MAX_VALUE,
            10);
    assertThat(stored).hasSize(2);
    assertThat(stored.get(1).revisionOf()).isEqualTo(stored.get(0).id());
    assertThat(new String(stored.get(1).body(), StandardCharsets.UTF_8)).contains("SO-2");
  }
}
