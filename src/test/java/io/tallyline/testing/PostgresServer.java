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
  static final String SUPERUSER = "postgres";
  static final String NO_PASSWORD = "";

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
    return migrated(empty(kind));
  }

  /** A new database with an owner and a runtime role, and nothing in it. */
  public static Database empty(String kind) {
    return empty(kind, "runtime");
  }

  /** The same with a name for the runtime role; a number is added to keep it apart from others. */
  public static Database empty(String kind, String runtimeName) {
    return create(Started.SERVER.getPort(), kind, runtimeName);
  }

  /** On any server of ours; numbers are given once in a JVM, whatever the server. */
  static Database create(int port, String kind, String runtimeName) {
    int number = NEXT.incrementAndGet();
    var database =
        new Database(
            Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
            kind + number,
            runtimeName + number,
            "owner" + number,
            port);
    try (Connection connection =
            DriverManager.getConnection(url(port, "postgres"), SUPERUSER, NO_PASSWORD);
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

  static Database migrated(Database database) {
    MigrateDatabase.migrate(database.access());
    return database;
  }

  static String url(int port, String database) {
    return "jdbc:postgresql://localhost:%d/%s".formatted(port, database);
  }

  /**
   * One database, its two roles and how to reach it.
   *
   * @param port of its server, or of a proxy in front of it
   */
  public record Database(Kind kind, String name, String user, String ownerUser, int port) {
    public String url() {
      return PostgresServer.url(port, name);
    }

    /** The same database as seen through a proxy. */
    public Database through(TcpProxy proxy) {
      return new Database(kind, name, user, ownerUser, proxy.port());
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
      return DriverManager.getConnection(url(), SUPERUSER, NO_PASSWORD);
    }

    /** Takes the database away, whoever is connected to it. */
    public void drop() throws SQLException {
      try (Connection connection =
              DriverManager.getConnection(
                  PostgresServer.url(port, "postgres"), SUPERUSER, NO_PASSWORD);
          var statement = connection.createStatement()) {
        statement.execute("DROP DATABASE %s WITH (FORCE)".formatted(name));
      }
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
          role + "@" + name + ":" + port,
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
