package io.tallyline.ops.security;

import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The users file as it is now: followed while the hub runs. An edit that is wrong is logged and
 * changes nothing until it is corrected.
 */
public final class Accounts {
  private static final Logger log = LoggerFactory.getLogger(Accounts.class);
  private static final String FIRST_USER = "admin";

  /** What a file looked like when it was read; another look means another content. */
  private record Look(long size, long modified, @Nullable Object key) {
    static @Nullable Look at(Path file) {
      try {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new Look(found.size(), found.lastModifiedTime().toMillis(), found.fileKey());
      } catch (IOException missing) {
        return null;
      }
    }
  }

  private final Path file;
  private final Duration interval;
  private final InstantSource clock;
  private volatile UsersFile users;
  private volatile Instant looked;
  private @Nullable Look look;

  private Accounts(Path file, Duration interval, InstantSource clock) {
    this.file = file;
    this.interval = interval;
    this.clock = clock;
    this.look = Look.at(file);
    this.users = UsersFile.read(file);
    this.looked = clock.instant();
  }

  /**
   * Reads the users file, and makes it with one admin if there is none.
   *
   * @param interval how often the file is looked at again
   * @throws StartRefused if the file is wrong or cannot be made
   */
  static Accounts open(Path file, Duration interval, InstantSource clock) {
    if (Files.notExists(file)) {
      makeFirst(file);
    }
    return new Accounts(file, interval, clock);
  }

  private static void makeFirst(Path file) {
    String password = Passwords.random();
    Path note = firstPassword(file);
    PrivateFile.replace(note, password + "\n");
    UsersFile.of(file, UsersFile.HEAD)
        .with(
            new Account.User(
                FIRST_USER,
                AccessRole.ADMIN,
                Passwords.hash(password.toCharArray(), Passwords.DEFAULT_ALGORITHM)))
        .save();
    log.info(
        "OPS-118 there were no users: made '{}', whose password stands in {}. Sign in, then run"
            + " ./hub users password {}, which deletes that file too.",
        FIRST_USER,
        note,
        FIRST_USER);
  }

  /** Where the password of the first admin stands until that user gets another. */
  public static Path firstPassword(Path usersFile) {
    return usersFile.resolveSibling(FIRST_USER + ".password");
  }

  /** Deletes that file, when the user of this name got another password. */
  public static void forgetFirstPassword(Path usersFile, String name) throws IOException {
    if (name.equals(FIRST_USER)) {
      Files.deleteIfExists(firstPassword(usersFile));
    }
  }

  Optional<Account.User> user(String name) {
    return current().user(name);
  }

  /** Some user, always the same one for a name that is unknown; empty if there are none. */
  Optional<Account.User> anyUser(String name) {
    List<Account.User> all =
        current().accounts().stream()
            .filter(Account.User.class::isInstance)
            .map(Account.User.class::cast)
            .toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(all.get(Math.floorMod(name.hashCode(), all.size())));
  }

  /** The token with this SHA-256, expired or not. */
  Optional<Account.Token> token(String sha256) {
    return current().token(sha256);
  }

  /** Whether this account is still what it was when it signed in. */
  boolean isUnchanged(Account account) {
    return current().account(account.name()).filter(account::equals).isPresent();
  }

  private UsersFile current() {
    Instant now = clock.instant();
    if (Duration.between(looked, now).abs().compareTo(interval) >= 0) {
      lookAgain(now);
    }
    return users;
  }

  private synchronized void lookAgain(Instant now) {
    looked = now;
    Look found = Look.at(file);
    if (found == null ? look == null : found.equals(look)) {
      return;
    }
    look = found;
    if (found == null) {
      log.error(
          "OPS-120 the users file {} is gone; its users stay until it is back. Restore it.", file);
      return;
    }
    try {
      users = UsersFile.read(file);
      log.info("The users file {} changed: {} users and tokens.", file, users.accounts().size());
    } catch (StartRefused wrong) {
      log.error("{} Until then users stay as they were.", wrong.getMessage());
    }
  }
}
