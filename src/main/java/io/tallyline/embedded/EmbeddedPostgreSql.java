package io.tallyline.embedded;

import io.tallyline.embedded.PostgresCommands.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * A PostgreSQL server on a loopback port whose data outlive it: fsync on, passwords on, stopped
 * before the hub ends and, after a kill, found and stopped by the next start.
 */
final class EmbeddedPostgreSql implements AutoCloseable {
  static final String SUPERUSER = "postgres";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgreSql.class);
  private static final Duration CREATION = Duration.ofSeconds(120);
  // A kill under load leaves up to 1 GB of log to replay.
  private static final Duration START = Duration.ofSeconds(180);
  private static final int PORT_ATTEMPTS = 3;
  private static final String MAJOR_VERSION = "17";

  private final PostgresCommands commands;
  private final Path data;
  private int port;

  private EmbeddedPostgreSql(PostgresCommands commands, Path data) {
    this.commands = commands;
    this.data = data;
  }

  /**
   * @param directory the hub's data directory, absolute and locked by this process
   * @throws EmbeddedServersFailed EMB-009 to EMB-012
   */
  static EmbeddedPostgreSql start(
      Path directory, Credentials credentials, Unprivileged unprivileged) {
    Path data = directory.resolve("postgresql");
    LOG.info(
        "Starting the embedded PostgreSQL {} in {}{} ...",
        MAJOR_VERSION,
        data,
        Files.exists(data) ? "" : " (the first start creates it)");
    PostgresCommands commands =
        new PostgresCommands(
            PostgresBinaries.unpackedBelow(directory.resolve("embedded")), unprivileged);
    EmbeddedPostgreSql server = new EmbeddedPostgreSql(commands, data);
    try {
      new PostgresProcess(commands, data).clearLeftovers();
      server.create(directory, credentials, unprivileged);
      server.allowPasswordsOnly();
      unprivileged.own(data);
      server.renewLostPassword(credentials);
    } catch (IOException e) {
      throw new EmbeddedServersFailed(
          "EMB-010", "cannot prepare " + data + ": give this user the right to write there.", e);
    }
    server.launch();
    return server;
  }

  int port() {
    return port;
  }

  Path data() {
    return data;
  }

  String url(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Creates the files beside their place, so that a start killed in the middle leaves nothing. */
  private void create(Path directory, Credentials credentials, Unprivileged unprivileged)
      throws IOException {
    if (Files.exists(data)) {
      refuseOtherVersion();
      return;
    }
    Path fresh = directory.resolve("postgresql.new");
    FileSystemUtils.deleteRecursively(fresh);
    Files.createDirectory(fresh);
    unprivileged.own(fresh);
    Outcome outcome =
        commands.run(
            CREATION,
            "initdb",
            "--pgdata=" + fresh,
            "--username=" + SUPERUSER,
            "--auth=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums");
    if (!outcome.succeeded()) {
      throw new EmbeddedServersFailed(
          "EMB-010",
          "PostgreSQL could not create its files in "
              + data
              + " ("
              + outcome.lastLine()
              + "): free disk space, choose another hub.data-directory, or configure a server of"
              + " your own.");
    }
    setPassword(fresh, credentials);
    Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
  }

  private void refuseOtherVersion() throws IOException {
    Path file = data.resolve("PG_VERSION");
    String version = Files.exists(file) ? Files.readString(file).strip() : "no known version";
    if (!version.equals(MAJOR_VERSION)) {
      throw new EmbeddedServersFailed(
          "EMB-011",
          data
              + " belongs to PostgreSQL "
              + version
              + ", and this hub embeds "
              + MAJOR_VERSION
              + ": dump it with the old release and load it into the new one, or choose another"
              + " hub.data-directory.");
    }
  }

  private void allowPasswordsOnly() throws IOException {
    Path file = data.resolve("pg_hba.conf");
    String rule = "# Written by the hub at every start.\nhost all all 127.0.0.1/32 scram-sha-256\n";
    if (!rule.equals(Files.readString(file))) {
      Files.writeString(file, rule);
    }
  }

  /** Without its credentials file the data would be safe but shut. */
  private void renewLostPassword(Credentials credentials) {
    if (!credentials.knows(SUPERUSER)) {
      LOG.warn("The password of the embedded PostgreSQL in {} was lost; it gets a new one.", data);
      setPassword(data, credentials);
    }
  }

  /**
   * In single-user mode, as initdb takes a password only from a file, which whom it runs as may be
   * unable to read, and a server that listens without one would be open for a moment.
   */
  private void setPassword(Path folder, Credentials credentials) {
    String statement =
        "ALTER ROLE " + SUPERUSER + " PASSWORD '" + credentials.passwordOf(SUPERUSER) + "'\n";
    Outcome outcome =
        commands.feed(START, statement, "postgres", "--single", "-D", folder.toString(), SUPERUSER);
    if (!outcome.succeeded() || outcome.output().contains("ERROR")) {
      throw new EmbeddedServersFailed(
          "EMB-010",
          "cannot set the password of the embedded PostgreSQL in "
              + folder
              + ": see that this user may write there and that the disk is not full.");
    }
  }

  private void launch() {
    Path log = data.resolve("start.log");
    Outcome outcome = new Outcome(false, "not started");
    String reason = "";
    for (int attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
      try {
        Files.deleteIfExists(log);
        port = freePort();
      } catch (IOException e) {
        throw new EmbeddedServersFailed(
            "EMB-012", "cannot write " + log + " or find a free loopback port.", e);
      }
      // pg_ctl starts a session of its own, so that Ctrl-C reaches the hub first and not both.
      outcome =
          commands.run(
              START.plusSeconds(10),
              "pg_ctl",
              "start",
              "-w",
              "-s",
              "-t",
              Long.toString(START.toSeconds()),
              "-D",
              data.toString(),
              "-l",
              log.toString(),
              "-o",
              options());
      if (outcome.succeeded()) {
        return;
      }
      close();
      reason = logged(log);
      if (!reason.contains("could not bind")) {
        break;
      }
    }
    throw new EmbeddedServersFailed(
        "EMB-012",
        "the embedded PostgreSQL did not start in "
            + data
            + " ("
            + (reason.isEmpty() ? outcome.lastLine() : reason)
            + "); its log is "
            + log
            + ".");
  }

  private String options() {
    return String.join(
        " -c ",
        List.of(
            "-p " + port,
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=100",
            "fsync=on",
            "synchronous_commit=on",
            "full_page_writes=on",
            "password_encryption=scram-sha-256",
            "timezone=UTC",
            "log_timezone=UTC",
            // One file for each day of the week, overwritten after a week.
            "logging_collector=on",
            "log_directory=log",
            "log_filename=postgresql-%a.log",
            "log_truncate_on_rotation=on",
            "log_min_messages=warning"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String logged(Path log) {
    try (var lines = Files.lines(log)) {
      return lines
          .filter(line -> line.contains("FATAL") || line.contains("could not"))
          .reduce((first, second) -> first)
          .orElse("");
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }

  /**
   * Creates what is missing and repairs what differs: roles, passwords, databases, and who may
   * connect.
   *
   * @return the server's version
   */
  String prepare(Iterable<Database> databases, Credentials credentials) {
    try {
      return PostgresDatabases.prepare(this, databases, credentials);
    } catch (SQLException e) {
      throw new EmbeddedServersFailed(
          "EMB-013",
          "cannot prepare roles and databases in the embedded PostgreSQL ("
              + e.getMessage()
              + "); its log is in "
              + data.resolve("log")
              + ".",
          e);
    }
  }

  /** Stops as fast as its data's safety allows, and does not return before it has. */
  @Override
  public void close() {
    new PostgresProcess(commands, data).stop();
  }
}
