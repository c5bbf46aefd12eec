package io.tallyline.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.replay.Replay.Status;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.StoredSales;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Replays on the hub's real tables; the sender and the clock are the test's. */
class ReplaysIT {
  private static final String QUEUE = "finance.journal";
  private static final By ANNA = new By("anna", "after the outage");

  private final StoredSales sales = new StoredSales();
  private final ReplayProperties properties =
      new ReplayProperties(
          List.of(QUEUE), 10, 100, 1_000, 50, Duration.ofMillis(500), Duration.ofSeconds(30));
  private final Replays replays =
      new Replays(sales.store, sales.resends, sales.audit(), properties, sales.clock);
  private final JudgeEvents judge = new JudgeEvents(sales.drafts, sales.ledger);
  private final PreviewReplays preview = new PreviewReplays(sales.events, judge, properties);
  private final MoveReplays worker = worker();

  private MoveReplays worker() {
    return new MoveReplays(
        sales.store,
        sales.events,
        sales.resends,
        judge,
        sales.audit(),
        properties,
        sales.clock,
        new SimpleMeterRegistry());
  }

  private List<Long> stored(int count) {
    List<Long> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(sales.sale(StoredSales.id()));
    }
    return numbers;
  }

  private long plan(Selection selection) {
    return replays.plan(new Replays.Request(QUEUE, selection, 0, null), ANNA);
  }

  private List<Long> send(long replay) {
    return sales.send("replay:" + replay, 1_000);
  }

  private Status status(long replay) {
    return replays.one(replay).status();
  }

  /** Sends what is put each half second until the replay is over. */
  private List<Long> runToEnd(long replay) {
    List<Long> sent = new ArrayList<>();
    for (int round = 0; round < 100 && !status(replay).isOver(); round++) {
      worker.move();
      sent.addAll(send(replay));
      sales.clock.forward(500);
    }
    return sent;
  }

  @Test
  void each_event_is_sent_once_in_order_to_the_one_queue() {
    List<Long> stored = stored(45);
    sales.store(
        "finance.journal-posted.v1", StoredSales.id(), "1", "v1", sales.clock.instant(), "{}");
    long replay = plan(Selection.ALL);

    List<Long> sent = runToEnd(replay);

    assertThat(sent).isEqualTo(stored);
    Replay done = replays.one(replay);
    assertThat(done.status()).isEqualTo(Status.DONE);
    assertThat(done.progress().selected()).isEqualTo(45);
    assertThat(done.progress().sent()).isEqualTo(45);
    assertThat(done.progress().remaining()).isZero();
    assertThat(sales.audited)
        .extracting(Audit.Action::action)
        .containsExactly("plan-replay", "end-replay");
  }

  @Test
  void no_more_go_than_the_rate_allows() {
    stored(100);
    long replay = plan(Selection.ALL);
    worker.move();
    assertThat(send(replay)).isEmpty();

    int sent = 0;
    for (int tick = 1; tick <= 8; tick++) {
      sales.clock.forward(500);
      worker.move();
      worker.move();
      sent += send(replay).size();
      assertThat(sent).isEqualTo(5 * tick);
    }
  }

  @Test
  void what_was_missed_while_no_hub_ran_is_made_up_for_two_seconds_at_most() {
    stored(100);
    long replay = plan(Selection.ALL);
    worker.move();
    sales.clock.forward(60_000);

    worker.move();

    assertThat(send(replay)).hasSize(20);
  }

  @Test
  void no_more_wait_to_be_sent_than_two_seconds_worth() {
    stored(100);
    long replay = plan(Selection.ALL);
    for (int i = 0; i < 20; i++) {
      worker.move();
      sales.clock.forward(1_000);
    }

    assertThat(send(replay)).hasSize(20);
  }

  @Test
  void an_event_that_comes_after_the_start_does_not_go() {
    List<Long> stored = stored(3);
    long replay = plan(Selection.ALL);
    worker.move();
    stored(2);

    assertThat(runToEnd(replay)).isEqualTo(stored);
  }

  @Test
  void a_correction_goes_in_the_place_of_its_original() {
    List<Long> stored = stored(3);
    byte[] corrected = SaleMessages.valid(StoredSales.id()).getBytes(StandardCharsets.UTF_8);
    long revision = sales.events.revise(stored.get(0), corrected);
    long replay = plan(Selection.ALL);

    assertThat(runToEnd(replay)).containsExactly(revision, stored.get(1), stored.get(2));
  }

  @Test
  void another_worker_goes_on_where_a_killed_one_was_when_its_lease_is_over() {
    List<Long> stored = stored(30);
    long replay = plan(Selection.ALL);
    worker.move();
    sales.clock.forward(1_000);
    worker.move();
    List<Long> sent = new ArrayList<>(send(replay));
    MoveReplays other = worker();

    sales.clock.forward(1_000);
    other.move();
    assertThat(send(replay)).isEmpty();
    sales.clock.forward(30_000);
    for (int i = 0; i < 10; i++) {
      other.move();
      sent.addAll(send(replay));
      sales.clock.forward(1_000);
    }

    assertThat(sent).isEqualTo(stored);
    assertThat(status(replay)).isEqualTo(Status.DONE);
  }

  @Test
  void a_round_that_fails_midway_puts_nothing_and_is_done_again() {
    List<Long> stored = stored(10);
    long replay = plan(Selection.ALL);
    worker.move();
    sales.clock.forward(500);
    MoveReplays killed =
        new MoveReplays(
            sales.store,
            sales.events,
            new CutResends(sales.resends),
            judge,
            sales.audit(),
            properties,
            sales.clock,
            new SimpleMeterRegistry());
    sales.clock.forward(31_000);

    killed.move();
    assertThat(sales.send("replay:" + replay, 100)).isEmpty();
    assertThat(replays.one(replay).error()).startsWith("RPL-011");
    sales.clock.forward(31_000);

    assertThat(runToEnd(replay)).isEqualTo(stored);
  }

  @Test
  void two_workers_at_once_put_nothing_twice() throws Exception {
    List<Long> stored = stored(60);
    long replay = plan(Selection.ALL);
    List<Long> sent = new ArrayList<>();
    var pool = Executors.newFixedThreadPool(2);
    try {
      List<Callable<Object>> both =
          List.of(Executors.callable(worker::move), Executors.callable(worker()::move));
      for (int round = 0; round < 30; round++) {
        for (var done : pool.invokeAll(both)) {
          done.get();
        }
        sent.addAll(send(replay));
        // Past the lease each time, so that both may take it.
        sales.clock.forward(31_000);
      }
    } finally {
      pool.shutdown();
    }

    assertThat(sent).isEqualTo(stored);
    assertThat(status(replay)).isEqualTo(Status.DONE);
  }

  @Test
  void a_paused_one_puts_nothing_and_goes_on_when_resumed() {
    List<Long> stored = stored(20);
    long replay = plan(Selection.ALL);
    worker.move();
    sales.clock.forward(1_000);
    worker.move();
    replays.pause(replay, ANNA);
    List<Long> sent = new ArrayList<>(send(replay));

    sales.clock.forward(5_000);
    worker.move();
    assertThat(send(replay)).isEmpty();
    replays.resume(replay, ANNA);
    sent.addAll(runToEnd(replay));

    assertThat(sent).isEqualTo(stored);
    assertThat(sales.audited)
        .extracting(Audit.Action::action)
        .containsExactly("plan-replay", "pause-replay", "resume-replay", "end-replay");
    assertThatThrownBy(() -> replays.pause(replay, ANNA)).hasMessageStartingWith("RPL-007");
  }

  @Test
  void a_cancel_takes_back_what_waits() {
    stored(20);
    long replay = plan(Selection.ALL);
    worker.move();
    sales.clock.forward(1_000);
    worker.move();
    sales.send("replay:" + replay, 4);

    replays.cancel(replay, ANNA);

    worker.move();
    assertThat(send(replay)).isEmpty();
    Replay cancelled = replays.one(replay);
    assertThat(cancelled.status()).isEqualTo(Status.CANCELLED);
    assertThat(cancelled.progress().sent()).isEqualTo(4);
    assertThat(cancelled.progress().withdrawn()).isEqualTo(6);
  }

  @Test
  void one_for_later_waits_for_its_time() {
    stored(1);
    Instant later = sales.clock.instant().plusSeconds(60);
    long replay = replays.plan(new Replays.Request(QUEUE, Selection.ALL, 0, later), ANNA);

    worker.move();
    assertThat(status(replay)).isEqualTo(Status.PLANNED);
    sales.clock.set(later);
    worker.move();

    assertThat(status(replay)).isEqualTo(Status.RUNNING);
    assertThat(replays.one(replay).progress().endsAbout()).isAfterOrEqualTo(later);
  }

  @Test
  void only_those_without_a_journal_go_where_only_they_are_wanted() {
    List<Long> stored = stored(30);
    List<Long> posted = stored.subList(0, 25);
    sales.post(posted);
    long replay = plan(Selection.ALL.onlyWithoutJournal());

    assertThat(runToEnd(replay)).isEqualTo(stored.subList(25, 30));
    assertThat(replays.one(replay).progress().skipped()).isEqualTo(25);
  }

  @Test
  void one_that_selects_too_many_fails_and_says_so() {
    stored(3);
    var few =
        new ReplayProperties(
            List.of(QUEUE), 10, 100, 2, 50, Duration.ofMillis(500), Duration.ofSeconds(30));
    long replay = plan(Selection.ALL);

    new MoveReplays(
            sales.store,
            sales.events,
            sales.resends,
            judge,
            sales.audit(),
            few,
            sales.clock,
            new SimpleMeterRegistry())
        .move();

    assertThat(status(replay)).isEqualTo(Status.FAILED);
    assertThat(replays.one(replay).error()).startsWith("RPL-010");
  }

  @Test
  void what_is_not_allowed_is_refused_in_a_sentence() {
    assertThatThrownBy(
            () -> replays.plan(new Replays.Request("erp.events", Selection.ALL, 0, null), ANNA))
        .hasMessageStartingWith("RPL-001");
    assertThatThrownBy(
            () -> replays.plan(new Replays.Request(QUEUE, Selection.ALL, 101, null), ANNA))
        .hasMessageStartingWith("RPL-003");
    assertThatThrownBy(() -> replays.one(99)).hasMessageStartingWith("RPL-006");
    assertThatThrownBy(() -> new By("anna", " ")).hasMessageStartingWith("RPL-009");
    Instant now = Instant.now();
    assertThatThrownBy(() -> Selection.ALL.between(now, now)).hasMessageStartingWith("RPL-002");
    assertThat(sales.audited).isEmpty();
  }

  @Test
  void a_selection_is_kept_as_it_was_made() {
    Selection selection =
        new Selection(
            List.of("inventory.sales-transaction-created"),
            List.of(1, 2),
            List.of("a"),
            List.of("b"),
            List.of("c"),
            Instant.parse("2026-01-01T00:00:00Z"),
            Instant.parse("2026-02-01T00:00:00Z"),
            null,
            true);

    long replay = plan(selection);

    assertThat(replays.one(replay).selection()).isEqualTo(selection);
  }

  @Test
  void a_selection_that_is_mistyped_is_refused_and_never_read_as_everything() throws IOException {
    for (String wrong :
        List.of(
            "{\"name\":[\"a.b\"]}",
            "{\"names\":\"a.b\"}",
            "{\"names\":[]}",
            "{\"versions\":[\"1\"]}",
            "{\"from\":\"yesterday\"}",
            "{\"withoutJournal\":\"yes\"}",
            "[]")) {
      JsonNode json = new ObjectMapper().readTree(wrong);

      assertThatThrownBy(() -> Selection.of(json)).as(wrong).hasMessageStartingWith("RPL-002");
    }
  }

  @Test
  void a_dry_run_says_of_each_event_what_would_happen() {
    long posted = sales.sale(StoredSales.id());
    sales.post(posted);
    long changed = sales.sale(StoredSales.id());
    sales.post(withOtherLines(sales.draft(changed)));
    sales.sale(StoredSales.id());
    String wrong = StoredSales.id();
    sales.sale(
        wrong, SaleMessages.with(wrong, "\"totalSalesValue\":31.5", "\"totalSalesValue\":1"));

    var items = preview.page(QUEUE, Selection.ALL, sales.clock.instant(), 0, 100);
    var summary = preview.summarize(QUEUE, Selection.ALL, sales.clock.instant());

    assertThat(items)
        .extracting(PreviewReplays.Item::outcome)
        .containsExactly("exists", "differs", "write", "rejected");
    assertThat(items.get(1).conflict()).isTrue();
    assertThat(items.get(1).lines())
        .extracting(line -> line.account() + " " + line.postedDebit() + " " + line.draftedDebit())
        .contains("1100 30.5000 31.5");
    assertThat(items.get(3).reason()).startsWith("totals: ");
    assertThat(summary.events()).isEqualTo(4);
    assertThat(summary.cut()).isFalse();
    assertThat(summary.outcomes())
        .containsEntry("write", 1L)
        .containsEntry("exists", 1L)
        .containsEntry("superseded", 0L);
    assertThat(summary.totals())
        .extracting(total -> total.account() + " " + total.debit() + " " + total.credit())
        .containsExactly("1100 31.5 0", "1300 0 21.75", "4000 0 31.5", "5000 21.75 0");
  }

  @Test
  void a_dry_run_of_more_than_it_looks_at_says_so() {
    stored(51);

    var summary = preview.summarize(QUEUE, Selection.ALL, sales.clock.instant());

    assertThat(summary.events()).isEqualTo(50);
    assertThat(summary.cut()).isTrue();
    assertThat(preview.page(QUEUE, Selection.ALL, sales.clock.instant(), 0, 20)).hasSize(20);
  }

  private static Journal withOtherLines(Journal draft) {
    List<JournalLine> lines =
        draft.lines().stream()
            .map(
                line ->
                    line.account().equals("1100")
                        ? line("1100", "30.5", "0")
                        : line.account().equals("4000") ? line("4000", "0", "30.5") : line)
            .toList();
    return new Journal(
        draft.source(),
        draft.externalRef(),
        draft.date(),
        draft.description(),
        draft.currency(),
        draft.eventId(),
        draft.eventType(),
        draft.eventVersion(),
        draft.correlationId(),
        new Journal.Content("v2:" + "0".repeat(64)),
        lines);
  }

  private static JournalLine line(String account, String debit, String credit) {
    return new JournalLine(account, new BigDecimal(debit), new BigDecimal(credit), null);
  }
}
