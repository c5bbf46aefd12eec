package io.tallyline.testing;

import com.zaxxer.hikari.HikariDataSource;
import io.tallyline.ops.DatabaseAccess;
import io.tallyline.ops.DatabaseAccess.Kind;
import io.tallyline.ops.MigrateDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** One real, durable PostgreSQL for all tests of a JVM; each test takes databases of its own. */
public final class PostgresServer {
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final Map<String, HikariDataSource> POOLS = new ConcurrentHashMap<>();

  private PostgresServer() {}

  private static final class Started {
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
        return server;
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }

    private static void stop(EmbeddedPostgres server) {
      POOLS.values().forEach(HikariDataSource::close);
      try {
        server.close();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }

  /**
   * A new, migrated database.
   *
   * @param kind {@code inventory}, {@code finance} or {@code store}
   */
  public static Database fresh(String kind) {
    Database database = empty(kind);
    MigrateDatabase.migrate(database.access());
    return database;
  }

  /** A new database with an owner and a runtime role, and nothing in it. */
  public static Database empty(String kind) {
    return empty(kind, "runtime");
  }

  /** The same with a name for the runtime role; a number is added to keep it apart from others. */
  public static Database empty(String kind, String runtimeName) {
    int number = NEXT.incrementAndGet();
    var database =
        new Database(
            Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
            kind + number,
            runtimeName + number,
            "owner" + number);
    try (Connection connection = Started.SERVER.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      for (String role : List.of(database.user(), database.ownerUser())) {
        statement.execute(
            "CREATE ROLE %s LOGIN PASSWORD 'secret'"
                .formatted('"' + role.replace("\"", "\"\"") + '"'));
      }
      statement.execute(
          "CREATE DATABASE %s OWNER %s".formatted(database.name(), database.ownerUser()));
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
    return database;
  }

  /** One database, its two roles and how to reach it. */
  public record Database(Kind kind, String name, String user, String ownerUser) {
    public String url() {
      return "jdbc:postgresql://localhost:%d/%s".formatted(Started.SERVER.getPort(), name);
    }

    public String password() {
      return "secret";
    }

    public String ownerPassword() {
      return "secret";
    }

    public DatabaseAccess access() {
      return new DatabaseAccess(kind, url(), user, password(), ownerUser, ownerPassword());
    }

    /** The same database as a hub sees it that was given the runtime role only. */
    public DatabaseAccess runtimeAccess() {
      return new DatabaseAccess(kind, url(), user, password());
    }

    public Connection runtime() throws SQLException {
      return DriverManager.getConnection(url(), user, password());
    }

    public Connection owner() throws SQLException {
      return DriverManager.getConnection(url(), ownerUser, ownerPassword());
    }

    public Connection superuser() throws SQLException {
      return DriverManager.getConnection(url(), "postgres", "");
    }

    /** A pool of runtime connections, closed with the JVM. */
    public DataSource dataSource() {
      return pool(user, password());
    }

    public DataSource ownerDataSource() {
      return pool(ownerUser, ownerPassword());
    }

    private DataSource pool(String role, String secret) {
      return POOLS.computeIfAbsent(
          role + "@" + name,
          unused -> {
            var pool = new HikariDataSource();
            pool.setJdbcUrl(url());
            pool.setUsername(role);
            pool.setPassword(secret);
            pool.setMaximumPoolSize(10);
            pool.setMinimumIdle(0);
            return pool;
          });
    }
  }
}
