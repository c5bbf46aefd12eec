package io.tallyline.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An inventory module for tests: records domain events as a producer would, with plain SQL. */
public final class Outbox {
  private static final String INSERT =
      "INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload,"
          + " correlation_id) VALUES ('InventoryTransaction', ?, ?, ?::jsonb, ?)";

  private final DataSource owner;

  public Outbox(DataSource owner) {
    this.owner = owner;
  }

  /** One row in a transaction of its own. */
  public void record(String aggregateId, String eventType, String payload) {
    try (Connection connection = owner.getConnection()) {
      record(connection, aggregateId, eventType, payload);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** One row in the caller's transaction. */
  public static void record(
      Connection connection, String aggregateId, String eventType, String payload)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      insert.setString(1, aggregateId);
      insert.setString(2, eventType);
      insert.setString(3, payload);
      insert.setString(4, "test-" + aggregateId);
      insert.executeUpdate();
    }
  }

  /** Sales of one line each, quantity 1, price and cost as given; returns their ids. */
  public List<String> recordSales(int count, String price, String cost) {
    List<String> ids =
        java.util.stream.Stream.generate(() -> UUID.randomUUID().toString()).limit(count).toList();
    try (Connection connection = owner.getConnection();
        PreparedStatement insert = connection.prepareStatement(INSERT)) {
      connection.setAutoCommit(false);
      for (String id : ids) {
        insert.setString(1, id);
        insert.setString(2, "SalesTransactionCreated");
        insert.setString(3, sale(id, 1, "1", price, cost));
        insert.setString(4, "test-" + id);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
    return ids;
  }

  /** A row that no queue takes: 70 MiB as text, though PostgreSQL keeps it in less than one. */
  public void recordImmovable() {
    JdbcClient.create(owner)
        .sql(
            """
            INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type, payload)
            VALUES ('InventoryTransaction', 'x', 'SalesTransactionCreated',
                    jsonb_build_object('note', repeat('x', 70 * 1024 * 1024)))
            """)
        .update();
  }

  /** As somebody does who has read the alert's runbook. */
  public void deleteAll() {
    JdbcClient.create(owner).sql("DELETE FROM inventory.outbox_event").update();
  }

  public long rows() {
    return JdbcClient.create(owner)
        .sql("SELECT count(*) FROM inventory.outbox_event")
        .query(Long.class)
        .single();
  }

  /** A sale as a domain event, all lines alike. */
  public static String sale(String id, int lines, String quantity, String price, String cost) {
    String line =
        """
        {"itemId":"3d7f6a0c-58f1-4d3c-9e0a-0d2f6b1a7c11","item":{"itemNumber":"LAMP-7"},\
        "quantity":%s,"unitOfMeasure":{"symbol":"EA"},"unitSellingPrice":%s,"unitCost":%s}"""
            .formatted(quantity, price, cost);
    return """
        {"id":"%s","type":"Sales","transactionDate":"2025-03-04T05:06:07Z","currency":"USD",\
        "salesDetails":{"customerId":"8c3b2a10-6f1d-4a56-8f8b-2f8a6f0b9d21","salesOrderNumber":"SO-1"},\
        "lines":[%s]}"""
        .formatted(id, String.join(",", java.util.Collections.nCopies(lines, line)));
  }
}
