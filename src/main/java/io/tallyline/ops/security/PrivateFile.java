package io.tallyline.ops.security;

import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files with secrets: made readable by their owner only, and never seen half-written. */
final class PrivateFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private PrivateFile() {}

  /**
   * Replaces a file at once.
   *
   * @throws StartRefused OPS-119 if it cannot be written, or somebody else is writing it
   */
  static void replace(Path file, String text) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      create(fresh);
      try {
        Files.writeString(fresh, text, StandardCharsets.UTF_8);
        Files.move(
            fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (FileAlreadyExistsException other) {
      throw new StartRefused(
          "OPS-119",
          "somebody else is writing %s. Try again; if nobody is, delete %s.".formatted(file, fresh),
          other);
    } catch (IOException failure) {
      throw new StartRefused(
          "OPS-119",
          "%s cannot be written (%s). Give this user the right to, or name another file."
              .formatted(file, failure.getClass().getSimpleName()),
          failure);
    }
  }

  /** Makes an empty file that only its owner may read, from its first moment on. */
  private static void create(Path file) throws IOException {
    if (isPosix(file.toAbsolutePath().getParent())) {
      Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    } else {
      Files.createFile(file);
    }
  }

  /**
   * Takes away what others may do with a file, where that is possible.
   *
   * @return what others may do with it still, empty if nothing
   */
  static Set<PosixFilePermission> restrict(Path file) throws IOException {
    if (!isPosix(file) || OWNER_ONLY.containsAll(Files.getPosixFilePermissions(file))) {
      return Set.of();
    }
    try {
      Files.setPosixFilePermissions(file, OWNER_ONLY);
    } catch (IOException notOurs) {
      Set<PosixFilePermission> others = Files.getPosixFilePermissions(file);
      others.removeIf(permission -> permission.name().startsWith("OWNER"));
      return others;
    }
    return Set.of();
  }

  private static boolean isPosix(Path file) throws IOException {
    return Files.getFileStore(file).supportsFileAttributeView("posix");
  }
}
