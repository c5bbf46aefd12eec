package io.tallyline.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Two hubs never share one data directory. The operating system drops the lock with its process, so
 * a killed hub leaves none behind; the file's content, the holder's pid, is for people.
 */
final class DataDirectoryLock implements AutoCloseable {
  /** Behind the content, which stays readable where locks are mandatory. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final int ATTEMPTS = 10;
  private static final long PAUSE_MILLIS = 100;

  /** Closing any channel on a file drops every lock this process has on it: never open twice. */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DataDirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * @param directory absolute, existing
   * @throws EmbeddedServersFailed EMB-005 if another hub has it
   */
  static DataDirectoryLock take(Path directory) {
    Path file = file(directory);
    if (!HELD_HERE.add(directory)) {
      throw taken(directory, Long.toString(ProcessHandle.current().pid()));
    }
    try {
      // Somebody asking isHeld() has the lock for a moment; a hub has it for good.
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock(LOCKED_BYTE, 1, false) != null) {
          byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
          channel.truncate(0).write(ByteBuffer.wrap(pid));
          return new DataDirectoryLock(directory, channel);
        }
        channel.close();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      HELD_HERE.remove(directory);
      throw new EmbeddedServersFailed(
          "EMB-006",
          "cannot lock " + file + ": the data directory must be writable and on a local disk.",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    HELD_HERE.remove(directory);
    throw taken(directory, holder(file));
  }

  /** Whether a hub, in this process or another, has the data directory now. */
  static boolean isHeld(Path directory) {
    if (HELD_HERE.contains(directory)) {
      return true;
    }
    Path file = file(directory);
    if (!Files.exists(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false)) {
      return lock == null;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path file(Path directory) {
    return directory.resolve("hub.lock");
  }

  private static String holder(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static EmbeddedServersFailed taken(Path directory, String pid) {
    return new EmbeddedServersFailed(
        "EMB-005",
        "the hub with process id "
            + pid
            + " already uses the data directory "
            + directory
            + ": stop it, or give this one another hub.data-directory.");
  }

  @Override
  public void close() throws IOException {
    channel.close();
    HELD_HERE.remove(directory);
  }
}
