package io.tallyline.eventstore;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.DatabaseFailure;
import io.tallyline.delivery.ServerAway;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Message;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes a batch of messages into the event store: one statement, each message once however often
 * it is delivered.
 */
public final class StoreEvents {
  private static final Logger log = LoggerFactory.getLogger(StoreEvents.class);

  /** Whoever wants to know that no lower number can appear any more takes it alone. */
  static final String WRITING = "SELECT pg_advisory_xact_lock_shared(1413565516, 5);\n";

  /**
   * The same message may come twice around the turn of a month, or from the time before a restored
   * backup: the month before is looked at too.
   */
  private static final String INSERT =
      """
      INSERT INTO hub.stored_event (month, received_at, fingerprint, routing_key, name, version,
             message_id, correlation_id, aggregate_id, occurred_at, properties, headers, body)
      SELECT ?::date, ?::timestamptz, n.fingerprint, n.routing_key, n.name, n.version,
             n.message_id, n.correlation_id, n.aggregate_id, n.occurred_at,
             n.properties::jsonb, n.headers::jsonb, n.body
        FROM unnest(?::bytea[], ?::text[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[],
                    ?::timestamptz[], ?::text[], ?::text[], ?::bytea[]) WITH ORDINALITY
             AS n(fingerprint, routing_key, name, version, message_id, correlation_id,
                  aggregate_id, occurred_at, properties, headers, body, place)
       WHERE NOT EXISTS (SELECT FROM hub.stored_event e
                          WHERE e.month = ?::date AND e.fingerprint = n.fingerprint)
       ORDER BY n.place
      ON CONFLICT (month, fingerprint) DO NOTHING
      """;

  /** One statement holds no more than this, whatever the batch. */
  private static final long LARGEST_STATEMENT = 32L << 20;

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final InstantSource clock;
  private final Counter stored;
  private final Counter repeated;
  private final DistributionSummary batches;
  private volatile @Nullable LocalDate ready;

  StoreEvents(DataSource store, InstantSource clock, MeterRegistry meters) {
    this.jdbc = new JdbcTemplate(store);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.clock = clock;
    this.stored = counter(meters, "stored");
    this.repeated = counter(meters, "duplicate");
    this.batches =
        DistributionSummary.builder("hub.event-store.batch")
            .description("messages in a batch of the event store")
            .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("hub.event-store.events")
        .description("messages that the event store took")
        .tag("outcome", outcome)
        .register(meters);
  }

  /**
   * Returns when every message of the batch is durable.
   *
   * @throws ServerAway EVT-001 while the database is away: the batch goes back to its queue
   */
  public void store(List<Message> messages) {
    batches.record(messages.size());
    List<EventRow> portion = new ArrayList<>();
    long bytes = 0;
    for (Message message : messages) {
      EventRow row = EventRow.of(message);
      portion.add(row);
      bytes += row.body().length;
      if (bytes > LARGEST_STATEMENT) {
        insert(portion);
        portion.clear();
        bytes = 0;
      }
    }
    insert(portion);
  }

  private void insert(List<EventRow> rows) {
    if (rows.isEmpty()) {
      return;
    }
    List<EventRow> distinct = distinct(rows);
    try {
      Instant now = clock.instant();
      LocalDate month = month(now);
      makeReady(month);
      ConnectionCallback<Integer> insert = connection -> insert(connection, month, now, distinct);
      int inserted = Objects.requireNonNull(transaction.execute(status -> jdbc.execute(insert)));
      stored.increment(inserted);
      repeated.increment(rows.size() - inserted);
    } catch (RuntimeException failure) {
      throw asAway(failure, () -> "EVT-001 the hub's database cannot be worked with: ");
    }
  }

  static RuntimeException asAway(RuntimeException failure, Supplier<String> sentence) {
    return DatabaseFailure.isAway(failure)
        ? new ServerAway(sentence.get() + DatabaseFailure.inWords(failure), failure)
        : failure;
  }

  /** A statement may not meet the same row twice. */
  private static List<EventRow> distinct(List<EventRow> rows) {
    Map<String, EventRow> distinct = new LinkedHashMap<>();
    for (EventRow row : rows) {
      distinct.putIfAbsent(java.util.HexFormat.of().formatHex(row.fingerprint()), row);
    }
    return List.copyOf(distinct.values());
  }

  static LocalDate month(Instant time) {
    return time.atZone(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1);
  }

  /** This month and the next one, so that midnight finds its partition there. */
  private void makeReady(LocalDate month) {
    if (month.equals(ready)) {
      return;
    }
    for (LocalDate wanted : List.of(month, month.plusMonths(1))) {
      Boolean made = jdbc.queryForObject("SELECT hub.make_event_month(?)", Boolean.class, wanted);
      if (Boolean.TRUE.equals(made)) {
        log.info("The event store has room for {}-{}", wanted.getYear(), wanted.getMonthValue());
      }
    }
    ready = month;
  }

  private static int insert(
      Connection connection, LocalDate month, Instant now, List<EventRow> rows)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(WRITING + INSERT)) {
      insert.setObject(1, month);
      insert.setTimestamp(2, Timestamp.from(now));
      set(insert, 3, "bytea", rows, EventRow::fingerprint);
      set(insert, 4, "text", rows, EventRow::routingKey);
      set(insert, 5, "text", rows, EventRow::name);
      set(insert, 6, "int4", rows, EventRow::version);
      set(insert, 7, "text", rows, EventRow::messageId);
      set(insert, 8, "text", rows, EventRow::correlationId);
      set(insert, 9, "text", rows, EventRow::aggregateId);
      set(insert, 10, "text", rows, row -> text(row.occurredAt()));
      set(insert, 11, "text", rows, EventRow::properties);
      set(insert, 12, "text", rows, EventRow::headers);
      set(insert, 13, "bytea", rows, EventRow::body);
      insert.setObject(14, month.minusMonths(1));
      insert.execute();
      insert.getMoreResults();
      return insert.getUpdateCount();
    }
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private static void set(
      PreparedStatement statement,
      int position,
      String type,
      List<EventRow> rows,
      Function<EventRow, ? extends @Nullable Object> column)
      throws SQLException {
    Object[] values =
        type.equals("bytea")
            ? rows.stream().map(column).toArray(byte[][]::new)
            : rows.stream().map(column).toArray();
    statement.setArray(position, statement.getConnection().createArrayOf(type, values));
  }
}
