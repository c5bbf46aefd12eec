package io.tallyline.finance;

import static io.tallyline.finance.Posted.CONFLICT;
import static io.tallyline.finance.Posted.DUPLICATE;
import static io.tallyline.finance.Posted.UNKNOWN_ACCOUNT;
import static io.tallyline.finance.Posted.WRITTEN;
import static io.tallyline.finance.Sales.credit;
import static io.tallyline.finance.Sales.debit;
import static io.tallyline.finance.Sales.journal;
import static io.tallyline.finance.Sales.sale;
import static io.tallyline.finance.Sales.zero;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PostgresServer.Database;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

class JdbcJournalsIT {
  private static Database database;
  private static JdbcTemplate jdbc;
  private static Journals journals;
  private final String ref = UUID.randomUUID().toString();

  @BeforeAll
  static void connect() {
    database = PostgresServer.fresh("finance");
    DataSource pool = database.dataSource();
    jdbc = new JdbcTemplate(pool);
    journals = new JdbcJournals(pool, new DataSourceTransactionManager(pool));
  }

  @Test
  void writes_each_line_exactly_and_in_order() {
    assertThat(journals.post(List.of(sale(ref)))).containsExactly(WRITTEN);

    assertThat(lines(ref))
        .containsExactly(
            "1 1100 4381.9753 0.0000",
            "2 4000 0.0000 4381.9753",
            "3 5000 2638.6184 0.0000",
            "4 1300 0.0000 2638.6184");
  }

  @Test
  void writes_the_largest_amount_without_loss() {
    var most = "999999999999999.9999";

    journals.post(List.of(journal(ref, "h", List.of(debit("1100", most), credit("4000", most)))));

    assertThat(lines(ref)).first().isEqualTo("1 1100 999999999999999.9999 0.0000");
  }

  @Test
  void knows_an_event_that_a_hub_of_before_recorded_in_an_older_version() {
    Journal recorded = sale(ref, "v1:a");
    journals.post(List.of(recorded));

    assertThat(
            journals.post(
                List.of(
                    inVersionTwo(recorded, List.of(), Set.of(1, 2)),
                    inVersionTwo(recorded, List.of("v1:a"), Set.of(2)),
                    inVersionTwo(recorded, List.of(), Set.of(2)),
                    inVersionTwo(sale(ref, "other"), List.of(), Set.of(1, 2)))))
        .containsExactly(Posted.SUPERSEDED, DUPLICATE, CONFLICT, CONFLICT);
    assertThat(lines(ref)).hasSize(4);
  }

  private static Journal inVersionTwo(
      Journal journal, List<String> olderHashes, Set<Integer> publishedIn) {
    return new Journal(
        journal.source(),
        journal.externalRef(),
        journal.date(),
        journal.description(),
        journal.currency(),
        journal.eventId(),
        journal.eventType(),
        2,
        null,
        new Journal.Content("v2:b", () -> olderHashes, publishedIn),
        journal.lines());
  }

  @Test
  void tells_a_duplicate_from_a_conflict_and_writes_neither() {
    journals.post(List.of(sale(ref, "a")));

    assertThat(journals.post(List.of(sale(ref, "a"), sale(ref, "b"))))
        .containsExactly(DUPLICATE, CONFLICT);
    assertThat(lines(ref)).hasSize(4);
  }

  @Test
  void the_first_of_a_transaction_in_a_batch_wins() {
    var same = sale(ref, "a");
    var batch =
        List.of(sale(ref + "x"), same, same, sale(ref, "b"), zero(ref, "a"), zero(ref, "b"));

    assertThat(journals.post(batch))
        .containsExactly(WRITTEN, WRITTEN, DUPLICATE, CONFLICT, DUPLICATE, CONFLICT);
  }

  @Test
  void a_transaction_without_amounts_is_seen_and_not_posted() {
    assertThat(journals.post(List.of(zero(ref, "a"), sale(ref + "x"))))
        .containsExactly(WRITTEN, WRITTEN);

    assertThat(count("seen_transaction", ref)).isOne();
    assertThat(count("ledger_journal", ref)).isZero();
    assertThat(journals.post(List.of(zero(ref, "a"), zero(ref, "b"))))
        .containsExactly(DUPLICATE, CONFLICT);
  }

  @Test
  void a_transaction_never_changes_from_zero_to_posted_or_back() {
    journals.post(List.of(zero(ref, "a"), sale(ref + "x", "a")));

    assertThat(journals.post(List.of(sale(ref, "b"), zero(ref + "x", "b"))))
        .containsExactly(CONFLICT, CONFLICT);
    assertThat(journals.post(List.of(sale(ref, "b")))).containsExactly(CONFLICT);
    assertThat(count("ledger_journal", ref)).isZero();
    assertThat(count("seen_transaction", ref + "x")).isZero();
  }

  @Test
  void an_unknown_account_stops_its_own_journal_only_and_works_once_it_exists() {
    String code = "9" + UUID.randomUUID();
    var unknown = journal(ref, "h", List.of(debit(code, "1"), credit("4000", "1")));

    assertThat(journals.post(List.of(unknown, sale(ref + "x"))))
        .containsExactly(UNKNOWN_ACCOUNT, WRITTEN);
    new JdbcTemplate(database.ownerDataSource())
        .update("INSERT INTO finance.ledger_account VALUES (?, 'New', 'ASSET')", code);

    assertThat(journals.post(List.of(unknown))).containsExactly(WRITTEN);
    assertThat(journals.accounts()).contains(code, "1300");
  }

  @Test
  void an_account_that_is_unknown_now_does_not_hide_a_duplicate() {
    journals.post(List.of(sale(ref, "a")));
    var remapped = List.of(debit("no-such", "1"), credit("4000", "1"));

    assertThat(journals.post(List.of(journal(ref, "a", remapped), journal(ref, "b", remapped))))
        .containsExactly(DUPLICATE, CONFLICT);
  }

  @Test
  void nothing_of_a_batch_is_written_when_the_database_refuses_one() {
    var upperCase = sale(ref.toUpperCase(java.util.Locale.ROOT) + "X");

    assertThatThrownBy(() -> journals.post(List.of(sale(ref), upperCase)))
        .isInstanceOf(DataAccessException.class);
    assertThat(count("ledger_journal", ref)).isZero();
  }

  @Test
  void every_journal_that_was_written_announces_itself_once() {
    String correlated = ref + "c";
    Journal plain = sale(ref, "a");
    var batch =
        List.of(
            plain,
            correlatedBy("request-81", sale(correlated)),
            sale(ref, "a"),
            sale(ref, "b"),
            zero(ref + "z", "a"),
            journal(ref + "u", "h", List.of(debit("no-such", "1"), credit("4000", "1"))));

    assertThat(journals.post(batch))
        .containsExactly(WRITTEN, WRITTEN, DUPLICATE, CONFLICT, WRITTEN, UNKNOWN_ACCOUNT);
    journals.post(batch);

    assertThat(announcements(ref))
        .containsExactly(announced(plain, null), announced(batch.get(1), "request-81"));
  }

  @Test
  void announces_totals_larger_than_any_amount_without_loss() {
    var most = "999999999999999.9999";
    var lines =
        List.of(
            debit("1100", most),
            debit("5000", "1.5"),
            credit("4000", most),
            credit("1300", "1.50"));

    journals.post(List.of(journal(ref, "h", lines)));

    assertThat(announcements(ref))
        .singleElement()
        .asString()
        .contains("\"totalDebit\": 1000000000000001.4999")
        .contains("\"totalCredit\": 1000000000000001.4999");
  }

  @Test
  void announces_nothing_of_a_transaction_that_is_rolled_back() {
    DataSource pool = database.dataSource();
    var transactions = new DataSourceTransactionManager(pool);
    var joining = new JdbcJournals(pool, transactions);
    joining.accounts();

    new TransactionTemplate(transactions)
        .executeWithoutResult(
            status -> {
              assertThat(joining.post(List.of(sale(ref)))).containsExactly(WRITTEN);
              assertThat(announcements(ref)).hasSize(1);
              status.setRollbackOnly();
            });

    assertThat(count("ledger_journal", ref)).isZero();
    assertThat(announcements(ref)).isEmpty();
  }

  @Test
  void no_journal_is_written_without_its_announcement() throws Exception {
    Database own = PostgresServer.fresh("finance");
    try (var owner = own.owner();
        var statement = owner.createStatement()) {
      statement.execute("ALTER TABLE finance.outbox_event ADD CHECK (aggregate_type <> 'Journal')");
    }
    DataSource pool = own.dataSource();
    var refusing = new JdbcJournals(pool, new DataSourceTransactionManager(pool));

    assertThatThrownBy(() -> refusing.post(List.of(sale(ref))))
        .isInstanceOf(DataAccessException.class);
    assertThat(
            new JdbcTemplate(pool)
                .queryForObject("SELECT count(*) FROM finance.ledger_journal", Integer.class))
        .isZero();
  }

  @Test
  void hubs_that_post_the_same_in_any_order_write_each_once() throws Exception {
    List<Journal> batch = new ArrayList<>();
    IntStream.range(0, 200).forEach(nr -> batch.add(sale(ref + nr)));
    IntStream.range(0, 5).forEach(nr -> batch.add(zero(ref + "z" + nr, "h")));
    List<Callable<List<Posted>>> hubs = new ArrayList<>();
    for (int hub = 0; hub < 8; hub++) {
      List<Journal> shuffled = new ArrayList<>(hub % 2 == 0 ? batch : batch.subList(0, 200));
      Collections.shuffle(shuffled, new Random(hub));
      hubs.add(() -> journals.post(shuffled));
    }

    var pool = Executors.newFixedThreadPool(8);
    List<Posted> outcomes = new ArrayList<>();
    for (var outcome : pool.invokeAll(hubs, 60, TimeUnit.SECONDS)) {
      outcomes.addAll(outcome.get());
    }
    pool.shutdown();

    assertThat(outcomes.stream().filter(WRITTEN::equals)).hasSize(205);
    assertThat(announcements(ref)).hasSize(200);
    assertThat(outcomes.stream().filter(DUPLICATE::equals)).hasSize(outcomes.size() - 205);
  }

  private static List<String> lines(String ref) {
    return jdbc.queryForList(
        """
        SELECT concat_ws(' ', line_no, account_code, debit, credit)
          FROM finance.ledger_journal_line l JOIN finance.ledger_journal j ON j.id = l.journal_id
         WHERE external_ref = ? ORDER BY line_no
        """,
        String.class,
        ref);
  }

  /** All columns that the hub fills, of the journals whose reference begins so. */
  private static List<String> announcements(String ref) {
    return jdbc.queryForList(
        """
        SELECT concat_ws(' | ', aggregate_type, aggregate_id, event_type, payload,
                         coalesce(correlation_id, 'none'))
          FROM finance.outbox_event WHERE payload ->> 'reference' LIKE ? || '%' ORDER BY seq
        """,
        String.class, ref);
  }

  /** In PostgreSQL's order of keys: the shorter first. */
  private static String announced(Journal journal, String correlationId) {
    Long id =
        jdbc.queryForObject(
            "SELECT id FROM finance.ledger_journal WHERE external_ref = ?",
            Long.class,
            journal.externalRef());
    return """
        Journal | %d | JournalPosted | {"source": "Inventory", "eventId": "%s", "currency": "USD", \
        "eventType": "inventory.sales-transaction-created", "journalId": %d, "reference": "%s", \
        "totalDebit": 7020.5937, "journalDate": "2024-10-01", "totalCredit": 7020.5937, \
        "eventVersion": 1%s} | %s"""
        .formatted(
            id,
            journal.eventId(),
            id,
            journal.externalRef(),
            correlationId == null ? "" : ", \"correlationId\": \"" + correlationId + '"',
            correlationId == null ? "none" : correlationId);
  }

  private static Journal correlatedBy(String correlationId, Journal journal) {
    return new Journal(
        journal.source(),
        journal.externalRef(),
        journal.date(),
        journal.description(),
        journal.currency(),
        journal.eventId(),
        journal.eventType(),
        journal.eventVersion(),
        correlationId,
        journal.content(),
        journal.lines());
  }

  private static int count(String table, String ref) {
    return jdbc.queryForObject(
        "SELECT count(*) FROM finance." + table + " WHERE external_ref = ?", Integer.class, ref);
  }
}
