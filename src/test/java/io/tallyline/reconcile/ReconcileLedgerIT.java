package io.tallyline.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.finance.Journal;
import io.tallyline.finance.JournalLine;
import io.tallyline.reconcile.Reconciliation.AccountTotal;
import io.tallyline.reconcile.Reconciliation.Difference;
import io.tallyline.replay.By;
import io.tallyline.replay.Replay;
import io.tallyline.replay.ReplayProperties;
import io.tallyline.replay.Replays;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.StoredSales;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The store and the ledger in real databases, made to differ in every way they can. */
class ReconcileLedgerIT {
  private static final By ANNA = new By("anna", "month end");

  private final StoredSales sales = new StoredSales();
  private final Replays replays =
      new Replays(
          sales.store,
          sales.resends,
          sales.audit(),
          new ReplayProperties(
              List.of("finance.journal"),
              10,
              100,
              1_000,
              50,
              Duration.ofMillis(500),
              Duration.ofSeconds(30)),
          sales.clock);
  private final ReconcileLedger reconcile = reconcile(1_000);

  // The ledger stamps its journals with the database's own clock, so windows reach to tomorrow.
  private final Instant from = sales.clock.instant().minus(Duration.ofDays(1));
  private final Instant to = Instant.now().plus(Duration.ofDays(1));

  private ReconcileLedger reconcile(int differencesMost) {
    var properties =
        new ReconcileProperties(
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            "",
            "UTC",
            Duration.ofDays(1),
            Duration.ofDays(36_500),
            differencesMost,
            100,
            Duration.ofDays(30),
            Duration.ofMinutes(5));
    var books =
        new CompareWindow.Books(
            sales.events,
            sales.drafts,
            sales.ledger,
            new JdbcFailures(sales.store),
            properties,
            sales.clock);
    return new ReconcileLedger(
        sales.store, books, replays, sales.audit(), new SimpleMeterRegistry());
  }

  @AfterEach
  void close() {
    reconcile.close();
  }

  private Reconciliation result() {
    return reconcile.one(reconcile.run(from, to, ANNA));
  }

  private List<Difference> differences(Reconciliation of) {
    return reconcile.differences(of.id(), null, 0, 100);
  }

  private void later(Duration by) {
    sales.clock.forward(by.toMillis());
  }

  private void deadLetter(long event, String status) throws SQLException {
    String message = sales.events.one(event).orElseThrow().messageId();
    try (Connection owner = sales.storeDatabase.owner();
        Statement statement = owner.createStatement()) {
      statement.execute(
          """
          INSERT INTO hub.dead_letter (fingerprint, dead_queue, queue, routing_key, name, message_id,
                 reason, code, error, attempts, body, properties, headers, first_failed_at,
                 last_failed_at, taken_at, status, changed_at)
          VALUES (decode(md5('%1$s'), 'hex'), 'finance.journal.dead', 'finance.journal', 'x', 'x',
                  '%1$s', 'unknown-account', 'FIN-014', 'FIN-014', 1, '', '{}', '{}', now(), now(),
                  now(), '%2$s', now())
          """
              .formatted(message, status));
    }
  }

  private static Journal changed(Journal draft, String reference, UUID eventId) {
    List<JournalLine> lines =
        List.of(
            new JournalLine("1100", new BigDecimal("30"), BigDecimal.ZERO, null),
            new JournalLine("4000", BigDecimal.ZERO, new BigDecimal("30"), null));
    return new Journal(
        draft.source(),
        reference,
        draft.date(),
        draft.description(),
        draft.currency(),
        eventId,
        draft.eventType(),
        draft.eventVersion(),
        draft.correlationId(),
        draft.content(),
        lines);
  }

  @Test
  void a_window_in_which_all_is_posted_is_clean() {
    List<Long> stored = new ArrayList<>();
    for (int i = 0; i < 450; i++) {
      stored.add(sales.sale(StoredSales.id()));
    }
    sales.post(stored);
    later(Duration.ofDays(1));

    Reconciliation result = result();

    assertThat(differences(result)).isEmpty();
    assertThat(result.isClean()).isTrue();
    assertThat(result.events()).isEqualTo(450);
    assertThat(result.journals()).isEqualTo(450);
    assertThat(reconcile.accounts(result.id()))
        .extracting(AccountTotal::account)
        .containsExactly("1100", "1300", "4000", "5000");
    assertThat(reconcile.accounts(result.id()).get(0).ledgerDebit()).isEqualByComparingTo("14175");
    assertThat(reconcile.items(result.id(), 0, 10))
        .singleElement()
        .satisfies(
            item -> {
              assertThat(item.itemNumber()).isEqualTo("LAMP-7");
              assertThat(item.part()).isEqualTo("lineItems");
              assertThat(item.eventsQuantity()).isEqualByComparingTo("1350");
              assertThat(item.agrees()).isTrue();
            });
    assertThat(sales.audited)
        .extracting(Audit.Action::action)
        .containsExactly("run-reconciliation");
  }

  @Test
  void tells_the_ways_in_which_an_event_lacks_its_journal() throws SQLException {
    long missing = sales.sale(StoredSales.id());
    long dead = sales.sale(StoredSales.id());
    deadLetter(dead, "OPEN");
    long sentAgain = sales.sale(StoredSales.id());
    deadLetter(sentAgain, "RETRYING");
    later(Duration.ofHours(2));
    long retrying = sales.sale(StoredSales.id());
    later(Duration.ofMinutes(30));
    long onItsWay = sales.sale(StoredSales.id());
    later(Duration.ofMinutes(5));

    Reconciliation result = result();

    assertThat(differences(result))
        .extracting(Difference::eventId, Difference::kind)
        .containsExactly(
            tuple(missing, Kind.EVENT_MISSING),
            tuple(dead, Kind.EVENT_DEAD_LETTERED),
            tuple(sentAgain, Kind.EVENT_RETRYING),
            tuple(retrying, Kind.EVENT_RETRYING),
            tuple(onItsWay, Kind.EVENT_ON_ITS_WAY));
    assertThat(differences(result).get(1).detail()).contains("is OPEN: unknown-account");
    assertThat(result.differences())
        .isEqualTo(
            Map.of(
                Kind.EVENT_MISSING, 1L,
                Kind.EVENT_DEAD_LETTERED, 1L,
                Kind.EVENT_RETRYING, 2L,
                Kind.EVENT_ON_ITS_WAY, 1L));
    assertThat(result.accountErrors()).isEqualTo(4);
    assertThat(result.isClean()).isFalse();
  }

  @Test
  void finds_a_journal_whose_event_nobody_stored() {
    long stored = sales.sale(StoredSales.id());
    sales.post(stored);
    String lost = StoredSales.id();
    sales.post(changed(sales.draft(stored), lost, UUID.randomUUID()));
    later(Duration.ofDays(1));

    Reconciliation result = result();

    assertThat(differences(result))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.JOURNAL_WITHOUT_EVENT);
              assertThat(one.transactionId()).isEqualTo(lost);
              assertThat(one.journalId()).isNotNull();
              assertThat(one.lines()).hasSize(2);
            });
    assertThat(reconcile.accounts(result.id()))
        .filteredOn(total -> !total.agrees())
        .extracting(AccountTotal::account)
        .containsExactly("1100", "4000");
  }

  @Test
  void finds_a_journal_that_the_mapping_would_write_otherwise_line_by_line() {
    String transaction = StoredSales.id();
    long stored = sales.sale(transaction);
    Journal draft = sales.draft(stored);
    sales.post(changed(draft, transaction, draft.eventId()));
    later(Duration.ofDays(1));

    Reconciliation result = result();

    assertThat(differences(result))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.kind()).isEqualTo(Kind.JOURNAL_DIFFERS);
              assertThat(one.eventId()).isEqualTo(stored);
              assertThat(one.lines())
                  .extracting(
                      line ->
                          line.account()
                              + " "
                              + line.postedDebit().stripTrailingZeros().toPlainString()
                              + " "
                              + line.draftedDebit().stripTrailingZeros().toPlainString())
                  .containsExactly("1100 30 31.5", "4000 0 0", "5000 0 21.75", "1300 0 0");
            });
  }

  @Test
  void counts_a_transaction_once_however_often_and_in_which_versions_it_was_published() {
    String posted = StoredSales.id();
    long first = sales.sale(posted);
    sales.sale(posted);
    sales.post(first);
    String lacking = StoredSales.id();
    sales.sale(lacking);
    sales.sale(lacking);
    String copied = StoredSales.id();
    sales.store(
        SaleMessages.KEY,
        StoredSales.id(),
        copied,
        "v1,v2",
        sales.clock.instant(),
        SaleMessages.valid(copied));
    later(Duration.ofDays(1));

    Reconciliation result = result();

    assertThat(result.repeats()).isEqualTo(2);
    // Of the copy, the version that finance posts was never stored: it is missing too.
    assertThat(result.differences()).isEqualTo(Map.of(Kind.EVENT_MISSING, 2L));
    assertThat(reconcile.accounts(result.id()).get(0).eventsDebit()).isEqualByComparingTo("63");
  }

  @Test
  void a_message_that_contradicts_the_posted_one_is_a_difference() {
    String transaction = StoredSales.id();
    long first = sales.sale(transaction);
    sales.post(first);
    sales.sale(
        transaction,
        SaleMessages.with(
            transaction, "\"salesOrderNumber\":\"SO-1\"", "\"salesOrderNumber\":\"SO-2\""));
    later(Duration.ofDays(1));

    assertThat(differences(result()))
        .singleElement()
        .satisfies(one -> assertThat(one.detail()).contains("says otherwise"));
  }

  @Test
  void counts_stay_exact_where_not_all_differences_are_kept() {
    for (int i = 0; i < 250; i++) {
      sales.sale(StoredSales.id());
    }
    later(Duration.ofDays(1));
    try (ReconcileLedger few = reconcile(10)) {
      Reconciliation result = few.one(few.run(from, to, ANNA));

      assertThat(result.found()).isEqualTo(250);
      assertThat(result.kept()).isEqualTo(10);
      assertThat(few.differences(result.id(), null, 0, 100)).hasSize(10);
    }
  }

  @Test
  void the_missing_ones_and_no_others_are_planned_to_be_replayed() throws SQLException {
    long missing = sales.sale(StoredSales.id());
    long dead = sales.sale(StoredSales.id());
    deadLetter(dead, "OPEN");
    sales.post(sales.sale(StoredSales.id()));
    later(Duration.ofDays(1));
    Reconciliation result = result();

    var planned = reconcile.replayMissing(result.id(), 0, ANNA);

    assertThat(planned.events()).isEqualTo(1);
    assertThat(planned.left()).isZero();
    Replay replay = replays.one(planned.replay());
    assertThat(replay.status()).isEqualTo(Replay.Status.PLANNED);
    assertThat(replay.selection().messageIds())
        .containsExactly(sales.events.one(missing).orElseThrow().messageId());
    assertThat(replay.selection().withoutJournal()).isTrue();
    assertThat(sales.audited)
        .extracting(Audit.Action::action)
        .containsExactly("run-reconciliation", "plan-replay", "replay-missing");
  }

  @Test
  void what_cannot_be_done_is_refused() {
    assertThatThrownBy(() -> reconcile.run(to, from, ANNA)).hasMessageStartingWith("REC-001");
    assertThatThrownBy(() -> reconcile.one(99)).hasMessageStartingWith("REC-003");
    long clean = reconcile.run(from, to, ANNA);
    assertThatThrownBy(() -> reconcile.replayMissing(clean, 0, ANNA))
        .hasMessageStartingWith("REC-004");
  }

  @Test
  void one_runs_at_a_time_and_one_that_was_left_is_given_up() {
    var rows = new JdbcReconciliations(sales.store);
    Instant now = sales.clock.instant();
    long left = rows.begin(from, to, ANNA, now, now.minusSeconds(300)).orElseThrow();

    assertThatThrownBy(() -> reconcile.run(from, to, ANNA)).hasMessageStartingWith("REC-002");
    later(Duration.ofMinutes(6));
    long next = reconcile.start(from, to, ANNA);

    await().atMost(Duration.ofSeconds(30)).until(() -> reconcile.one(next).isDone());
    assertThat(reconcile.one(left).error()).startsWith("REC-006");
  }

  @Test
  void results_go_when_their_time_is_over() {
    long old = reconcile.run(from, to, ANNA);
    later(Duration.ofDays(31));

    long fresh = reconcile.run(from, to, ANNA);

    assertThat(reconcile.list(Long.MAX_VALUE, 10))
        .extracting(Reconciliation::id)
        .containsExactly(fresh)
        .doesNotContain(old);
  }

  @Test
  void exports_what_it_found() throws IOException {
    String missing = StoredSales.id();
    sales.sale(missing);
    later(Duration.ofDays(1));
    Reconciliation result = result();
    var export = new ExportReconciliation(reconcile);
    var differences = new StringBuilder();
    var accounts = new StringBuilder();
    var items = new StringBuilder();

    export.differences(result.id(), differences);
    export.accounts(result.id(), accounts);
    export.items(result.id(), items);

    assertThat(differences.toString().split("\r\n"))
        .hasSize(2)
        .satisfies(lines -> assertThat(lines[1]).startsWith("1,event-missing," + missing + ","));
    assertThat(accounts).contains("1100,USD,31.5,0,0,0,false\r\n");
    assertThat(items).contains("LAMP-7,inventory.sales-transaction-created,lineItems,USD,3,");
  }
}
