package io.tallyline.bench.handwritten;

import com.rabbitmq.client.Delivery;
import io.tallyline.bench.shared.Sale;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Writes many journals with one statement for the headers and one for the lines. */
final class Ledger {
  private static final String INSERT_JOURNALS =
      """
      INSERT INTO finance.ledger_journal (journal_date, description, source, external_ref, currency,
             event_id, event_type, event_version, correlation_id, content_hash)
      SELECT n.journal_date, 'Sale ' || n.external_ref, 'Inventory', n.external_ref, n.currency,
             n.event_id, 'inventory.sales-transaction-created', 1, n.correlation_id, n.content_hash
        FROM unnest(?::date[], ?::text[], ?::text[], ?::uuid[], ?::text[], ?::text[])
             AS n(journal_date, external_ref, currency, event_id, correlation_id, content_hash)
       ORDER BY n.external_ref
      ON CONFLICT (source, external_ref) DO NOTHING
      RETURNING id, external_ref
      """;
  private static final String INSERT_LINES =
      """
      INSERT INTO finance.ledger_journal_line
             (journal_id, line_no, account_code, debit, credit, description)
      SELECT * FROM unnest(?::bigint[], ?::int[], ?::text[], ?::numeric[], ?::numeric[], ?::text[])
      """;
  private static final String INSERT_SEEN =
      """
      INSERT INTO finance.seen_transaction (source, external_ref, event_id, content_hash)
      VALUES ('Inventory', ?, ?, ?) ON CONFLICT (source, external_ref) DO NOTHING
      """;
  private static final String HASHES =
      """
      SELECT external_ref, content_hash FROM finance.ledger_journal
       WHERE source = 'Inventory' AND external_ref = ANY (?)
      UNION ALL
      SELECT external_ref, content_hash FROM finance.seen_transaction
       WHERE source = 'Inventory' AND external_ref = ANY (?)
      """;

  private static final String INSERT_EVENTS =
      """
      INSERT INTO finance.outbox_event
             (aggregate_type, aggregate_id, event_type, payload, correlation_id)
      SELECT 'Journal', n.journal_id, 'JournalPosted', n.payload::jsonb, n.correlation_id
        FROM unnest(?::text[], ?::text[], ?::text[]) AS n(journal_id, payload, correlation_id)
      """;

  private final Connection database;
  private final boolean announcing;

  /** A sale and the message that brought it. */
  record Posting(Sale sale, Delivery delivery) {
    boolean isWorthless() {
      return sale.totalSales().signum() == 0 && sale.totalCost().signum() == 0;
    }

    UUID eventId() {
      return UUID.fromString(delivery.getProperties().getMessageId());
    }

    String correlationId() {
      return delivery.getProperties().getCorrelationId();
    }
  }

  /**
   * @param announcing whether each journal is recorded in finance's own outbox, with it or not at
   *     all
   */
  Ledger(String url, String user, String password, boolean announcing) throws SQLException {
    this.announcing = announcing;
    database = DriverManager.getConnection(url, user, password);
    database.setAutoCommit(false);
  }

  /**
   * One transaction for all.
   *
   * @return those whose transaction is recorded with other content
   */
  Set<Delivery> post(List<Posting> postings) throws SQLException {
    Map<String, Posting> first = new LinkedHashMap<>();
    postings.forEach(posting -> first.putIfAbsent(posting.sale().reference(), posting));
    for (Posting posting : first.values()) {
      if (posting.isWorthless()) {
        insertSeen(posting);
      }
    }
    Map<Long, Posting> written = insertJournals(first);
    insertLines(written);
    if (announcing) {
      insertEvents(written);
    }
    Set<Delivery> conflicts = written.size() == postings.size() ? Set.of() : conflicts(postings);
    database.commit();
    return conflicts;
  }

  private Map<Long, Posting> insertJournals(Map<String, Posting> first) throws SQLException {
    List<Posting> worth = first.values().stream().filter(p -> !p.isWorthless()).toList();
    Map<Long, Posting> written = new LinkedHashMap<>();
    try (PreparedStatement insert = database.prepareStatement(INSERT_JOURNALS)) {
      insert.setArray(1, array("date", worth, p -> Date.valueOf(p.sale().journalDate())));
      insert.setArray(2, array("text", worth, p -> p.sale().reference()));
      insert.setArray(3, array("text", worth, p -> p.sale().currency()));
      insert.setArray(4, array("uuid", worth, Posting::eventId));
      insert.setArray(5, array("text", worth, Posting::correlationId));
      insert.setArray(6, array("text", worth, p -> p.sale().contentHash()));
      try (ResultSet ids = insert.executeQuery()) {
        while (ids.next()) {
          written.put(ids.getLong(1), first.get(ids.getString(2)));
        }
      }
    }
    return written;
  }

  private void insertLines(Map<Long, Posting> written) throws SQLException {
    var lines = new Lines();
    written.forEach(
        (journal, posting) -> {
          Sale sale = posting.sale();
          lines.pair(journal, 1, "1100", "4000", sale.totalSales());
          lines.pair(journal, 3, "5000", "1300", sale.totalCost());
        });
    if (lines.journals.isEmpty()) {
      return;
    }
    try (PreparedStatement insert = database.prepareStatement(INSERT_LINES)) {
      insert.setArray(1, database.createArrayOf("bigint", lines.journals.toArray()));
      insert.setArray(2, database.createArrayOf("int", lines.numbers.toArray()));
      insert.setArray(3, database.createArrayOf("text", lines.accounts.toArray()));
      insert.setArray(4, database.createArrayOf("numeric", lines.debits.toArray()));
      insert.setArray(5, database.createArrayOf("numeric", lines.credits.toArray()));
      insert.setArray(6, database.createArrayOf("text", lines.descriptions.toArray()));
      insert.executeUpdate();
    }
  }

  /** Columns of the lines' statement. */
  private static final class Lines {
    private static final Map<String, String> NAMES =
        Map.of(
            "1100", "Accounts Receivable",
            "4000", "Sales Revenue",
            "5000", "Cost of Goods Sold",
            "1300", "Inventory");
    final List<Long> journals = new ArrayList<>();
    final List<Integer> numbers = new ArrayList<>();
    final List<String> accounts = new ArrayList<>();
    final List<BigDecimal> debits = new ArrayList<>();
    final List<BigDecimal> credits = new ArrayList<>();
    final List<String> descriptions = new ArrayList<>();

    void pair(long journal, int number, String debited, String credited, BigDecimal amount) {
      if (amount.signum() != 0) {
        line(journal, number, debited, amount, BigDecimal.ZERO);
        line(journal, number + 1, credited, BigDecimal.ZERO, amount);
      }
    }

    private void line(
        long journal, int number, String account, BigDecimal debit, BigDecimal credit) {
      journals.add(journal);
      numbers.add(number);
      accounts.add(account);
      debits.add(debit);
      credits.add(credit);
      descriptions.add(NAMES.get(account));
    }
  }

  private void insertEvents(Map<Long, Posting> written) throws SQLException {
    List<Map.Entry<Long, Posting>> entries = List.copyOf(written.entrySet());
    try (PreparedStatement insert = database.prepareStatement(INSERT_EVENTS)) {
      insert.setArray(1, array("text", entries, e -> e.getKey().toString()));
      insert.setArray(2, array("text", entries, e -> Announcement.event(e.getKey(), e.getValue())));
      insert.setArray(3, array("text", entries, e -> e.getValue().correlationId()));
      insert.executeUpdate();
    }
  }

  private void insertSeen(Posting posting) throws SQLException {
    try (PreparedStatement insert = database.prepareStatement(INSERT_SEEN)) {
      insert.setString(1, posting.sale().reference());
      insert.setObject(2, posting.eventId());
      insert.setString(3, posting.sale().contentHash());
      insert.executeUpdate();
    }
  }

  private Set<Delivery> conflicts(List<Posting> postings) throws SQLException {
    Map<String, String> recorded = new LinkedHashMap<>();
    Array references = array("text", postings, p -> p.sale().reference());
    try (PreparedStatement select = database.prepareStatement(HASHES)) {
      select.setArray(1, references);
      select.setArray(2, references);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          recorded.put(rows.getString(1), rows.getString(2));
        }
      }
    }
    Set<Delivery> conflicts = new HashSet<>();
    for (Posting posting : postings) {
      if (!posting.sale().contentHash().equals(recorded.get(posting.sale().reference()))) {
        conflicts.add(posting.delivery());
      }
    }
    return conflicts;
  }

  private <T> Array array(String type, List<T> from, java.util.function.Function<T, Object> value)
      throws SQLException {
    return database.createArrayOf(type, from.stream().map(value).toArray());
  }
}
