package io.tallyline.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Properties;

/**
 * Random passwords of the embedded servers, made once and kept in a file that only its owner can
 * read: other users of the machine can reach the loopback ports too.
 */
final class Credentials {
  private static final int PASSWORD_BYTES = 24;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path file;
  private final Properties passwords;

  private Credentials(Path file, Properties passwords) {
    this.file = file;
    this.passwords = passwords;
  }

  /** Reads {@code credentials.properties} of a folder; a missing file counts as empty. */
  static Credentials in(Path folder) {
    Path file = folder.resolve("credentials.properties");
    try {
      if (!Files.exists(file)) {
        return new Credentials(file, new Properties());
      }
      OwnerOnlyFiles.restrict(file);
      return new Credentials(file, OwnerOnlyFiles.read(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new EmbeddedServersFailed(
          "EMB-007", "cannot read " + file + ": give this user the right to, or restore it.", e);
    }
  }

  boolean knows(String user) {
    return passwords.containsKey(user);
  }

  /** The user's password; a user seen for the first time gets one, on disk before it is used. */
  String passwordOf(String user) {
    String known = passwords.getProperty(user);
    if (known != null) {
      return known;
    }
    byte[] random = new byte[PASSWORD_BYTES];
    RANDOM.nextBytes(random);
    String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    passwords.setProperty(user, fresh);
    try {
      OwnerOnlyFiles.write(file, passwords, "Passwords of the embedded servers. Keep private.");
    } catch (IOException e) {
      throw new EmbeddedServersFailed(
          "EMB-007", "cannot write " + file + ": give this user the right to.", e);
    }
    return fresh;
  }
}
