package io.tallyline.embedded;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.springframework.util.FileSystemUtils;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked from the class path. We unpack them ourselves, as zonky makes the
 * parent folder writable for everybody and starts servers with fsync off and without passwords.
 */
final class PostgresBinaries {
  private static final int DIGEST_CHARACTERS = 12;

  private final Path home;

  private PostgresBinaries(Path home) {
    this.home = home;
  }

  /**
   * @param folder absolute; the programs go below it, one folder for each release
   */
  static PostgresBinaries unpackedBelow(Path folder) {
    try {
      byte[] archive = archive();
      Path home = folder.resolve("postgresql-" + digest(archive));
      if (!Files.isDirectory(home)) {
        Path fresh = folder.resolve(home.getFileName() + ".new");
        FileSystemUtils.deleteRecursively(fresh);
        unpack(archive, fresh);
        Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
      }
      return new PostgresBinaries(home);
    } catch (IOException | IllegalStateException e) {
      throw new EmbeddedServersFailed(
          "EMB-009",
          "cannot unpack PostgreSQL's programs for "
              + system()
              + " "
              + System.getProperty("os.arch")
              + " below "
              + folder
              + " ("
              + e.getMessage()
              + "): free disk space, or configure PostgreSQL servers of your own.",
          e);
    }
  }

  String program(String name) {
    String suffix = "Windows".equals(system()) ? ".exe" : "";
    return home.resolve("bin").resolve(name + suffix).toString();
  }

  private static byte[] archive() throws IOException {
    String architecture = System.getProperty("os.arch");
    try (InputStream stream =
        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(
            system(), "amd64".equals(architecture) ? "x86_64" : architecture)) {
      return stream.readAllBytes();
    }
  }

  private static String system() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      return "Windows";
    }
    return name.startsWith("mac") ? "Darwin" : "Linux";
  }

  private static String digest(byte[] archive) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
      return HexFormat.of().formatHex(digest).substring(0, DIGEST_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static void unpack(byte[] archive, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new ByteArrayInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive names a file outside itself: " + entry.getName());
        }
        unpack(tar, entry, path);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path)
      throws IOException {
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, path);
    if (List.of("bin", "lib").contains(path.getParent().getFileName().toString())
        && !path.toFile().setExecutable(true, false)) {
      throw new IOException("cannot make " + path + " executable");
    }
  }
}
