package io.tallyline.eventstore;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Names;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.Outgoing;
import io.tallyline.delivery.PublishFailed;
import io.tallyline.delivery.SentAgain;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Sends what waits in {@code hub.resend}, in order, and clears it once the broker has confirmed it.
 * One process at a time does so. A message that the broker does not take holds up no other: it is
 * tried again later and later.
 */
public final class SendResends implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SendResends.class);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

  private static final String ALONE = "SELECT pg_try_advisory_xact_lock(1413565516, 6)";

  /** As many as fit; the first one whatever its size. */
  private static final String CLAIM =
      """
      SELECT c.seq, c.queue, c.routing_key, c.mark, c.attempts,
             coalesce(r.properties, e.properties) AS properties,
             coalesce(r.headers, e.headers) AS headers, coalesce(r.body, e.body) AS body
        FROM (SELECT d.*, sum(d.size) OVER (ORDER BY d.seq) AS total, row_number() OVER (ORDER BY d.seq) AS place
                FROM (SELECT r.seq, r.queue, r.routing_key, r.mark, r.attempts, r.event_id, r.event_month,
                             octet_length(coalesce(r.body, e.body)) AS size
                        FROM hub.resend r
                        LEFT JOIN hub.stored_event e ON e.month = r.event_month AND e.id = r.event_id
                       WHERE r.due_at <= now() ORDER BY r.seq LIMIT :most) d) c
        JOIN hub.resend r ON r.seq = c.seq
        LEFT JOIN hub.stored_event e ON e.month = c.event_month AND e.id = c.event_id
       WHERE c.place = 1 OR c.total <= :bytes
       ORDER BY c.seq
      """;

  private static final int LARGEST_BATCH = 32 << 20;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final ConfirmedPublisher publisher;
  private final Set<String> returns;
  private final int batchSize;
  private final Counter sent;
  private final Counter refused;
  private final AtomicLong waiting = new AtomicLong();
  private volatile boolean closed;

  /**
   * @param publisher closed with this object
   * @param returns queues that are bound to hub.return
   */
  SendResends(
      DataSource store,
      ConfirmedPublisher publisher,
      Set<String> returns,
      int batchSize,
      MeterRegistry meters) {
    this.jdbc = JdbcClient.create(store);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.publisher = publisher;
    this.returns = Set.copyOf(returns);
    this.batchSize = batchSize;
    this.sent = counter(meters, "sent");
    this.refused = counter(meters, "refused");
    Gauge.builder("hub.event-store.resends.waiting", waiting, AtomicLong::get)
        .description("messages that are to be sent again")
        .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String outcome) {
    return Counter.builder("hub.event-store.resends")
        .description("messages sent again")
        .tag("outcome", outcome)
        .register(meters);
  }

  private record Waiting(
      long seq,
      String queue,
      String routingKey,
      String mark,
      int attempts,
      JsonNode properties,
      JsonNode headers,
      byte[] body) {}

  /**
   * Sends batch after batch until nothing is left, the broker takes no more or the hub stops.
   *
   * @return how many were sent
   */
  public int send() {
    int all = 0;
    int batch;
    do {
      batch = sendBatch();
      all += batch;
    } while (batch > 0 && !closed);
    waiting.set(jdbc.sql("SELECT count(*) FROM hub.resend").query(Long.class).single());
    return all;
  }

  private int sendBatch() {
    Integer count =
        transaction.execute(
            status -> {
              if (!jdbc.sql(ALONE).query(Boolean.class).single()) {
                return 0;
              }
              List<Waiting> batch = claim();
              return batch.isEmpty() ? 0 : send(batch);
            });
    return count == null ? 0 : count;
  }

  private List<Waiting> claim() {
    return jdbc.sql(CLAIM)
        .param("most", batchSize)
        .param("bytes", LARGEST_BATCH)
        .query(SendResends::waiting)
        .list();
  }

  private static Waiting waiting(ResultSet row, int number) throws SQLException {
    return new Waiting(
        row.getLong("seq"),
        row.getString("queue"),
        row.getString("routing_key"),
        row.getString("mark"),
        row.getInt("attempts"),
        JdbcEvents.json(row.getString("properties")),
        JdbcEvents.json(row.getString("headers")),
        row.getBytes("body"));
  }

  private int send(List<Waiting> batch) {
    List<Outgoing> messages = batch.stream().map(this::outgoing).toList();
    try {
      publisher.publish(messages);
      clear(batch);
      return batch.size();
    } catch (PublishFailed failed) {
      return settle(batch, failed);
    }
  }

  private Outgoing outgoing(Waiting row) {
    return SentAgain.to(row.queue(), returns, row.routingKey(), row.mark(), message(row));
  }

  /** As it would have been received from erp.events, so that nothing in it counts as the hub's. */
  private static Message message(Waiting row) {
    MessageProperties properties = new MessageProperties();
    JsonNode kept = row.properties();
    properties.setContentType(kept.path("content-type").textValue());
    properties.setContentEncoding(kept.path("content-encoding").textValue());
    properties.setCorrelationId(kept.path("correlation-id").textValue());
    properties.setMessageId(kept.path("message-id").textValue());
    properties.setType(kept.path("type").textValue());
    properties.setAppId(kept.path("app-id").textValue());
    if (kept.path("timestamp").isIntegralNumber()) {
      properties.setTimestamp(new Date(kept.get("timestamp").longValue() * 1_000));
    }
    properties.setReceivedExchange(Names.EVENTS_EXCHANGE);
    properties.setReceivedRoutingKey(row.routingKey());
    properties.getHeaders().putAll(HeaderJson.toMap(row.headers()));
    return new Message(row.body(), properties);
  }

  private void clear(List<Waiting> rows) {
    jdbc.sql("DELETE FROM hub.resend WHERE seq = ANY (:rows)")
        .param("rows", rows.stream().map(Waiting::seq).toArray(Long[]::new))
        .update();
    sent.increment(rows.size());
  }

  /** What the broker has is cleared; what it refused waits for its next turn. */
  private int settle(List<Waiting> batch, PublishFailed failed) {
    List<Waiting> confirmed = new ArrayList<>();
    List<Waiting> others = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      (failed.isConfirmed(i) ? confirmed : others).add(batch.get(i));
    }
    clear(confirmed);
    switch (failed.kind()) {
      case RETURNED, NACKED, REFUSED -> others.forEach(row -> postpone(row, failed));
      default -> log.warn("Messages to be sent again wait: {}", failed.getMessage());
    }
    return confirmed.size();
  }

  private void postpone(Waiting row, PublishFailed failed) {
    long seconds = Math.min(1L << Math.min(row.attempts(), 20), LONGEST_WAIT.toSeconds());
    jdbc.sql(
            """
            UPDATE hub.resend SET attempts = attempts + 1, error = :error,
                   due_at = now() + make_interval(secs => :seconds) WHERE seq = :seq
            """)
        .param("error", String.valueOf(failed.getMessage()))
        .param("seconds", seconds)
        .param("seq", row.seq())
        .update();
    refused.increment();
    log.warn(
        "EVT-002 the broker does not take a message for {} ({}): {}. It is tried again in {} s.",
        row.queue(),
        row.mark(),
        failed.getMessage(),
        seconds);
  }

  @Override
  public void close() {
    closed = true;
    publisher.close();
  }
}
