package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.ops.DatabaseAccess.Kind;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one database to the version this hub needs, and says what its runtime role may do too
 * much.
 */
public final class MigrateDatabase {
  /** Of our own name: the owner of the schema may keep a Flyway history beside it. */
  private static final String HISTORY = "tallyline_schema_history";

  private static final Logger log = LoggerFactory.getLogger(MigrateDatabase.class);

  private MigrateDatabase() {}

  /**
   * Migrates where something is pending; leaves an outbox that the inventory module made itself as
   * it is, after checking it.
   *
   * @return warnings, a sentence each: rights the runtime role does not need, or settings that
   *     would lose data
   * @throws StartRefused OPS-110 own outbox has another shape; OPS-111 rights missing to migrate;
   *     OPS-112 migration failed; OPS-113 the database could not be inspected; OPS-114 rights
   *     missing on the own outbox
   */
  public static List<String> migrate(DatabaseAccess access) {
    if (isUsersOwnOutbox(access)) {
      try (Connection connection = connect(access)) {
        CheckOutbox.check(connection, access);
      } catch (SQLException failed) {
        throw notInspected(access, failed);
      }
    } else {
      run(access);
    }
    try (Connection connection = connect(access)) {
      return RuntimeRights.warnings(connection, access);
    } catch (SQLException failed) {
      throw notInspected(access, failed);
    }
  }

  private static boolean isUsersOwnOutbox(DatabaseAccess access) {
    if (access.kind() != Kind.INVENTORY) {
      return false;
    }
    try (Connection connection = connect(access);
        var statement = connection.createStatement();
        var found =
            statement.executeQuery(
                """
                SELECT count(*) FILTER (WHERE c.relname = 'outbox_event') > 0
                   AND count(*) FILTER (WHERE c.relname = '%s') = 0
                  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname = 'inventory'
                """
                    .formatted(HISTORY))) {
      found.next();
      return found.getBoolean(1);
    } catch (SQLException failed) {
      throw notInspected(access, failed);
    }
  }

  private static void run(DatabaseAccess access) {
    boolean ownerIsRuntime = access.ownerUser().equals(access.user());
    Flyway flyway = flyway(access);
    try {
      if (ownerIsRuntime && upToDate(flyway)) {
        return;
      }
      int applied = flyway.migrate().migrationsExecuted;
      if (applied > 0) {
        log.info("{} database: {} migrations applied", access.kind().schema(), applied);
      }
    } catch (FlywayException failed) {
      throw refused(access, failed);
    }
  }

  private static boolean upToDate(Flyway flyway) {
    var info = flyway.info();
    if (info.current() == null || info.pending().length > 0) {
      return false;
    }
    flyway.validate();
    return true;
  }

  private static Flyway flyway(DatabaseAccess access) {
    String schema = access.kind().schema();
    String role = HexFormat.of().formatHex(access.user().getBytes(StandardCharsets.UTF_8));
    return Flyway.configure(MigrateDatabase.class.getClassLoader())
        .dataSource(access.url(), access.ownerUser(), access.ownerPassword())
        .schemas(schema)
        .defaultSchema(schema)
        .table(HISTORY)
        .locations("classpath:db/" + schema)
        .placeholders(Map.of("runtimeRoleInHex", role))
        // The schema may hold tables of the module that owns it, with or without ours.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .cleanDisabled(true)
        .load();
  }

  private static StartRefused refused(DatabaseAccess access, FlywayException failed) {
    SQLException cause = sqlCause(failed);
    String prefix = access.kind().prefix();
    if (cause != null && "42501".equals(cause.getSQLState())) {
      return new StartRefused(
          "OPS-111",
          "the %s database at %s has to be migrated and %s may not do it (%s); set %s.migration.username and .password to a role that owns the schema or may create it."
              .formatted(
                  access.kind().schema(),
                  access.where(),
                  access.ownerUser(),
                  AwaitDatabase.firstLine(cause),
                  prefix),
          failed);
    }
    return new StartRefused(
        "OPS-112",
        "migrating the %s database at %s failed: %s; correct that and start again, nothing of the failed migration was kept."
            .formatted(
                access.kind().schema(),
                access.where(),
                AwaitDatabase.firstLine(cause != null ? cause : failed)),
        failed);
  }

  private static @Nullable SQLException sqlCause(Throwable failed) {
    for (Throwable at = failed; at != null; at = at.getCause()) {
      if (at instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  private static StartRefused notInspected(DatabaseAccess access, SQLException failed) {
    return new StartRefused(
        "OPS-113",
        "the %s database at %s could not be inspected as %s: %s; check %s.datasource and start again."
            .formatted(
                access.kind().schema(),
                access.where(),
                access.user(),
                AwaitDatabase.firstLine(failed),
                access.kind().prefix()),
        failed);
  }

  private static Connection connect(DatabaseAccess access) throws SQLException {
    return DriverManager.getConnection(access.url(), access.user(), access.password());
  }
}
