package io.tallyline.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Looks for secrets where they must not be: in texts, in files that others may read, and on the
 * command lines of all processes of the machine while it is open. Finds them in Base64 too.
 */
public final class Leaks implements AutoCloseable {
  private static final int SHORTEST_SECRET = 12;
  private static final Path PROCESSES = Path.of("/proc");

  private final Map<String, List<String>> spellings = new TreeMap<>();
  private final Set<String> found = new ConcurrentSkipListSet<>();
  private final AtomicInteger commandLines = new AtomicInteger();
  private final Thread watch;
  private volatile boolean closed;

  /**
   * Starts to watch the processes.
   *
   * @param secrets by a name that may be shown
   */
  public Leaks(Map<String, String> secrets) {
    secrets.forEach(
        (name, secret) -> {
          if (secret.length() < SHORTEST_SECRET) {
            throw new IllegalArgumentException(name + " is too short to be told from other text");
          }
          String base64 =
              Base64.getEncoder()
                  .withoutPadding()
                  .encodeToString(secret.getBytes(StandardCharsets.UTF_8));
          spellings.put(name, List.of(secret, base64));
        });
    watch = new Thread(this::watchCommandLines, "watch-command-lines");
    watch.setDaemon(true);
    watch.start();
  }

  /** Looks through a text. */
  public void lookIn(String where, String text) {
    spellings.forEach(
        (name, texts) -> {
          if (texts.stream().anyMatch(text::contains)) {
            found.add(name + " in " + where);
          }
        });
  }

  /** Looks through every file below a folder that somebody other than its owner can read. */
  public void lookInReadableFiles(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (isReadable(file, folder)) {
          lookIn(
              file.toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Where secrets were found, by their names. */
  public Collection<String> found() {
    return new TreeSet<>(found);
  }

  /** How many command lines were looked at; none would mean that nothing was watched. */
  public int commandLines() {
    return commandLines.get();
  }

  private static boolean isReadable(Path file, Path folder) throws IOException {
    if (!permissions(file).contains(PosixFilePermission.OTHERS_READ)) {
      return false;
    }
    for (Path at = file.getParent(); at.startsWith(folder); at = at.getParent()) {
      if (!permissions(at).contains(PosixFilePermission.OTHERS_EXECUTE) && !at.equals(folder)) {
        return false;
      }
    }
    return true;
  }

  private static Set<PosixFilePermission> permissions(Path file) throws IOException {
    return Files.getPosixFilePermissions(file);
  }

  private void watchCommandLines() {
    while (!closed) {
      List<Path> processes = new ArrayList<>();
      try (Stream<Path> all = Files.list(PROCESSES)) {
        all.filter(path -> path.getFileName().toString().matches("[0-9]+")).forEach(processes::add);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
      for (Path process : processes) {
        try {
          lookIn(
              "the command line of a process",
              Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1));
          commandLines.incrementAndGet();
        } catch (IOException ended) {
          // It is gone.
        }
      }
      java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      watch.join();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
