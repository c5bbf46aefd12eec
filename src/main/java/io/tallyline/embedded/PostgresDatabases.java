package io.tallyline.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Roles and databases of the embedded PostgreSQL, each as closed as contracts ask of a real one.
 */
final class PostgresDatabases {
  private final Connection connection;
  private final Credentials credentials;

  private PostgresDatabases(Connection connection, Credentials credentials) {
    this.connection = connection;
    this.credentials = credentials;
  }

  /** May run at every start: it creates only what is missing. Returns the server's version. */
  static String prepare(
      EmbeddedPostgreSql server, Iterable<Database> databases, Credentials credentials)
      throws SQLException {
    String superuser = EmbeddedPostgreSql.SUPERUSER;
    try (Connection connection =
        DriverManager.getConnection(
            server.url("postgres"), superuser, credentials.passwordOf(superuser))) {
      PostgresDatabases prepared = new PostgresDatabases(connection, credentials);
      prepared.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC");
      for (Database database : databases) {
        prepared.prepare(database);
      }
      return connection.getMetaData().getDatabaseProductVersion();
    }
  }

  // Names are constants of ours and passwords base64url: nothing here needs quoting.
  private void prepare(Database database) throws SQLException {
    String name = database.databaseName();
    role(database.ownerRole());
    role(database.runtimeRole());
    if (!exists("SELECT 1 FROM pg_database WHERE datname = ?", name)) {
      execute("CREATE DATABASE " + name + " OWNER " + database.ownerRole());
    }
    execute("ALTER DATABASE " + name + " OWNER TO " + database.ownerRole());
    execute("REVOKE ALL ON DATABASE " + name + " FROM PUBLIC");
    execute("GRANT CONNECT ON DATABASE " + name + " TO " + database.runtimeRole());
  }

  private void role(String role) throws SQLException {
    if (!exists("SELECT 1 FROM pg_roles WHERE rolname = ?", role)) {
      execute("CREATE ROLE " + role);
    }
    execute(
        "ALTER ROLE "
            + role
            + " LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '"
            + credentials.passwordOf(role)
            + "'");
  }

  private boolean exists(String query, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next();
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
