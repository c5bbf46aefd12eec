package io.tallyline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The databases and roles of a deployment, made by the very statements of {@code
 * docker/postgresql/databases.sh}, on a server that asks every role but its superuser for a
 * password, as that one does.
 */
public final class DeployedDatabases {
  private static final Path SCRIPT = Path.of("docker/postgresql/databases.sh");
  private static final Pattern MAKE = Pattern.compile("(?m)^make_database (\\w+) (\\w+)$");
  private static final String ASK_FOR_PASSWORDS =
      """
      host all postgres 127.0.0.1/32 trust
      host all postgres ::1/128 trust
      host all all 127.0.0.1/32 scram-sha-256
      host all all ::1/128 scram-sha-256
      """;

  private final int port;
  private final Map<String, String> passwords = new LinkedHashMap<>();

  private DeployedDatabases(int port) {
    this.port = port;
  }

  /** Makes them, as the server's first start does. */
  public static DeployedDatabases on(OwnPostgres server) {
    var databases = new DeployedDatabases(server.port());
    try (Connection connection = databases.superuser();
        Statement statement = connection.createStatement()) {
      databases.make(statement, Files.readString(SCRIPT));
      askForPasswords(statement);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
    return databases;
  }

  private void make(Statement statement, String script) throws SQLException {
    String template = between(script, "<<'SQL'\n", "\nSQL\n");
    Matcher call = MAKE.matcher(script);
    while (call.find()) {
      String owner = call.group(2) + "_owner";
      String runtime = call.group(2) + "_hub";
      passwords.put(owner, UUID.randomUUID().toString());
      passwords.put(runtime, UUID.randomUUID().toString());
      String sql =
          template
              .replaceAll("(?m)^\\\\set .*$", "")
              .replace(":\"database\"", '"' + call.group(1) + '"')
              .replace(":\"owner\"", '"' + owner + '"')
              .replace(":\"runtime\"", '"' + runtime + '"')
              .replace(":'owner_password'", "'" + passwords.get(owner) + "'")
              .replace(":'runtime_password'", "'" + passwords.get(runtime) + "'");
      // One by one: a database cannot be made in a block of statements.
      for (String single : sql.strip().split(";\\s*")) {
        statement.execute(single);
      }
    }
    if (passwords.isEmpty()) {
      throw new IllegalStateException(SCRIPT + " makes no database");
    }
  }

  private static String between(String text, String start, String end) {
    int from = text.indexOf(start);
    int to = text.indexOf(end, from);
    if (from < 0 || to < 0) {
      throw new IllegalStateException(SCRIPT + " has no statements between " + start + end);
    }
    return text.substring(from + start.length(), to);
  }

  private static void askForPasswords(Statement statement) throws SQLException, IOException {
    try (var file = statement.executeQuery("SHOW hba_file")) {
      file.next();
      Files.writeString(Path.of(file.getString(1)), ASK_FOR_PASSWORDS);
    }
    statement.execute("SELECT pg_reload_conf()");
  }

  /** Every role that can log in, but for the superuser. */
  public List<String> roles() {
    return List.copyOf(passwords.keySet());
  }

  public String password(String role) {
    return passwords.get(role);
  }

  public String url(String database) {
    return PostgresServer.url(port, database);
  }

  /** A real login of a role with its own password. */
  public Connection login(String role, String database) throws SQLException {
    return login(role, password(role), database);
  }

  public Connection login(String role, String password, String database) throws SQLException {
    return DriverManager.getConnection(url(database), role, password);
  }

  public Connection superuser() throws SQLException {
    return superuser("postgres");
  }

  public Connection superuser(String database) throws SQLException {
    return login(PostgresServer.SUPERUSER, PostgresServer.NO_PASSWORD, database);
  }
}
