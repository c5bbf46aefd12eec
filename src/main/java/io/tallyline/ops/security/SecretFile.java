package io.tallyline.ops.security;

import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/** One secret in a file of its own, in its first line: a token, a password. */
public final class SecretFile {
  private static final long LARGEST = 4_096;

  private SecretFile() {}

  /** Writes it so that only the owner can read it, from the first moment on. */
  public static void write(Path file, String secret) {
    PrivateFile.replace(file, secret + "\n");
  }

  /**
   * Reads the first line.
   *
   * @throws StartRefused OPS-133 if the file is missing, empty, too large, or others may read it
   */
  public static String read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw refused(file, "is larger than " + LARGEST + " bytes, so it is no such file");
      }
      if (mayBeReadByOthers(file)) {
        throw refused(file, "may be read by everybody on this machine; run chmod 600 on it");
      }
      return Files.readString(file, StandardCharsets.UTF_8)
          .lines()
          .findFirst()
          .map(String::strip)
          .filter(line -> !line.isEmpty())
          .orElseThrow(() -> refused(file, "is empty"));
    } catch (IOException failure) {
      throw refused(file, "cannot be read (" + failure.getClass().getSimpleName() + ")");
    }
  }

  private static boolean mayBeReadByOthers(Path file) throws IOException {
    if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
      return false;
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    return permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE);
  }

  private static StartRefused refused(Path file, String what) {
    return new StartRefused("OPS-133", "the file %s %s.".formatted(file, what));
  }
}
