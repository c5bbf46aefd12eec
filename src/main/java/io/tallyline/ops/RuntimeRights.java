package io.tallyline.ops;

import io.tallyline.ops.DatabaseAccess.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the runtime role of a database could do and the hub never does. */
final class RuntimeRights {
  private static final String ROLE =
      """
      SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
             current_setting('synchronous_commit') = 'off'
        FROM pg_catalog.pg_roles WHERE rolname = current_user
      """;

  /** Rights that exceed the contract, in tables of the schema; owning a table is one of them. */
  private static final String TABLES =
      """
      SELECT c.relname,
             CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN 'change it as its owner'
                  ELSE concat_ws(', ',
                    CASE WHEN has_table_privilege(c.oid, 'INSERT') AND c.relname NOT IN
                      ('ledger_journal', 'ledger_journal_line', 'seen_transaction')
                      AND NOT (n.nspname = 'finance' AND c.relname = 'outbox_event') THEN 'INSERT' END,
                    CASE WHEN has_any_column_privilege(c.oid, 'UPDATE') THEN 'UPDATE' END,
                    CASE WHEN has_table_privilege(c.oid, 'DELETE') AND c.relname <> 'outbox_event'
                      THEN 'DELETE' END,
                    CASE WHEN has_table_privilege(c.oid, 'TRUNCATE') THEN 'TRUNCATE' END) END
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ? AND c.relname IN
         ('outbox_event', 'ledger_account', 'ledger_journal', 'ledger_journal_line', 'seen_transaction')
       ORDER BY 1
      """;

  private RuntimeRights() {}

  static List<String> warnings(Connection connection, DatabaseAccess access) throws SQLException {
    List<String> excess = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    boolean superuser = false;
    try (var statement = connection.createStatement();
        var role = statement.executeQuery(ROLE)) {
      role.next();
      superuser = role.getBoolean(1);
      if (superuser) {
        excess.add("everything, as a superuser");
      } else {
        addIf(role.getBoolean(2), "create roles", excess);
        addIf(role.getBoolean(3), "create databases", excess);
        addIf(role.getBoolean(4), "bypass row security", excess);
        addIf(role.getBoolean(5), "replicate the server", excess);
      }
      if (role.getBoolean(6)) {
        warnings.add(
            "%s.datasource.username %s has synchronous_commit off in the %s database: a crash of the server can lose what was reported as written; set it to on for this role."
                .formatted(access.kind().prefix(), access.user(), access.kind().schema()));
      }
    }
    if (!superuser && access.kind() != Kind.STORE) {
      addTableRights(connection, access, excess);
    }
    if (!excess.isEmpty()) {
      warnings.add(
          0,
          "%s.datasource.username %s has more rights in the %s database than the hub needs (%s); use a role of its own, and %s.migration.username for the owner."
              .formatted(
                  access.kind().prefix(),
                  access.user(),
                  access.kind().schema(),
                  String.join("; ", excess),
                  access.kind().prefix()));
    }
    return List.copyOf(warnings);
  }

  private static void addTableRights(
      Connection connection, DatabaseAccess access, List<String> excess) throws SQLException {
    try (var statement = connection.prepareStatement(TABLES)) {
      statement.setString(1, access.kind().schema());
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          addIf(!rows.getString(2).isEmpty(), rows.getString(1) + ": " + rows.getString(2), excess);
        }
      }
    }
  }

  private static void addIf(boolean condition, String right, List<String> excess) {
    if (condition) {
      excess.add(right);
    }
  }
}
