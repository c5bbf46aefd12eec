package io.tallyline.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.springframework.util.FileSystemUtils;

/**
 * A durable PostgreSQL server of a test's own, which the test may hurt: its data folder and port
 * outlive every crash. Several run side by side, so that each can fail alone. Everything ends with
 * the JVM.
 */
public final class OwnPostgres implements AutoCloseable {
  private static final Path SERVERS = Path.of("target", "postgres").toAbsolutePath();
  // PostgreSQL refuses to run as root; in a user namespace it is not.
  private static final List<String> UNPRIVILEGED = List.of("unshare", "-U");
  private static final Duration LONGEST_START = Duration.ofSeconds(120);
  private static final Duration LONGEST_END = Duration.ofSeconds(60);

  private final Path folder;
  private final Path data;
  private final List<String> settings;
  private final int port = OwnedProcess.freePort();
  private final String program;

  private OwnPostgres(Path folder, List<String> settings) {
    this.folder = folder;
    this.settings = settings;
    this.data = folder.resolve("data");
    this.program = initialise();
  }

  /**
   * Makes and starts a server.
   *
   * @param name tells servers of one JVM apart
   * @param settings of the server beside those for durability, {@code name=value}
   */
  public static OwnPostgres started(String name, String... settings) {
    OwnedProcess.eachLeftover(SERVERS, OwnPostgres::endLeftover);
    var server = new OwnPostgres(OwnedProcess.folder(SERVERS, name), List.of(settings));
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "end-postgres-" + name));
    server.start();
    return server;
  }

  public int port() {
    return port;
  }

  /**
   * A new, migrated database on this server.
   *
   * @param kind {@code inventory}, {@code finance} or {@code store}
   */
  public PostgresServer.Database fresh(String kind) {
    return PostgresServer.migrated(PostgresServer.create(port, kind, "runtime"));
  }

  /** The process that all others of the server are children of. */
  public ProcessHandle process() {
    return postmaster().orElseThrow(() -> new IllegalStateException("PostgreSQL does not run"));
  }

  /** Starts the server, if it does not run, and waits until it has recovered. */
  public synchronized void start() {
    if (postmaster().isPresent()) {
      return;
    }
    List<String> command =
        new ArrayList<>(LinuxUtils.isUnshareAvailable() ? UNPRIVILEGED : List.of());
    command.addAll(List.of(program, "-D", data.toString(), "-p", Integer.toString(port)));
    for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
      command.addAll(List.of("-c", setting + "=on"));
    }
    settings.forEach(setting -> command.addAll(List.of("-c", setting)));
    try {
      new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
          .start();
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL does not start: " + e.getMessage(), e);
    }
    Awaitility.await("PostgreSQL on port " + port + ", see " + log())
        .atMost(LONGEST_START)
        .pollInterval(Duration.ofMillis(50))
        .until(this::accepts);
  }

  /** Immediate mode: every session is torn, nothing is flushed; then recovery from the log. */
  public synchronized void restartImmediately() {
    stopImmediately();
    start();
  }

  /** The first half of {@link #restartImmediately()}; the server stays away until started. */
  public synchronized void stopImmediately() {
    postmaster()
        .ifPresent(
            process -> {
              List<ProcessHandle> family = family(process);
              signal("QUIT", process);
              awaitEnd(family);
            });
  }

  /** SIGKILL for the server and all its processes, at one instant. */
  public synchronized void kill() {
    postmaster().ifPresent(OwnPostgres::kill);
  }

  private static void kill(ProcessHandle postmaster) {
    // Stopped first, so that no session is born between the look and the kill.
    signal("STOP", postmaster);
    List<ProcessHandle> family = family(postmaster);
    family.forEach(ProcessHandle::destroyForcibly);
    awaitEnd(family);
  }

  /**
   * Ends the hub's sessions in a database, and nobody else's.
   *
   * @return how many there were
   */
  public int terminateBackends(PostgresServer.Database database) {
    String terminate =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            + " WHERE datname = ? AND application_name LIKE 'tallyline %'";
    try (Connection connection = superuser();
        var statement = connection.prepareStatement(terminate)) {
      statement.setString(1, database.name());
      try (var counted = statement.executeQuery()) {
        counted.next();
        return counted.getInt(1);
      }
    } catch (SQLException failed) {
      throw new IllegalStateException(failed);
    }
  }

  public boolean isRunning() {
    return postmaster().isPresent();
  }

  /** What the server wrote to its log so far. */
  public String output() {
    try {
      return Files.readString(log());
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  /** Ends the server; its data goes with it. */
  @Override
  public synchronized void close() {
    endLeftover(folder);
  }

  private static void endLeftover(Path folder) {
    postmaster(folder).ifPresent(OwnPostgres::kill);
    try {
      FileSystemUtils.deleteRecursively(folder);
    } catch (IOException failed) {
      throw new IllegalStateException("cannot delete " + folder, failed);
    }
  }

  /** Lets the embedded server's library unpack PostgreSQL and make the data folder. */
  private String initialise() {
    try {
      FileSystemUtils.deleteRecursively(folder);
      Files.createDirectories(folder);
      try (EmbeddedPostgres first =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPort(port)
              .setPGStartupWait(LONGEST_START)
              .setRegisterShutdownHook(false)
              .start()) {
        return postmaster().flatMap(process -> process.info().command()).orElseThrow();
      }
    } catch (IOException failed) {
      throw new IllegalStateException("cannot make a PostgreSQL server in " + folder, failed);
    }
  }

  private Path log() {
    return folder.resolve("server.log");
  }

  private Optional<ProcessHandle> postmaster() {
    return postmaster(folder);
  }

  private static Optional<ProcessHandle> postmaster(Path folder) {
    Path data = folder.resolve("data");
    return OwnedProcess.in(data, data.resolve("postmaster.pid"));
  }

  private static List<ProcessHandle> family(ProcessHandle postmaster) {
    return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
  }

  private static void awaitEnd(List<ProcessHandle> family) {
    Awaitility.await("end of PostgreSQL")
        .atMost(LONGEST_END)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> family.stream().allMatch(OwnPostgres::hasEnded));
  }

  /** An ended process that nobody has asked after yet stays in the list, without a program. */
  private static boolean hasEnded(ProcessHandle process) {
    return !process.isAlive() || process.info().command().isEmpty();
  }

  private static void signal(String name, ProcessHandle process) {
    try {
      Process kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!kill.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("kill -" + name + " takes too long");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in kill -" + name, e);
    }
  }

  private boolean accepts() {
    try (Connection connection = superuser()) {
      return connection.isValid(5);
    } catch (SQLException notYet) {
      return false;
    }
  }

  private Connection superuser() throws SQLException {
    return DriverManager.getConnection(
        PostgresServer.url(port, "postgres"), PostgresServer.SUPERUSER, PostgresServer.NO_PASSWORD);
  }
}
