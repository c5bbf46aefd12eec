package io.tallyline.audit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Where the key of the audit is kept: hexadecimal digits in the first line of a file that only its
 * owner may read. Made when an audit begins; every hub on the same database needs the same file.
 */
final class KeyFile {
  private static final long LARGEST = 4_096;

  private final Path file;

  KeyFile(Path file) {
    this.file = file;
  }

  /**
   * The key that the audit in this database was begun with, or a new one if it was not begun yet.
   *
   * @throws AuditRefused AUD-001 if the file is missing, malformed or open to others; AUD-002 if it
   *     is another audit's
   */
  AuditKey open(DataSource store) {
    JdbcClient jdbc = JdbcClient.create(store);
    Optional<byte[]> begun = proof(jdbc);
    if (begun.isEmpty() && !Files.exists(file)) {
      create();
    }
    AuditKey key = read();
    jdbc.sql("INSERT INTO hub.audit_key (proof) VALUES (?) ON CONFLICT DO NOTHING")
        .param(key.proof())
        .update();
    // Another hub may have begun it at the same moment, with a key of its own.
    if (!MessageDigest.isEqual(proof(jdbc).orElseThrow(), key.proof())) {
      throw new AuditRefused(
          "AUD-002",
          "the key in %s is not the one that the audit in this database was begun with. Copy the file from the hub that began it, or name that one with hub.audit.key-file."
              .formatted(file));
    }
    return key;
  }

  private static Optional<byte[]> proof(JdbcClient jdbc) {
    return jdbc.sql("SELECT proof FROM hub.audit_key").query(byte[].class).optional();
  }

  private void create() {
    byte[] bytes = new byte[AuditKey.SHORTEST];
    new SecureRandom().nextBytes(bytes);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      Files.deleteIfExists(fresh);
      if (isPosix(folder)) {
        Files.createFile(
            fresh,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else {
        Files.createFile(fresh);
      }
      Files.writeString(fresh, HexFormat.of().formatHex(bytes) + "\n", StandardCharsets.UTF_8);
      // Never over a key that another process has made meanwhile.
      Files.move(fresh, file);
    } catch (FileAlreadyExistsException other) {
      // Its key is as good, and is read next.
    } catch (IOException failure) {
      throw refused("cannot be written (" + failure.getClass().getSimpleName() + ")");
    }
  }

  private AuditKey read() {
    try {
      if (!Files.exists(file)) {
        throw refused("is missing, but the audit in this database was begun with it");
      }
      if (Files.size(file) > LARGEST) {
        throw refused("is larger than %d bytes, so it is no key".formatted(LARGEST));
      }
      if (mayBeReadByOthers()) {
        throw refused("may be read by everybody on this machine; run chmod 600 on it");
      }
      byte[] bytes =
          HexFormat.of().parseHex(Files.readString(file, StandardCharsets.UTF_8).strip());
      if (bytes.length < AuditKey.SHORTEST) {
        throw refused(
            "has %d bytes of key, which must be %d or more"
                .formatted(bytes.length, AuditKey.SHORTEST));
      }
      return new AuditKey(bytes);
    } catch (IllegalArgumentException notHex) {
      throw refused("does not have an even number of hexadecimal digits and nothing else");
    } catch (IOException failure) {
      throw refused("cannot be read (" + failure.getClass().getSimpleName() + ")");
    }
  }

  private boolean mayBeReadByOthers() throws IOException {
    if (!isPosix(file)) {
      return false;
    }
    var permissions = Files.getPosixFilePermissions(file);
    return permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE);
  }

  private static boolean isPosix(Path path) throws IOException {
    return Files.getFileStore(path).supportsFileAttributeView("posix");
  }

  private AuditRefused refused(String what) {
    return new AuditRefused(
        "AUD-001",
        "the key file of the audit, %s, %s. Restore it from a backup, or name it with hub.audit.key-file; without it nobody can verify what was recorded."
            .formatted(file, what));
  }
}
