package io.tallyline.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A contender that runs, in a process of its own. */
final class Program implements AutoCloseable {
  private static final int STOP_SECONDS = 40;

  private final Process process;
  private final Path output;
  private final Writer commands;

  private Program(Process process, Path output) {
    this.process = process;
    this.output = output;
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
    // Also when the bench itself is told to end.
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
  }

  /**
   * Starts it and waits until it says that it is ready.
   *
   * @param name of its log, below {@code target/bench}
   * @param readyWords that it prints then
   */
  static Program start(String name, List<String> command, String readyWords) {
    try {
      Path folder = Files.createDirectories(Path.of("target/bench"));
      Path output = Files.createTempFile(folder, name.replaceAll("[^A-Za-z]+", "-") + "-", ".log");
      var builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.directory(new File("."));
      builder.environment().keySet().removeIf(variable -> variable.startsWith("HUB_"));
      var program = new Program(builder.start(), output);
      program.await(readyWords, 0, Duration.ofSeconds(120));
      return program;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * A line to its standard input, and the rest of the line by which it answers.
   *
   * @param words that the answer begins with
   */
  String ask(String line, String words, Duration longest) {
    int before = output().length();
    try {
      commands.write(line + "\n");
      commands.flush();
    } catch (IOException failure) {
      throw new IllegalStateException("it does not listen any more:\n" + end(), failure);
    }
    await(words, before, longest);
    String answer = output().substring(before);
    int start = answer.indexOf(words) + words.length();
    return answer.substring(start, answer.indexOf('\n', start)).strip();
  }

  /** Waits until it has printed a whole line with these words, after so many characters. */
  private void await(String words, int after, Duration longest) {
    try {
      Awaitility.await()
          .atMost(longest)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> !process.isAlive() || hasLine(output().substring(after), words));
    } catch (ConditionTimeoutException late) {
      close();
      throw new IllegalStateException("no '" + words + "' in time:\n" + end(), late);
    }
    requireAlive();
  }

  private static boolean hasLine(String text, String words) {
    int start = text.indexOf(words);
    return start >= 0 && text.indexOf('\n', start) > 0;
  }

  void requireAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          "it ended with status " + process.exitValue() + ":\n" + end());
    }
  }

  private String output() {
    try {
      return Files.readString(output);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private String end() {
    String all = output();
    return all.substring(Math.max(0, all.length() - 4_000)) + "\n(" + output + ")";
  }

  /** SIGTERM, and SIGKILL if that does not help. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
