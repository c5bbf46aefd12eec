package io.tallyline.testing;

import io.tallyline.ops.security.AccessRole;
import io.tallyline.ops.security.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** One user and one token of each role, known to every hub that tests start. */
public final class TestUsers {
  private static final Map<AccessRole, String> TOKENS = new EnumMap<>(AccessRole.class);
  private static final Path FOLDER = folder();
  private static final Path FILE = FOLDER.resolve("users.conf");

  static {
    for (AccessRole role : AccessRole.values()) {
      TOKENS.put(role, Tokens.random());
    }
    try {
      Files.writeString(FILE, text());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private TestUsers() {}

  /** Where hubs of tests keep what is theirs alone; new for each JVM. */
  public static Path folder() {
    if (FOLDER != null) {
      return FOLDER;
    }
    try {
      return Files.createTempDirectory(Files.createDirectories(Path.of("target/hubs")), "data-")
          .toAbsolutePath();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public static Path file() {
    return FILE;
  }

  /** The users and tokens as lines of a users file. */
  public static String text() {
    return Arrays.stream(AccessRole.values())
            .map(
                role ->
                    "user %s %s {bcrypt}%s\ntoken %s-token %s %s 2199-01-01T00:00:00Z"
                        .formatted(
                            user(role),
                            role.word(),
                            new BCryptPasswordEncoder(4).encode(password(role)),
                            user(role),
                            role.word(),
                            Tokens.sha256(token(role))))
            .collect(Collectors.joining("\n"))
        + "\n";
  }

  public static String user(AccessRole role) {
    return "test-" + role.word();
  }

  public static String password(AccessRole role) {
    return "only for tests: " + role.word();
  }

  public static String token(AccessRole role) {
    return TOKENS.get(role);
  }

  public static HttpRequest.Builder bearing(AccessRole role, HttpRequest.Builder request) {
    return request.header("Authorization", "Bearer " + token(role));
  }

  public static String basic(String user, String password) {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }
}
