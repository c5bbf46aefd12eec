package io.tallyline.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Servers that tests start run in a folder of their own, {@code <name>-<pid of the JVM>}, with a
 * file that holds their process id. That is enough to find, and to end, those of a JVM that was
 * killed.
 */
final class OwnedProcess {
  private OwnedProcess() {}

  /** A folder for a server of this JVM; it may not exist yet. */
  static Path folder(Path base, String name) {
    return base.resolve(name + "-" + ProcessHandle.current().pid());
  }

  /**
   * The living process whose id is the first line of a file. A process id may have been given to
   * somebody else meanwhile: ours names its folder on its command line.
   */
  static Optional<ProcessHandle> in(Path folder, Path pidFile) {
    try (Stream<String> lines = Files.lines(pidFile)) {
      return lines
          .findFirst()
          .map(String::strip)
          .map(Long::valueOf)
          .flatMap(ProcessHandle::of)
          .filter(ProcessHandle::isAlive)
          .filter(process -> names(process, folder));
    } catch (IOException | NumberFormatException notThere) {
      return Optional.empty();
    }
  }

  private static boolean names(ProcessHandle process, Path folder) {
    return process
        .info()
        .commandLine()
        .filter(line -> line.contains(folder.toString()))
        .isPresent();
  }

  /** Folders of JVMs that live no more. */
  static void eachLeftover(Path base, Consumer<Path> end) {
    if (!Files.isDirectory(base)) {
      return;
    }
    try (Stream<Path> folders = Files.list(base)) {
      folders.filter(folder -> !ownedByLivingJvm(folder)).forEach(end);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + base, e);
    }
  }

  private static boolean ownedByLivingJvm(Path folder) {
    String owner = folder.getFileName().toString().replaceFirst("^.*-", "");
    return owner.matches("[0-9]+")
        && ProcessHandle.of(Long.parseLong(owner)).filter(ProcessHandle::isAlive).isPresent();
  }

  static int freePort() {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException("no free port", e);
    }
  }
}
