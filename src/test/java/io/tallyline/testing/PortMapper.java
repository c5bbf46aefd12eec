package io.tallyline.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Erlang's port mapper for the nodes of one folder, and what else they share: the home folder with
 * their cookie. With one of our own no node meets those of the machine.
 */
final class PortMapper {
  private static final String HOST = "127.0.0.1";
  private static final String PID_FILE = "epmd.pid";

  private final Path folder;
  private final int port = OwnedProcess.freePort();
  private Process process;

  PortMapper(Path folder) {
    this.folder = folder;
  }

  Path home() {
    return folder.resolve("home");
  }

  Map<String, String> environment() {
    return Map.of(
        "HOME", home().toString(),
        "ERL_EPMD_ADDRESS", HOST,
        "ERL_EPMD_PORT", Integer.toString(port));
  }

  void start() {
    try {
      Files.createDirectories(home());
      process =
          new ProcessBuilder("epmd", "-port", Integer.toString(port), "-address", HOST)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("epmd.log").toFile())
              .start();
      Files.writeString(folder.resolve(PID_FILE), process.pid() + "\n-port " + port + "\n");
    } catch (IOException e) {
      throw new IllegalStateException("epmd does not start: " + e.getMessage(), e);
    }
  }

  void end() {
    process.destroyForcibly();
  }

  /** It names no folder on its command line, but a port that only it has. */
  static void endLeftover(Path folder) {
    try {
      Path file = folder.resolve(PID_FILE);
      if (!Files.exists(file)) {
        return;
      }
      var lines = Files.readAllLines(file);
      ProcessHandle.of(Long.parseLong(lines.get(0)))
          .filter(left -> left.info().commandLine().orElse("").contains("epmd " + lines.get(1)))
          .ifPresent(ProcessHandle::destroyForcibly);
      Files.delete(file);
    } catch (IOException | RuntimeException unreadable) {
      throw new IllegalStateException("cannot end a left-over epmd of " + folder, unreadable);
    }
  }
}
