package io.tallyline.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The hub's command line as a process of its own, which can be killed. */
public final class HubProcess implements AutoCloseable {
  /** Exit status after SIGKILL. */
  public static final int KILLED = 137;

  private final Process process;
  private final Path output;

  private HubProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Runs {@code hub} with these words; nothing is inherited from the environment of the test. */
  public static HubProcess run(String... words) {
    return run(List.of(), words);
  }

  /** The same with variables in its environment. */
  public static HubProcess run(Map<String, String> environment, String... words) {
    return run(List.of(), environment, words);
  }

  /** The same with options for its JVM. */
  public static HubProcess run(List<String> options, String... words) {
    return run(options, Map.of(), words);
  }

  private static HubProcess run(
      List<String> options, Map<String, String> environment, String... words) {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.add("-Xmx1g");
    command.add("-Dfile.encoding=UTF-8");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.addAll(options);
    command.add("io.tallyline.ops.Hub");
    command.addAll(List.of(words));
    try {
      Path output = Files.createTempFile(Path.of("target"), "hub-", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .redirectInput(new File("/dev/null"));
      builder.environment().keySet().removeIf(name -> name.startsWith("HUB_"));
      builder.environment().putAll(environment);
      return new HubProcess(builder.start(), output);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Exit status; the process has so many seconds. */
  public int exit(int seconds) {
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        throw new IllegalStateException("still running after " + seconds + " s:\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** Whether it has ended, waiting so many seconds for it. */
  public boolean endsWithin(int seconds) {
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Standard output and error so far. */
  public String output() {
    try {
      return Files.readString(output);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Stops its threads where they are, until {@link #resume}. */
  public void freeze() {
    signal("-STOP");
  }

  public void resume() {
    signal("-CONT");
  }

  private void signal(String signal) {
    try {
      int status =
          new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
      if (status != 0) {
        throw new IllegalStateException("kill " + signal + " ended with " + status);
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    exit(20);
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
