package io.tallyline.finance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.mapping.StrictJson;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Journals in PostgreSQL. A call takes three statements and the commit, however many journals it
 * writes; one more if some were there before. Needs READ COMMITTED, the server's default.
 *
 * <p>Every journal announces itself: its row in finance's outbox is written with it or not at all.
 */
public final class JdbcJournals implements Journals {
  /**
   * A transaction is in ledger_journal or in seen_transaction, never in both, and no constraint
   * spans two tables. Calls that write journals share this lock; a call that writes
   * seen_transaction (rare) holds it alone. The statement after the lock sees all that was
   * committed before it was granted.
   */
  private static final String SHARED = "SELECT pg_advisory_xact_lock_shared(1413565516, 1);\n";

  private static final String ALONE = "SELECT pg_advisory_xact_lock(1413565516, 1);\n";

  private static final String INSERT_JOURNALS =
      """
      INSERT INTO finance.ledger_journal (journal_date, description, source, external_ref, currency,
             event_id, event_type, event_version, correlation_id, content_hash)
      SELECT n.journal_date, n.description, n.source, n.external_ref, n.currency,
             n.event_id, n.event_type, n.event_version, n.correlation_id, n.content_hash
        FROM unnest(?::date[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::uuid[], ?::text[], ?::int[], ?::text[], ?::text[])
             AS n(journal_date, description, source, external_ref, currency,
                  event_id, event_type, event_version, correlation_id, content_hash)
       WHERE NOT EXISTS (SELECT FROM finance.seen_transaction s
                          WHERE s.source = n.source AND s.external_ref = n.external_ref)
       ORDER BY n.source COLLATE "C", n.external_ref COLLATE "C" -- the same for all hubs: no deadlocks
      ON CONFLICT (source, external_ref) DO NOTHING
      RETURNING id, source, external_ref
      """;

  private static final String INSERT_LINES =
      """
      INSERT INTO finance.ledger_journal_line
             (journal_id, line_no, account_code, debit, credit, description)
      SELECT * FROM unnest(?::bigint[], ?::int[], ?::text[], ?::numeric[], ?::numeric[], ?::text[])
      """;

  private static final String INSERT_EVENTS =
      """
      INSERT INTO finance.outbox_event
             (aggregate_type, aggregate_id, event_type, payload, correlation_id, traceparent)
      SELECT 'Journal', n.journal_id, 'JournalPosted', n.payload::jsonb, n.correlation_id,
             n.traceparent
        FROM unnest(?::text[], ?::text[], ?::text[], ?::text[])
             AS n(journal_id, payload, correlation_id, traceparent)
      """;

  private static final String INSERT_SEEN =
      """
      INSERT INTO finance.seen_transaction (source, external_ref, event_id, content_hash)
      SELECT n.source, n.external_ref, n.event_id, n.content_hash
        FROM unnest(?::text[], ?::text[], ?::uuid[], ?::text[])
             AS n(source, external_ref, event_id, content_hash)
       WHERE NOT EXISTS (SELECT FROM finance.ledger_journal j
                          WHERE j.source = n.source AND j.external_ref = n.external_ref)
      ON CONFLICT (source, external_ref) DO NOTHING
      RETURNING source, external_ref
      """;

  private static final String RECORDED =
      """
      SELECT n.source, n.external_ref, r.content_hash, r.event_id
        FROM unnest(?::text[], ?::text[]) AS n(source, external_ref)
       CROSS JOIN LATERAL (
         SELECT j.content_hash, j.event_id FROM finance.ledger_journal j
          WHERE j.source = n.source AND j.external_ref = n.external_ref
         UNION ALL
         SELECT s.content_hash, s.event_id FROM finance.seen_transaction s
          WHERE s.source = n.source AND s.external_ref = n.external_ref) r
      """;

  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private volatile Set<String> accounts = Set.of();

  /**
   * @param transactions manages the same {@code finance} object
   */
  public JdbcJournals(DataSource finance, PlatformTransactionManager transactions) {
    this.jdbc = new JdbcTemplate(finance);
    this.transaction = new TransactionTemplate(transactions);
  }

  @Override
  public Set<String> accounts() {
    accounts =
        Set.copyOf(jdbc.queryForList("SELECT code FROM finance.ledger_account", String.class));
    return accounts;
  }

  @Override
  public List<Posted> post(List<Journal> journals) {
    if (journals.isEmpty()) {
      return List.of();
    }
    Map<Key, Journal> candidates = firstWithKnownAccounts(journals);
    ConnectionCallback<List<Posted>> work = connection -> post(connection, journals, candidates);
    return transaction.execute(status -> jdbc.execute(work));
  }

  @Override
  public Set<String> recorded(String source, Collection<String> externalRefs) {
    List<Key> keys = externalRefs.stream().distinct().map(ref -> new Key(source, ref)).toList();
    Set<String> found = new HashSet<>();
    ConnectionCallback<Map<Key, Recorded>> read = connection -> recorded(connection, keys);
    Map<Key, Recorded> recorded = java.util.Objects.requireNonNull(jdbc.execute(read));
    recorded.keySet().forEach(key -> found.add(key.externalRef()));
    return found;
  }

  private record Key(String source, String externalRef) {
    static Key of(Journal journal) {
      return new Key(journal.source(), journal.externalRef());
    }
  }

  private Map<Key, Journal> firstWithKnownAccounts(List<Journal> journals) {
    Set<String> cached = accounts;
    boolean allKnown = journals.stream().allMatch(journal -> isKnown(journal, cached));
    Set<String> known = allKnown ? cached : accounts();
    Map<Key, Journal> first = new LinkedHashMap<>();
    for (Journal journal : journals) {
      if (isKnown(journal, known)) {
        first.putIfAbsent(Key.of(journal), journal);
      }
    }
    return first;
  }

  private static boolean isKnown(Journal journal, Set<String> known) {
    return journal.lines().stream().allMatch(line -> known.contains(line.account()));
  }

  private static List<Posted> post(
      Connection connection, List<Journal> journals, Map<Key, Journal> candidates)
      throws SQLException {
    List<Journal> posting = candidates.values().stream().filter(j -> !j.lines().isEmpty()).toList();
    List<Journal> zero = candidates.values().stream().filter(j -> j.lines().isEmpty()).toList();
    Map<Key, Journal> written = new HashMap<>();
    String lock = zero.isEmpty() ? SHARED : ALONE;
    if (!zero.isEmpty()) {
      insertSeen(connection, lock, zero).forEach(key -> written.put(key, candidates.get(key)));
    }
    if (!posting.isEmpty()) {
      Map<Key, Long> ids = insertJournals(connection, lock, posting);
      Map<Long, Journal> byId = new TreeMap<>(); // index pages are filled in order
      ids.forEach((key, id) -> byId.put(id, candidates.get(key)));
      if (!byId.isEmpty()) {
        insertLines(connection, byId);
        insertEvents(connection, byId);
      }
      ids.keySet().forEach(key -> written.put(key, candidates.get(key)));
    }
    return outcomes(connection, journals, candidates.keySet(), written);
  }

  private static List<Posted> outcomes(
      Connection connection, List<Journal> journals, Set<Key> attempted, Map<Key, Journal> written)
      throws SQLException {
    Map<Key, Recorded> recorded = new HashMap<>();
    written.forEach((key, journal) -> recorded.put(key, Recorded.of(journal)));
    Set<Key> others = new LinkedHashSet<>();
    journals.stream().map(Key::of).filter(key -> !written.containsKey(key)).forEach(others::add);
    recorded.putAll(recorded(connection, others));
    List<Posted> outcomes = new ArrayList<>(journals.size());
    for (Journal journal : journals) {
      Key key = Key.of(journal);
      if (written.get(key) == journal) {
        outcomes.add(Posted.WRITTEN);
        written.remove(key);
      } else if (recorded.containsKey(key)) {
        outcomes.add(recorded.get(key).comparedWith(journal));
      } else if (attempted.contains(key)) {
        throw new IllegalStateException(
            "FIN-004 transaction %s was neither written nor found in the ledger; nothing of this batch was written, check that the transaction isolation is READ COMMITTED."
                .formatted(key.externalRef()));
      } else {
        outcomes.add(Posted.UNKNOWN_ACCOUNT);
      }
    }
    return outcomes;
  }

  /** What is known of a transaction that was recorded before. */
  private record Recorded(@Nullable String contentHash, @Nullable UUID eventId) {
    private static final Pattern VERSION = Pattern.compile("v([0-9]{1,9}):.*");

    static Recorded of(Journal journal) {
      return new Recorded(journal.content().hash(), journal.eventId());
    }

    /**
     * A hub that understood less may have recorded the event in an older version, which can say
     * less: no contradiction if the event was published in that version too.
     */
    Posted comparedWith(Journal journal) {
      if (journal.content().isSameAs(contentHash)) {
        return Posted.DUPLICATE;
      }
      boolean sameEvent = journal.eventId().equals(eventId);
      return sameEvent && isOtherVersion(journal) ? Posted.SUPERSEDED : Posted.CONFLICT;
    }

    private boolean isOtherVersion(Journal journal) {
      Matcher version = VERSION.matcher(contentHash == null ? "" : contentHash);
      if (!version.matches()) {
        return false;
      }
      int recorded = Integer.parseInt(version.group(1));
      return recorded != journal.eventVersion()
          && journal.content().publishedIn().contains(recorded);
    }
  }

  private static Map<Key, Long> insertJournals(
      Connection connection, String lock, List<Journal> journals) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(lock + INSERT_JOURNALS)) {
      setArray(insert, 1, "date", journals, journal -> journal.date().toString());
      setArray(insert, 2, "text", journals, Journal::description);
      setArray(insert, 3, "text", journals, Journal::source);
      setArray(insert, 4, "text", journals, Journal::externalRef);
      setArray(insert, 5, "text", journals, Journal::currency);
      setArray(insert, 6, "uuid", journals, Journal::eventId);
      setArray(insert, 7, "text", journals, Journal::eventType);
      setArray(insert, 8, "int4", journals, Journal::eventVersion);
      setArray(insert, 9, "text", journals, Journal::correlationId);
      setArray(insert, 10, "text", journals, journal -> journal.content().hash());
      Map<Key, Long> ids = new HashMap<>();
      try (ResultSet rows = resultAfterLock(insert)) {
        while (rows.next()) {
          ids.put(new Key(rows.getString(2), rows.getString(3)), rows.getLong(1));
        }
      }
      return ids;
    }
  }

  private record Line(long journal, int number, JournalLine line) {}

  private static void insertLines(Connection connection, Map<Long, Journal> byId)
      throws SQLException {
    List<Line> lines = new ArrayList<>();
    byId.forEach(
        (id, journal) -> {
          int number = 0;
          for (JournalLine line : journal.lines()) {
            lines.add(new Line(id, ++number, line));
          }
        });
    try (PreparedStatement insert = connection.prepareStatement(INSERT_LINES)) {
      setArray(insert, 1, "int8", lines, Line::journal);
      setArray(insert, 2, "int4", lines, Line::number);
      setArray(insert, 3, "text", lines, line -> line.line().account());
      setArray(insert, 4, "numeric", lines, line -> line.line().debit());
      setArray(insert, 5, "numeric", lines, line -> line.line().credit());
      setArray(insert, 6, "text", lines, line -> line.line().description());
      insert.executeUpdate();
    }
  }

  private static void insertEvents(Connection connection, Map<Long, Journal> byId)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT_EVENTS)) {
      setArray(insert, 1, "text", byId.keySet(), String::valueOf);
      setArray(insert, 2, "text", byId.entrySet(), JdbcJournals::announcement);
      setArray(insert, 3, "text", byId.values(), Journal::correlationId);
      setArray(insert, 4, "text", byId.values(), Journal::traceparent);
      insert.executeUpdate();
    }
  }

  /** The domain event {@code JournalPosted}; its form is mappings/finance/journal-posted. */
  private static String announcement(Map.Entry<Long, Journal> posted) {
    Journal journal = posted.getValue();
    ObjectNode event = JSON.objectNode();
    event.put("journalId", posted.getKey());
    event.put("source", journal.source());
    event.put("reference", journal.externalRef());
    event.put("journalDate", journal.date().toString());
    event.put("currency", journal.currency());
    event.put("totalDebit", journal.totalDebit());
    event.put("totalCredit", journal.totalCredit());
    event.put("eventId", journal.eventId().toString());
    event.put("eventType", journal.eventType());
    event.put("eventVersion", journal.eventVersion());
    if (journal.correlationId() != null) {
      event.put("correlationId", journal.correlationId());
    }
    return new String(StrictJson.write(event), StandardCharsets.UTF_8);
  }

  private static List<Key> insertSeen(Connection connection, String lock, List<Journal> journals)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(lock + INSERT_SEEN)) {
      setArray(insert, 1, "text", journals, Journal::source);
      setArray(insert, 2, "text", journals, Journal::externalRef);
      setArray(insert, 3, "uuid", journals, Journal::eventId);
      setArray(insert, 4, "text", journals, journal -> journal.content().hash());
      List<Key> keys = new ArrayList<>();
      try (ResultSet rows = resultAfterLock(insert)) {
        while (rows.next()) {
          keys.add(new Key(rows.getString(1), rows.getString(2)));
        }
      }
      return keys;
    }
  }

  /** Those of the transactions that are in one of the two tables. */
  private static Map<Key, Recorded> recorded(Connection connection, Collection<Key> keys)
      throws SQLException {
    Map<Key, Recorded> found = new HashMap<>();
    if (keys.isEmpty()) {
      return found;
    }
    try (PreparedStatement query = connection.prepareStatement(RECORDED)) {
      setArray(query, 1, "text", keys, Key::source);
      setArray(query, 2, "text", keys, Key::externalRef);
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found.put(
              new Key(rows.getString(1), rows.getString(2)),
              new Recorded(rows.getString(3), rows.getObject(4, UUID.class)));
        }
      }
    }
    return found;
  }

  /** Lock and statement travel together; the lock's own result is of no interest. */
  private static ResultSet resultAfterLock(PreparedStatement statement) throws SQLException {
    statement.execute();
    statement.getMoreResults();
    return statement.getResultSet();
  }

  private static <T> void setArray(
      PreparedStatement statement,
      int position,
      String type,
      Collection<T> rows,
      Function<T, ? extends @Nullable Object> column)
      throws SQLException {
    Object[] values = rows.stream().map(column).toArray();
    statement.setArray(position, statement.getConnection().createArrayOf(type, values));
  }
}
