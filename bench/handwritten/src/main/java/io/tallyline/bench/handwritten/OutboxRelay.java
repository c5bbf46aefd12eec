package io.tallyline.bench.handwritten;

import com.rabbitmq.client.AMQP;
import io.tallyline.bench.shared.Refused;
import io.tallyline.bench.shared.Sale;
import io.tallyline.bench.shared.Topology;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/** Claims a page of the outbox, publishes it, waits for the confirms, deletes it; and again. */
final class OutboxRelay {
  private static final int PAGE = 1_000;
  private static final int POLL_MILLIS = 1_000;

  /**
   * An outbox and what becomes of its rows.
   *
   * @param module whose it is: its schema, and the source of its messages
   * @param eventType the only one it holds
   * @param key of the messages, by which they are routed
   * @param notifications the channel that PostgreSQL notifies
   */
  record Kind(
      String module, String eventType, String key, String notifications, Translation translation) {
    static final Kind SALES =
        new Kind(
            "inventory",
            "SalesTransactionCreated",
            Sale.KEY,
            "hub_outbox",
            (payload, occurredAt) -> Sale.ofEvent(payload).toMessage(occurredAt));
    static final Kind ANNOUNCEMENTS =
        new Kind(
            "finance",
            "JournalPosted",
            Announcement.KEY,
            "hub_finance_outbox",
            Announcement::message);

    String claim() {
      return """
      SELECT seq, event_id, aggregate_id, event_type, payload::text, correlation_id, traceparent,
             occurred_at
        FROM %s.outbox_event ORDER BY seq LIMIT ?
      """
          .formatted(module);
    }

    String clear() {
      return "DELETE FROM " + module + ".outbox_event WHERE seq = ANY (?)";
    }

    String deadQueue() {
      return module + ".outbox.dead";
    }
  }

  /** From payload to message. */
  interface Translation {
    byte[] translate(String payload, Instant occurredAt) throws Refused;
  }

  private final Kind kind;
  private final String url;
  private final String user;
  private final String password;
  private final ConfirmedChannel channel;

  OutboxRelay(Kind kind, String url, String user, String password, ConfirmedChannel channel) {
    this.kind = kind;
    this.url = url;
    this.user = user;
    this.password = password;
    this.channel = channel;
  }

  /** Ends with the process, or when database or broker go away: then somebody starts it again. */
  void run() {
    try (Connection ears = DriverManager.getConnection(url, user, password);
        Connection work = DriverManager.getConnection(url, user, password)) {
      PGConnection notifications = ears.unwrap(PGConnection.class);
      try (var statement = ears.createStatement()) {
        statement.execute("LISTEN " + kind.notifications());
      }
      // One relay at a time keeps the order; the lock lasts as long as the connection.
      try (var statement = work.createStatement()) {
        statement.execute("SELECT pg_advisory_lock(hashtext('" + kind.module() + "'))");
      }
      while (true) {
        if (relayPage(work) < PAGE) {
          notifications.getNotifications(POLL_MILLIS);
        }
      }
    } catch (SQLException | IOException failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  private int relayPage(Connection database) throws SQLException, IOException {
    List<Long> seqs = new ArrayList<>(PAGE);
    try (PreparedStatement claim = database.prepareStatement(kind.claim())) {
      claim.setInt(1, PAGE);
      try (ResultSet rows = claim.executeQuery()) {
        while (rows.next()) {
          publish(rows);
          seqs.add(rows.getLong(1));
        }
      }
    }
    if (seqs.isEmpty()) {
      return 0;
    }
    channel.awaitConfirms();
    try (PreparedStatement clear = database.prepareStatement(kind.clear())) {
      clear.setArray(1, database.createArrayOf("bigint", seqs.toArray()));
      clear.executeUpdate();
    }
    return seqs.size();
  }

  private void publish(ResultSet row) throws SQLException, IOException {
    String eventId = row.getString(2);
    String payload = row.getString(5);
    Instant occurredAt = row.getObject(8, OffsetDateTime.class).toInstant();
    var properties =
        new AMQP.BasicProperties.Builder()
            .deliveryMode(2)
            .contentType("application/json")
            .messageId(eventId)
            .correlationId(row.getString(6))
            .type(kind.key())
            .timestamp(Date.from(occurredAt))
            .appId(kind.module())
            .headers(headers(eventId, row.getString(3), occurredAt, row.getString(7)))
            .build();
    try {
      if (!row.getString(4).equals(kind.eventType())) {
        throw new Refused("unsupported-type", row.getString(4));
      }
      byte[] message = kind.translation().translate(payload, occurredAt);
      channel.publish(Topology.EVENTS, kind.key(), properties, message);
    } catch (Refused refused) {
      byte[] body = payload.getBytes(StandardCharsets.UTF_8);
      channel.publishDead(kind.deadQueue(), properties, body, refused.reason());
    }
  }

  private Map<String, Object> headers(
      String eventId, String aggregateId, Instant occurredAt, String traceparent) {
    Map<String, Object> headers = new HashMap<>();
    headers.put("hub-versions", "v1");
    headers.put("cloudEvents:specversion", "1.0");
    headers.put("cloudEvents:id", eventId);
    headers.put("cloudEvents:source", "/" + kind.module());
    headers.put("cloudEvents:type", kind.key());
    headers.put("cloudEvents:time", occurredAt.toString());
    headers.put("cloudEvents:subject", aggregateId);
    headers.put("cloudEvents:dataschema", "urn:tallyline:schema:" + kind.key());
    if (traceparent != null) {
      headers.put("traceparent", traceparent);
    }
    return headers;
  }
}
