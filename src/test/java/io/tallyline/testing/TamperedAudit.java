package io.tallyline.testing;

import java.sql.SQLException;

/** Changes the audit as a superuser does who knows how to switch triggers off. */
public final class TamperedAudit {
  private TamperedAudit() {}

  public static void tamper(PostgresServer.Database store, String... statements)
      throws SQLException {
    try (var connection = store.superuser();
        var statement = connection.createStatement()) {
      statement.execute("ALTER TABLE hub.audit_entry DISABLE TRIGGER ALL");
      for (String sql : statements) {
        statement.execute(sql);
      }
      statement.execute("ALTER TABLE hub.audit_entry ENABLE TRIGGER ALL");
    }
  }

  /** Makes somebody else of who did something, or of the other the one again. */
  public static void swap(PostgresServer.Database store, long entry, String who, String other)
      throws SQLException {
    tamper(
        store,
        "UPDATE hub.audit_entry SET who = CASE who WHEN '%s' THEN '%s' ELSE '%s' END WHERE number = %d"
            .formatted(who, other, who, entry));
  }
}
