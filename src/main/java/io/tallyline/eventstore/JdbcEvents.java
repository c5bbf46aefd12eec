package io.tallyline.eventstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The event store in PostgreSQL. */
public final class JdbcEvents implements Events {
  static final String COLUMNS =
      """
      e.id, e.month, e.received_at, e.routing_key, e.name, e.version, e.message_id,
      e.correlation_id, e.aggregate_id, e.occurred_at, e.revision_of, e.properties, e.headers,
      e.body""";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** Nobody's search may hold up the store. */
  private static final String BOUNDED = "SET LOCAL statement_timeout = '30s'";

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final InstantSource clock;

  public JdbcEvents(DataSource store, InstantSource clock) {
    this.jdbc = JdbcClient.create(store);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.clock = clock;
  }

  /** A condition in SQL, and what stands in it. */
  private record Where(String sql, Map<String, Object> values) {
    static Where of(EventFilter filter) {
      List<String> all = new ArrayList<>();
      Map<String, Object> values = new LinkedHashMap<>();
      any(all, values, "name", filter.names().toArray(String[]::new));
      any(all, values, "version", filter.versions().toArray(Integer[]::new));
      any(all, values, "aggregate_id", filter.aggregateIds().toArray(String[]::new));
      any(all, values, "correlation_id", filter.correlationIds().toArray(String[]::new));
      any(all, values, "message_id", filter.messageIds().toArray(String[]::new));
      if (filter.from() != null) {
        all.add("e.received_at >= :from AND e.month >= :fromMonth");
        values.put("from", Timestamp.from(filter.from()));
        values.put("fromMonth", StoreEvents.month(filter.from()));
      }
      if (filter.to() != null) {
        all.add("e.received_at < :to AND e.month <= :toMonth");
        values.put("to", Timestamp.from(filter.to()));
        values.put("toMonth", StoreEvents.month(filter.to()));
      }
      if (filter.text() != null) {
        all.add("position(:text IN e.body) > 0");
        values.put("text", filter.text().getBytes(StandardCharsets.UTF_8));
      }
      if (filter.latest()) {
        all.add("e.revision_of IS NULL");
      }
      return new Where(all.isEmpty() ? "true" : String.join(" AND ", all), values);
    }

    private static void any(
        List<String> all, Map<String, Object> values, String column, Object[] wanted) {
      if (wanted.length == 1) {
        // Plain equality: its plan is known to be right, whatever the statistics.
        all.add("e.%1$s = :%1$s".formatted(column));
        values.put(column, wanted[0]);
      } else if (wanted.length > 1) {
        all.add("e.%1$s = ANY (:%1$s)".formatted(column));
        values.put(column, wanted);
      }
    }
  }

  @Override
  public List<StoredEvent> find(EventFilter filter, long after, long upTo, int limit) {
    return query(filter, "e.id > :after AND e.id <= :upTo", "ASC", after, upTo, limit);
  }

  @Override
  public List<StoredEvent> newest(EventFilter filter, long before, int limit) {
    return query(filter, "e.id > :after AND e.id < :upTo", "DESC", 0, before, limit);
  }

  private List<StoredEvent> query(
      EventFilter filter, String range, String order, long after, long upTo, int limit) {
    if (limit < 1 || limit > MOST) {
      throw new IllegalArgumentException("a page has 1 to %d events: %d".formatted(MOST, limit));
    }
    Where where = Where.of(filter);
    String sql =
        "SELECT %s FROM hub.stored_event e WHERE %s AND %s ORDER BY e.id %s LIMIT :limit"
            .formatted(COLUMNS, where.sql(), range, order);
    List<StoredEvent> found =
        bounded(
            () ->
                jdbc.sql(sql)
                    .params(where.values())
                    .param("after", after)
                    .param("upTo", upTo)
                    .param("limit", limit)
                    .query(JdbcEvents::event)
                    .list());
    return filter.latest() ? latest(found) : found;
  }

  /** How PostgreSQL would search for the newest of these, as it says itself. */
  List<String> plan(EventFilter filter) {
    Where where = Where.of(filter);
    return jdbc.sql(
            "EXPLAIN SELECT %s FROM hub.stored_event e WHERE %s ORDER BY e.id DESC LIMIT 100"
                .formatted(COLUMNS, where.sql()))
        .params(where.values())
        .query(String.class)
        .list();
  }

  private <T> T bounded(java.util.function.Supplier<T> query) {
    return Objects.requireNonNull(
        transaction.execute(
            status -> {
              jdbc.sql(BOUNDED).update();
              return query.get();
            }));
  }

  /** Each original replaced by its latest revision, in the same place. */
  private List<StoredEvent> latest(List<StoredEvent> originals) {
    if (originals.isEmpty()) {
      return originals;
    }
    Map<Long, StoredEvent> revised = new LinkedHashMap<>();
    jdbc.sql(
            "SELECT %s FROM hub.stored_event e WHERE e.revision_of = ANY (:originals) ORDER BY e.id"
                .formatted(COLUMNS))
        .param("originals", originals.stream().map(StoredEvent::id).toArray(Long[]::new))
        .query(JdbcEvents::event)
        .list()
        .forEach(revision -> revised.put(revision.revisionOf(), revision));
    return originals.stream().map(event -> revised.getOrDefault(event.id(), event)).toList();
  }

  @Override
  public long count(EventFilter filter, long upTo, long most) {
    Where where = Where.of(filter);
    String sql =
        "SELECT count(*) FROM (SELECT FROM hub.stored_event e WHERE %s AND e.id <= :upTo LIMIT :most) c"
            .formatted(where.sql());
    return bounded(
        () ->
            jdbc.sql(sql)
                .params(where.values())
                .param("upTo", upTo)
                .param("most", most)
                .query(Long.class)
                .single());
  }

  @Override
  public Optional<StoredEvent> one(long id) {
    return jdbc.sql("SELECT %s FROM hub.stored_event e WHERE e.id = :id".formatted(COLUMNS))
        .param("id", id)
        .query(JdbcEvents::event)
        .optional();
  }

  @Override
  public List<StoredEvent> revisions(long id) {
    return jdbc.sql(
            "SELECT %s FROM hub.stored_event e WHERE e.revision_of = :id ORDER BY e.id LIMIT :most"
                .formatted(COLUMNS))
        .param("id", id)
        .param("most", MOST)
        .query(JdbcEvents::event)
        .list();
  }

  @Override
  public OptionalLong settledUpTo() {
    // Granted when whoever writes now has committed; what comes later has higher numbers.
    Long last =
        transaction.execute(
            status -> {
              jdbc.sql("SELECT pg_advisory_xact_lock(1413565516, 5)::text").query().singleRow();
              return jdbc.sql("SELECT coalesce(max(id), 0) FROM hub.stored_event")
                  .query(Long.class)
                  .single();
            });
    return last == null || last == 0 ? OptionalLong.empty() : OptionalLong.of(last);
  }

  @Override
  public long revise(long id, byte[] body) {
    StoredEvent event =
        one(id).orElseThrow(() -> new IllegalArgumentException("there is no stored event " + id));
    long original = event.revisionOf() == null ? id : event.revisionOf();
    Instant now = clock.instant();
    LocalDate month = StoreEvents.month(now);
    jdbc.sql("SELECT hub.make_event_month(:month)").param("month", month).query().singleRow();
    return jdbc.sql(
            """
            INSERT INTO hub.stored_event (month, received_at, fingerprint, routing_key, name,
                   version, message_id, correlation_id, aggregate_id, occurred_at, revision_of,
                   properties, headers, body)
            SELECT :month, :now, :fingerprint, e.routing_key, e.name, e.version, e.message_id,
                   e.correlation_id, e.aggregate_id, e.occurred_at, :original, e.properties,
                   e.headers, :body
              FROM hub.stored_event e WHERE e.id = :id
            RETURNING id
            """)
        .param("month", month)
        .param("now", Timestamp.from(now))
        .param("fingerprint", fingerprint(original, now, body))
        .param("original", original)
        .param("body", body)
        .param("id", id)
        .query(Long.class)
        .single();
  }

  /** Of its own: the same correction made twice is two revisions. */
  private static byte[] fingerprint(long original, Instant now, byte[] body) {
    var digest = EventRow.sha256();
    digest.update(
        ("revision of %d at %s:".formatted(original, now)).getBytes(StandardCharsets.UTF_8));
    return digest.digest(body);
  }

  static StoredEvent event(ResultSet row, int number) throws SQLException {
    return new StoredEvent(
        row.getLong("id"),
        row.getObject("month", LocalDate.class),
        row.getTimestamp("received_at").toInstant(),
        row.getString("routing_key"),
        row.getString("name"),
        row.getInt("version"),
        row.getString("message_id"),
        row.getString("correlation_id"),
        row.getString("aggregate_id"),
        instant(row.getTimestamp("occurred_at")),
        row.getObject("revision_of", Long.class),
        json(row.getString("properties")),
        json(row.getString("headers")),
        row.getBytes("body"));
  }

  private static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("jsonb that is no JSON", impossible);
    }
  }
}
