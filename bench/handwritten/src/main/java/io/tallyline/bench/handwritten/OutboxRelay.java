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
  private static final long LOCK = 20_241_001;
  private static final String CLAIM =
      """
      SELECT seq, event_id, aggregate_id, event_type, payload::text, correlation_id, traceparent,
             occurred_at
        FROM inventory.outbox_event ORDER BY seq LIMIT ?
      """;
  private static final String CLEAR = "DELETE FROM inventory.outbox_event WHERE seq = ANY (?)";

  private final String url;
  private final String user;
  private final String password;
  private final ConfirmedChannel channel;

  OutboxRelay(String url, String user, String password, ConfirmedChannel channel) {
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
        statement.execute("LISTEN hub_outbox");
      }
      // One relay at a time keeps the order; the lock lasts as long as the connection.
      try (var statement = work.createStatement()) {
        statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
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
    try (PreparedStatement claim = database.prepareStatement(CLAIM)) {
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
    try (PreparedStatement clear = database.prepareStatement(CLEAR)) {
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
            .type(Sale.KEY)
            .timestamp(Date.from(occurredAt))
            .appId("inventory")
            .headers(headers(eventId, row.getString(3), occurredAt, row.getString(7)))
            .build();
    try {
      if (!row.getString(4).equals("SalesTransactionCreated")) {
        throw new Refused("unsupported-type", row.getString(4));
      }
      byte[] message = Sale.ofEvent(payload).toMessage(occurredAt);
      channel.publish(Topology.EVENTS, Sale.KEY, properties, message);
    } catch (Refused refused) {
      byte[] body = payload.getBytes(StandardCharsets.UTF_8);
      channel.publishDead(Topology.OUTBOX_DEAD_QUEUE, properties, body, refused.reason());
    }
  }

  private static Map<String, Object> headers(
      String eventId, String aggregateId, Instant occurredAt, String traceparent) {
    Map<String, Object> headers = new HashMap<>();
    headers.put("hub-versions", "v1");
    headers.put("cloudEvents:specversion", "1.0");
    headers.put("cloudEvents:id", eventId);
    headers.put("cloudEvents:source", "/inventory");
    headers.put("cloudEvents:type", Sale.KEY);
    headers.put("cloudEvents:time", occurredAt.toString());
    headers.put("cloudEvents:subject", aggregateId);
    headers.put("cloudEvents:dataschema", "urn:tallyline:schema:" + Sale.KEY);
    if (traceparent != null) {
      headers.put("traceparent", traceparent);
    }
    return headers;
  }
}
