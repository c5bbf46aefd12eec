package io.tallyline.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs PostgreSQL's own programs, never as root, and never for longer than told. */
final class PostgresCommands {
  private final PostgresBinaries binaries;
  private final Unprivileged unprivileged;

  PostgresCommands(PostgresBinaries binaries, Unprivileged unprivileged) {
    this.binaries = binaries;
    this.unprivileged = unprivileged;
  }

  /**
   * @param succeeded whether it ended in time with status 0
   * @param output what it wrote to both streams
   */
  record Outcome(boolean succeeded, String output) {
    /** The last line that says something, for an error's sentence. */
    String lastLine() {
      return output.lines().filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse("no output");
    }
  }

  Outcome run(Duration limit, String program, String... arguments) {
    return feed(limit, "", program, arguments);
  }

  /** Feeds the program's standard input, which must be short. */
  Outcome feed(Duration limit, String input, String program, String... arguments) {
    List<String> command = new ArrayList<>(unprivileged.prefix());
    command.add(binaries.program(program));
    command.addAll(Arrays.asList(arguments));
    @Nullable Path output = null;
    try {
      output = Files.createTempFile("hub-" + program, ".out");
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      try (var stdin = process.getOutputStream()) {
        stdin.write(input.getBytes(StandardCharsets.UTF_8));
      }
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly();
      }
      return new Outcome(ended && process.exitValue() == 0, read(output));
    } catch (IOException e) {
      return new Outcome(false, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Outcome(false, "interrupted");
    } finally {
      delete(output);
    }
  }

  private static String read(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return new String(stream.readNBytes(64 * 1024), StandardCharsets.UTF_8);
    }
  }

  private static void delete(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }
}
