package io.tallyline.ops.security;

import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Users and tokens as a file that a person can read and edit:
 *
 * <pre>
 * # who   name     role      hash of the password, or SHA-256 of the token and its last moment
 * user    ann      operator  {bcrypt}$2a$12$...
 * token   scraper  viewer    9f86d081884c7d65...  2027-01-01T00:00:00Z
 * </pre>
 *
 * Passwords in plain text, or under another hash, are refused. Comments stay when a command edits
 * it.
 */
public final class UsersFile {
  static final String HEAD =
      """
      # Users and tokens of the hub. Change it with ./hub users, or by hand; the hub follows it.
      # user   NAME  ROLE  HASH               roles: viewer, operator, approver, admin
      # token  NAME  ROLE  SHA-256  EXPIRES
      """;

  /** Also what fits a log line, a header and a file name. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final long LARGEST = 1 << 20;

  private final Path file;
  private final List<String> lines;
  private final Map<String, Account> accounts = new LinkedHashMap<>();
  private final Map<String, Account.Token> tokens = new LinkedHashMap<>();

  private UsersFile(Path file, List<String> lines) {
    this.file = file;
    this.lines = List.copyOf(lines);
    for (int i = 0; i < lines.size(); i++) {
      read(lines.get(i).strip(), i + 1);
    }
  }

  /**
   * Reads a file; one that is missing has nobody in it.
   *
   * @throws StartRefused OPS-115 a line is wrong, OPS-116 the file cannot be read, OPS-117 somebody
   *     else may change it
   */
  public static UsersFile read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new StartRefused(
            "OPS-116", "%s is larger than %d bytes. Is it a users file?".formatted(file, LARGEST));
      }
      refuseIfOthersMayChange(file);
      return new UsersFile(file, Files.readAllLines(file, StandardCharsets.UTF_8));
    } catch (NoSuchFileException missing) {
      return new UsersFile(file, List.of());
    } catch (CharacterCodingException noText) {
      throw new StartRefused("OPS-116", file + " is not UTF-8 text. Restore it.", noText);
    } catch (IOException unreadable) {
      throw new StartRefused(
          "OPS-116",
          "the users file %s cannot be read. Give this user the right to, or set hub.security.users-file."
              .formatted(file),
          unreadable);
    }
  }

  static UsersFile of(Path file, String text) {
    return new UsersFile(file, text.lines().toList());
  }

  private static void refuseIfOthersMayChange(Path file) throws IOException {
    Set<PosixFilePermission> others = PrivateFile.restrict(file);
    if (others.contains(PosixFilePermission.GROUP_WRITE)
        || others.contains(PosixFilePermission.OTHERS_WRITE)
        || others.contains(PosixFilePermission.OTHERS_READ)) {
      throw new StartRefused(
          "OPS-117",
          "others than its owner may read or change the users file %s. Run chmod 600 on it."
              .formatted(file));
    }
  }

  private void read(String line, int number) {
    if (line.isEmpty() || line.startsWith("#")) {
      return;
    }
    Account account = account(line.split("\\s+"), number);
    if (accounts.put(account.name(), account) != null) {
      throw wrong(number, "the name '" + account.name() + "' was used before");
    }
    if (account instanceof Account.Token token && tokens.put(token.sha256(), token) != null) {
      throw wrong(number, "this token was given before under another name");
    }
  }

  private Account account(String[] words, int number) {
    if (words.length == 4 && words[0].equals("user")) {
      if (!Passwords.isHash(words[3])) {
        throw wrong(
            number,
            "the password of '%s' is no {bcrypt} or {argon2} hash; make one with ./hub users password"
                .formatted(OneLine.of(words[1])));
      }
      return new Account.User(name(words[1], number), role(words[2], number), words[3]);
    }
    if (words.length == 5 && words[0].equals("token")) {
      if (!SHA256.matcher(words[3]).matches()) {
        throw wrong(number, "a token is kept as 64 hexadecimal digits of its SHA-256");
      }
      return new Account.Token(
          tokenName(words[1], number), role(words[2], number), words[3], moment(words[4], number));
    }
    throw wrong(number, "a line is 'user NAME ROLE HASH' or 'token NAME ROLE SHA-256 EXPIRES'");
  }

  private String name(String word, int number) {
    if (!isName(word)) {
      throw wrong(
          number,
          "'%s' is no name: letters, digits and . _ @ - only, at most 64"
              .formatted(OneLine.of(word)));
    }
    return word;
  }

  private String tokenName(String word, int number) {
    return isTokenName(word) ? word : name(word, number);
  }

  private AccessRole role(String word, int number) {
    try {
      return AccessRole.parse(word);
    } catch (IllegalArgumentException unknown) {
      throw wrong(number, String.valueOf(unknown.getMessage()));
    }
  }

  private Instant moment(String word, int number) {
    try {
      return Instant.parse(word);
    } catch (DateTimeParseException no) {
      throw wrong(number, "a token's last moment looks like 2027-01-01T00:00:00Z");
    }
  }

  /** Never shows the line itself: a password may stand in it. */
  private StartRefused wrong(int number, String what) {
    return new StartRefused(
        "OPS-115", "line %d of %s is wrong: %s. Correct the line.".formatted(number, file, what));
  }

  /** Whether a word may name a user or token. */
  public static boolean isName(String word) {
    return NAME.matcher(word).matches();
  }

  /** The same of a token, which may be {@code <user>/<purpose>} too. */
  public static boolean isTokenName(String word) {
    String[] parts = word.split("/", -1);
    return parts.length <= 2 && java.util.Arrays.stream(parts).allMatch(UsersFile::isName);
  }

  public Collection<Account> accounts() {
    return List.copyOf(accounts.values());
  }

  Optional<Account.User> user(String name) {
    return accounts.get(name) instanceof Account.User user ? Optional.of(user) : Optional.empty();
  }

  Optional<Account.Token> token(String sha256) {
    return Optional.ofNullable(tokens.get(sha256));
  }

  /** The account of that name, user or token. */
  public Optional<Account> account(String name) {
    return Optional.ofNullable(accounts.get(name));
  }

  /** With this account, in place of one of the same name. */
  public UsersFile with(Account account) {
    List<String> edited = new ArrayList<>(lines.isEmpty() ? HEAD.lines().toList() : lines);
    int at = lineOf(account.name());
    if (at < 0) {
      edited.add(line(account));
    } else {
      edited.set(at, line(account));
    }
    return new UsersFile(file, edited);
  }

  /** Without the account of this name. */
  public UsersFile without(String name) {
    List<String> edited = new ArrayList<>(lines);
    int at = lineOf(name);
    if (at >= 0) {
      edited.remove(at);
    }
    return new UsersFile(file, edited);
  }

  private int lineOf(String name) {
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).strip().split("\\s+");
      if (words.length > 1 && !words[0].startsWith("#") && words[1].equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private static String line(Account account) {
    return account instanceof Account.User user
        ? "user   %s  %s  %s".formatted(user.name(), user.role().word(), user.hash())
        : token((Account.Token) account);
  }

  private static String token(Account.Token token) {
    return "token  %s  %s  %s  %s"
        .formatted(token.name(), token.role().word(), token.sha256(), token.expires());
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }

  /** Writes it, owner-only, at once. */
  public void save() {
    PrivateFile.replace(file, text());
  }
}
