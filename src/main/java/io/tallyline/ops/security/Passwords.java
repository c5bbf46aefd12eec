package io.tallyline.ops.security;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** Hashes of passwords: bcrypt and argon2, and nothing else. */
public final class Passwords {
  /** What {@code ./hub users} takes unless told otherwise. */
  public static final String DEFAULT_ALGORITHM = "bcrypt";

  private static final int SHORTEST = 12;
  private static final int LONGEST_BYTES = 72;
  private static final int RANDOM_BYTES = 24;
  private static final int BCRYPT_STRENGTH = 12;
  private static final Pattern BCRYPT =
      Pattern.compile("\\{bcrypt}\\$2[aby]\\$\\d\\d\\$[./\\w]{53}");
  private static final Pattern ARGON2 =
      Pattern.compile(
          "\\{argon2}\\$argon2(id|i|d)\\$v=\\d+\\$m=\\d+,t=\\d+,p=\\d+\\$[^$\\s]+\\$[^$\\s]+");
  private static final SecureRandom RANDOM = new SecureRandom();

  private Passwords() {}

  static PasswordEncoder encoder(String algorithm) {
    return new DelegatingPasswordEncoder(
        algorithm,
        Map.of(
            "bcrypt",
            new BCryptPasswordEncoder(BCRYPT_STRENGTH),
            "argon2",
            Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()));
  }

  /** Whether a hash of the users file is one that {@link #encoder} can check. */
  static boolean isHash(String text) {
    return BCRYPT.matcher(text).matches() || ARGON2.matcher(text).matches();
  }

  /**
   * The hash of a password that somebody chose.
   *
   * @param algorithm bcrypt or argon2
   * @throws IllegalArgumentException if the password is too short or too long; says the bound
   */
  public static String hash(char[] password, String algorithm) {
    CharBuffer text = CharBuffer.wrap(password);
    if (password.length < SHORTEST
        || StandardCharsets.UTF_8.encode(text.duplicate()).remaining() > LONGEST_BYTES) {
      throw new IllegalArgumentException(
          "a password has at least %d characters and at most %d bytes"
              .formatted(SHORTEST, LONGEST_BYTES));
    }
    return encoder(algorithm).encode(text);
  }

  /** 192 random bits, as text. */
  static String random() {
    byte[] random = new byte[RANDOM_BYTES];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }
}
