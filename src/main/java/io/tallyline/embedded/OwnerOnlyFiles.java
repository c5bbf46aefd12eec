package io.tallyline.embedded;

import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;

/** Files that hold passwords: readable by their owner only, and never seen half-written. */
final class OwnerOnlyFiles {
  private OwnerOnlyFiles() {}

  static void write(Path file, Properties properties, String comment) throws IOException {
    Path fresh = empty(file.resolveSibling(file.getFileName() + ".new"));
    try (Writer writer = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
      properties.store(writer, comment);
    }
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** A folder whose content only its owner can reach, whatever its files' own modes. */
  static void createFolder(Path folder) throws IOException {
    Files.createDirectory(folder);
    if (posix(folder)) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
  }

  static Properties read(Path file) throws IOException {
    Properties properties = new Properties();
    try (var reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    return properties;
  }

  /** Takes away what others may do with a file that someone copied or restored. */
  static void restrict(Path file) throws IOException {
    if (posix(file)) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
  }

  private static Path empty(Path file) throws IOException {
    Files.deleteIfExists(file);
    try {
      if (posix(file.toAbsolutePath().getParent())) {
        return Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      return Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      throw new IOException("somebody else is writing " + file, e);
    }
  }

  private static boolean posix(Path file) throws IOException {
    return Files.getFileStore(file).supportsFileAttributeView("posix");
  }
}
