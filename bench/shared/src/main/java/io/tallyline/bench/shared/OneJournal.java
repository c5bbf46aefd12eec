package io.tallyline.bench.shared;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.UUID;
import javax.sql.DataSource;

/** Posts one message in one transaction, as consumers usually do; a repetition changes nothing. */
public final class OneJournal {
  private static final String INSERT_JOURNAL =
      """
      INSERT INTO finance.ledger_journal (journal_date, description, source, external_ref, currency,
             event_id, event_type, event_version, correlation_id, content_hash)
      VALUES (?, ?, 'Inventory', ?, ?, ?, 'inventory.sales-transaction-created', 1, ?, ?)
      ON CONFLICT (source, external_ref) DO NOTHING RETURNING id
      """;
  private static final String INSERT_LINE =
      """
      INSERT INTO finance.ledger_journal_line (journal_id, line_no, account_code, debit, credit)
      VALUES (?, ?, ?, ?, ?)
      """;

  private final DataSource finance;

  public OneJournal(DataSource finance) {
    this.finance = finance;
  }

  /** Commits before it returns. */
  public void post(Sale sale, String eventId, String correlationId) throws SQLException {
    try (Connection connection = finance.getConnection()) {
      connection.setAutoCommit(false);
      long journal = insertJournal(connection, sale, eventId, correlationId);
      if (journal > 0) {
        insertLines(connection, journal, sale);
      }
      connection.commit();
    }
  }

  private static long insertJournal(
      Connection connection, Sale sale, String eventId, String correlationId) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT_JOURNAL)) {
      insert.setDate(1, Date.valueOf(sale.journalDate()));
      insert.setString(2, "Sale " + sale.reference());
      insert.setString(3, sale.reference());
      insert.setString(4, sale.currency());
      insert.setObject(5, UUID.fromString(eventId));
      insert.setString(6, correlationId);
      insert.setString(7, sale.contentHash());
      try (ResultSet id = insert.executeQuery()) {
        return id.next() ? id.getLong(1) : 0;
      }
    }
  }

  private static void insertLines(Connection connection, long journal, Sale sale)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT_LINE)) {
      line(insert, journal, 1, "1100", sale.totalSales(), BigDecimal.ZERO);
      line(insert, journal, 2, "4000", BigDecimal.ZERO, sale.totalSales());
      line(insert, journal, 3, "5000", sale.totalCost(), BigDecimal.ZERO);
      line(insert, journal, 4, "1300", BigDecimal.ZERO, sale.totalCost());
      insert.executeBatch();
    }
  }

  private static void line(
      PreparedStatement insert,
      long journal,
      int number,
      String account,
      BigDecimal debit,
      BigDecimal credit)
      throws SQLException {
    insert.setLong(1, journal);
    insert.setInt(2, number);
    insert.setString(3, account);
    insert.setBigDecimal(4, debit);
    insert.setBigDecimal(5, credit);
    insert.addBatch();
  }
}
