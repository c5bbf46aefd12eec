package io.tallyline.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server process on a data folder, of this hub or left behind by a killed one. A process id
 * alone proves nothing, as the system hands it out again: only a postgres that runs on exactly this
 * folder is ever touched.
 */
final class PostgresProcess {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresProcess.class);
  private static final Duration FAST = Duration.ofSeconds(15);
  private static final Duration IMMEDIATE = Duration.ofSeconds(5);
  private static final Duration KILL = Duration.ofSeconds(5);

  private final PostgresCommands commands;
  private final Path data;

  PostgresProcess(PostgresCommands commands, Path data) {
    this.commands = commands;
    this.data = data;
  }

  /** Stops the server and waits for its end; does nothing if none runs. */
  void stop() {
    Optional<ProcessHandle> server = running();
    if (server.isEmpty()) {
      return;
    }
    if (!stopped("fast", FAST) && !stopped("immediate", IMMEDIATE)) {
      kill(server.get());
    }
  }

  /** Before a start: the server of a killed hub is stopped, a misleading pid file removed. */
  void clearLeftovers() throws IOException {
    Optional<ProcessHandle> server = running();
    if (server.isPresent()) {
      LOG.warn(
          "Stopping the embedded PostgreSQL (process {}) that a killed hub left behind in {}.",
          server.get().pid(),
          data);
      stop();
      return;
    }
    // A dead process PostgreSQL recognises itself; for a living stranger it would refuse to start.
    boolean stranger =
        pid().flatMap(ProcessHandle::of).filter(handle -> !runsHere(handle)).isPresent();
    if (stranger) {
      Files.deleteIfExists(pidFile());
    }
  }

  /** The server that runs on the folder now. */
  Optional<ProcessHandle> running() {
    return pid().flatMap(ProcessHandle::of).filter(ProcessHandle::isAlive).filter(this::runsHere);
  }

  private Path pidFile() {
    return data.resolve("postmaster.pid");
  }

  private Optional<Long> pid() {
    try {
      return Files.readAllLines(pidFile()).stream()
          .findFirst()
          .map(String::strip)
          .map(Long::valueOf);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private boolean runsHere(ProcessHandle process) {
    List<String> command = commandLine(process);
    return !command.isEmpty()
        && Path.of(command.get(0)).getFileName().toString().startsWith("postgres")
        && command.contains(data.toString());
  }

  private static List<String> commandLine(ProcessHandle process) {
    try {
      String raw = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
      return Arrays.asList(raw.split("\0"));
    } catch (IOException noProcFileSystem) {
      return process
          .info()
          .commandLine()
          .map(line -> Arrays.asList(line.split(" (?=-)| (?=/)")))
          .orElse(List.of());
    }
  }

  private boolean stopped(String mode, Duration limit) {
    return commands
        .run(
            limit.plusSeconds(2),
            "pg_ctl",
            "stop",
            "-w",
            "-s",
            "-m",
            mode,
            "-t",
            Long.toString(limit.toSeconds()),
            "-D",
            data.toString())
        .succeeded();
  }

  private static void kill(ProcessHandle server) {
    List<ProcessHandle> family = server.descendants().toList();
    server.destroyForcibly();
    family.forEach(ProcessHandle::destroyForcibly);
    try {
      server.onExit().get(KILL.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("The embedded PostgreSQL (process {}) does not end.", server.pid());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
