package io.tallyline.audit;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The secret that entries are chained with. Whoever does not have it can change the table but not
 * the hashes to go with it. Thread-safe.
 */
final class AuditKey {
  /** Shortest key in bytes. */
  static final int SHORTEST = 32;

  /** What the first entry has in place of the hash before. */
  private static final int HASH_BYTES = 32;

  private static final String ALGORITHM = "HmacSHA256";
  private static final byte[] KNOWN = "tallyline audit".getBytes(StandardCharsets.UTF_8);
  private static final int ABSENT = -1;

  private final SecretKeySpec key;

  AuditKey(byte[] bytes) {
    if (bytes.length < SHORTEST) {
      throw new IllegalArgumentException("a key has at least %d bytes".formatted(SHORTEST));
    }
    this.key = new SecretKeySpec(bytes, ALGORITHM);
  }

  static byte[] nothingBefore() {
    return new byte[HASH_BYTES];
  }

  /** Tells this key from another one, and tells nobody the key. */
  byte[] proof() {
    return mac(KNOWN);
  }

  byte[] hash(AuditEntry entry) {
    return mac(encoded(entry));
  }

  /** Whether the entry says what it said when it was recorded. */
  boolean fits(AuditEntry entry) {
    return MessageDigest.isEqual(hash(entry), entry.hash());
  }

  /**
   * All fields, each after its length in bytes, so that no text can be moved from one field to the
   * next without changing the whole.
   */
  static byte[] encoded(AuditEntry entry) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      put(out, entry.previous());
      out.writeLong(entry.number());
      out.writeLong(ChronoUnit.MICROS.between(Instant.EPOCH, entry.at()));
      put(out, entry.who());
      put(out, entry.action());
      put(out, entry.subject());
      put(out, entry.reason());
      put(out, entry.before());
      put(out, entry.after());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static void put(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(ABSENT);
    } else {
      put(out, text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void put(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private byte[] mac(byte[] bytes) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(bytes);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java has " + ALGORITHM, impossible);
    }
  }
}
