package io.tallyline.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.StoredEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of the event store in the plainest statements, and a way to put events into it. */
public final class TableEvents implements Events {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A corrected copy stands in the place of its original. */
  private static final String SELECTED =
      """
        FROM hub.stored_event o
        JOIN hub.stored_event e
          ON e.id = CASE WHEN :latest
                         THEN coalesce((SELECT max(r.id) FROM hub.stored_event r
                                         WHERE r.revision_of = o.id), o.id)
                         ELSE o.id END
       WHERE (NOT :latest OR o.revision_of IS NULL)
         AND (cardinality(:names::text[]) = 0 OR o.name = ANY (:names))
         AND (cardinality(:versions::int[]) = 0 OR o.version = ANY (:versions))
         AND (cardinality(:aggregates::text[]) = 0 OR o.aggregate_id = ANY (:aggregates))
         AND (cardinality(:correlations::text[]) = 0 OR o.correlation_id = ANY (:correlations))
         AND (cardinality(:messages::text[]) = 0 OR o.message_id = ANY (:messages))
         AND (:from::timestamptz IS NULL OR o.received_at >= :from::timestamptz)
         AND (:to::timestamptz IS NULL OR o.received_at < :to::timestamptz)
         AND o.id <= :upTo
      """;

  private final JdbcClient jdbc;

  public TableEvents(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  /**
   * Stores an event.
   *
   * @param versions the header hub-versions
   * @return its number
   */
  public long store(
      String routingKey,
      String messageId,
      String aggregateId,
      String versions,
      Instant receivedAt,
      String body) {
    LocalDate month = LocalDate.ofInstant(receivedAt, ZoneOffset.UTC).withDayOfMonth(1);
    jdbc.sql("SELECT hub.make_event_month(:month)").param("month", month).query().singleRow();
    int dot = routingKey.lastIndexOf(".v");
    return jdbc.sql(
            """
            INSERT INTO hub.stored_event (month, received_at, fingerprint, routing_key, name, version,
                   message_id, correlation_id, aggregate_id, properties, headers, body)
            VALUES (:month, :at, sha256(:unique), :key, :name, :version, :message, :correlation,
                    :aggregate, '{"content-type":"application/json"}',
                    jsonb_build_object('hub-versions', :versions::text), :body)
            RETURNING id
            """)
        .param("month", month)
        .param("at", Timestamp.from(receivedAt))
        .param("unique", UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8))
        .param("key", routingKey)
        .param("name", routingKey.substring(0, dot))
        .param("version", Integer.parseInt(routingKey.substring(dot + 2)))
        .param("message", messageId)
        .param("correlation", "of " + messageId)
        .param("aggregate", aggregateId)
        .param("versions", versions)
        .param("body", body.getBytes(StandardCharsets.UTF_8))
        .query(Long.class)
        .single();
  }

  private JdbcClient.StatementSpec sql(
      String head, EventFilter filter, long upTo, String tail) {
    return jdbc.sql(head + SELECTED + tail)
        .param("latest", filter.latest())
        .param("names", filter.names().toArray(String[]::new))
        .param("versions", filter.versions().toArray(Integer[]::new))
        .param("aggregates", filter.aggregateIds().toArray(String[]::new))
        .param("correlations", filter.correlationIds().toArray(String[]::new))
        .param("messages", filter.messageIds().toArray(String[]::new))
        .param("from", filter.from() == null ? null : filter.from().toString())
        .param("to", filter.to() == null ? null : filter.to().toString())
        .param("upTo", upTo);
  }

  @Override
  public List<StoredEvent> find(EventFilter filter, long after, long upTo, int limit) {
    return sql("SELECT e.*", filter, upTo, " AND o.id > :after ORDER BY o.id LIMIT :limit")
        .param("after", after)
        .param("limit", limit)
        .query(TableEvents::event)
        .list();
  }

  @Override
  public List<StoredEvent> newest(EventFilter filter, long before, int limit) {
    return sql("SELECT e.*", filter, before - 1, " ORDER BY o.id DESC LIMIT :limit")
        .param("limit", limit)
        .query(TableEvents::event)
        .list();
  }

  @Override
  public long count(EventFilter filter, long upTo, long most) {
    return Math.min(
        most, sql("SELECT count(*)", filter, upTo, "").query(Long.class).single());
  }

  @Override
  public Optional<StoredEvent> one(long id) {
    return jdbc.sql("SELECT * FROM hub.stored_event WHERE id = :id")
        .param("id", id)
        .query(TableEvents::event)
        .optional();
  }

  @Override
  public List<StoredEvent> revisions(long id) {
    return jdbc.sql("SELECT * FROM hub.stored_event WHERE revision_of = :id ORDER BY id")
        .param("id", id)
        .query(TableEvents::event)
        .list();
  }

  @Override
  public OptionalLong settledUpTo() {
    long last =
        jdbc.sql("SELECT coalesce(max(id), 0) FROM hub.stored_event").query(Long.class).single();
    return last == 0 ? OptionalLong.empty() : OptionalLong.of(last);
  }

  @Override
  public long revise(long id, byte[] body) {
    return jdbc.sql(
            """
            INSERT INTO hub.stored_event (month, received_at, fingerprint, routing_key, name, version,
                   message_id, correlation_id, aggregate_id, revision_of, properties, headers, body)
            SELECT month, received_at, sha256(:body), routing_key, name, version, message_id,
                   correlation_id, aggregate_id, id, properties, headers, :body
              FROM hub.stored_event WHERE id = :id
            RETURNING id
            """)
        .param("id", id)
        .param("body", body)
        .query(Long.class)
        .single();
  }

  private static StoredEvent event(ResultSet row, int number) throws SQLException {
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
        null,
        row.getObject("revision_of", Long.class),
        json(row.getString("properties")),
        json(row.getString("headers")),
        row.getBytes("body"));
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
