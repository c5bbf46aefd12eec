package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether an outbox that the inventory module made itself has the shape the relay reads. */
final class CheckOutbox {
  private static final Logger log = LoggerFactory.getLogger(CheckOutbox.class);

  /** One row for each expectation not met; a trigger is asked for last, as no mismatch. */
  private static final String MISMATCHES =
      """
      WITH outbox AS (
        SELECT c.oid, c.relkind FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = 'inventory' AND c.relname = 'outbox_event'
      ), expected(nr, name, types, required) AS (VALUES
        (1, 'seq', ARRAY['bigint'], true),
        (2, 'event_id', ARRAY['uuid'], true),
        (3, 'aggregate_type', ARRAY['text', 'varchar'], true),
        (4, 'aggregate_id', ARRAY['text', 'varchar'], true),
        (5, 'event_type', ARRAY['text', 'varchar'], true),
        (6, 'payload', ARRAY['jsonb'], true),
        (7, 'correlation_id', ARRAY['text', 'varchar'], false),
        (8, 'traceparent', ARRAY['text', 'varchar'], false),
        (9, 'occurred_at', ARRAY['timestamp with time zone'], true)
      ), found AS (
        SELECT e.*, a.attname, a.attnotnull,
               regexp_replace(pg_catalog.format_type(a.atttypid, NULL), '^character varying$', 'varchar') AS type
          FROM expected e CROSS JOIN outbox o
          LEFT JOIN pg_catalog.pg_attribute a
            ON a.attrelid = o.oid AND a.attname = e.name AND a.attnum > 0 AND NOT a.attisdropped
      )
      SELECT nr, 'column ' || name || ' is missing' AS problem FROM found WHERE attname IS NULL
      UNION ALL
      SELECT nr, 'column ' || name || ' is ' || type || ' instead of ' || types[1]
        FROM found WHERE type <> ALL (types)
      UNION ALL
      SELECT nr, 'column ' || name || ' may be null' FROM found WHERE required AND NOT attnotnull
      UNION ALL
      SELECT 10, 'column ' || k.name || ' is not the primary key or unique'
        FROM (VALUES ('seq'), ('event_id')) k(name) CROSS JOIN outbox o
       WHERE NOT EXISTS (
         SELECT FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a
             ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
          WHERE i.indrelid = o.oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL
            AND i.indnkeyatts = 1 AND a.attname = k.name)
      UNION ALL
      SELECT 0, 'it is not a table' FROM outbox WHERE relkind NOT IN ('r', 'p')
      UNION ALL
      SELECT 99, 'trigger' FROM outbox o WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
         WHERE t.tgrelid = o.oid AND NOT t.tgisinternal AND p.prosrc LIKE '%hub_outbox%')
      ORDER BY 1, 2
      """;

  private static final String RIGHTS =
      """
      SELECT CASE WHEN has_schema_privilege('inventory', 'USAGE')
        THEN has_table_privilege('inventory.outbox_event', 'SELECT')
             AND has_table_privilege('inventory.outbox_event', 'DELETE')
        ELSE false END
      """;

  private CheckOutbox() {}

  static void check(Connection connection, DatabaseAccess access) throws SQLException {
    List<String> problems = new ArrayList<>();
    boolean notifies = true;
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(MISMATCHES)) {
      while (rows.next()) {
        if (rows.getInt(1) == 99) {
          notifies = false;
        } else {
          problems.add(rows.getString(2));
        }
      }
    }
    if (!problems.isEmpty()) {
      throw new StartRefused(
          "OPS-110",
          "inventory.outbox_event at %s was not made by this hub and has another shape: %s; change the table, or point hub.inventory.datasource.url elsewhere."
              .formatted(access.where(), String.join(", ", problems)));
    }
    if (!notifies) {
      log.info(
          "inventory.outbox_event has no trigger that notifies hub_outbox: events wait for the next poll");
    }
    try (var statement = connection.createStatement();
        var row = statement.executeQuery(RIGHTS)) {
      row.next();
      if (!row.getBoolean(1)) {
        throw new StartRefused(
            "OPS-114",
            "%s may not read and clear inventory.outbox_event at %s; as its owner: GRANT USAGE ON SCHEMA inventory, and GRANT SELECT, DELETE ON inventory.outbox_event."
                .formatted(access.user(), access.where()));
      }
    }
  }
}
