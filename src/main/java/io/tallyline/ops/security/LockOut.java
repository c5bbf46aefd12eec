package io.tallyline.ops.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Counts failed sign-ins by user and by address and says who is refused for now. It remembers a
 * bounded number of both; the one that was quiet longest is forgotten first.
 */
final class LockOut {
  private static final class Failures {
    private int count;
    private Instant last = Instant.EPOCH;
    private Instant lockedUntil = Instant.EPOCH;
    private @Nullable String lastToken;
  }

  /**
   * @param locked whether this failure was the one that locks
   * @param count failures within the window
   * @param limit how many lock
   */
  record Counted(boolean locked, int count, int limit) {}

  private static final int LONGEST_NAME = 65;

  private final AccessProperties.Lockout limits;
  private final InstantSource clock;
  private final Map<String, Failures> failures;

  LockOut(AccessProperties.Lockout limits, InstantSource clock) {
    this.limits = limits;
    this.clock = clock;
    this.failures =
        new LinkedHashMap<>(64, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > limits.entries();
          }
        };
  }

  /** How long this user, or anybody at this address, is refused still; empty if not at all. */
  synchronized Optional<Duration> refused(@Nullable String user, String address) {
    Instant now = clock.instant();
    Instant until = lockedUntil(addressKey(address));
    if (user != null && lockedUntil(userKey(user)).isAfter(until)) {
      until = lockedUntil(userKey(user));
    }
    return until.isAfter(now) ? Optional.of(Duration.between(now, until)) : Optional.empty();
  }

  private Instant lockedUntil(String key) {
    Failures found = failures.get(key);
    return found == null ? Instant.EPOCH : found.lockedUntil;
  }

  /** A wrong password. */
  synchronized Counted failed(String user, String address) {
    Counted byAddress = count(addressKey(address), limits.addressFailures());
    Counted byUser = count(userKey(user), limits.userFailures());
    return byAddress.locked() ? byAddress : byUser;
  }

  /**
   * A wrong token. The same one over and over counts once: it is a program with an old token, which
   * must not lock out the people at its address, and nobody guesses by trying one thing twice.
   *
   * @param fingerprint tells tokens apart
   */
  synchronized Counted failedToken(String fingerprint, String address) {
    String key = addressKey(address);
    Failures known = failures.get(key);
    if (known != null && Objects.equals(known.lastToken, fingerprint)) {
      return new Counted(false, known.count, limits.addressFailures());
    }
    Counted counted = count(key, limits.addressFailures());
    failures.computeIfAbsent(key, any -> new Failures()).lastToken = fingerprint;
    return counted;
  }

  /** A right password ends the counting for its user, not for the address. */
  synchronized void succeeded(String user) {
    failures.remove(userKey(user));
  }

  private Counted count(String key, int limit) {
    Instant now = clock.instant();
    Failures known = failures.computeIfAbsent(key, any -> new Failures());
    boolean old = Duration.between(known.last, now).compareTo(limits.window()) > 0;
    known.count = old ? 1 : known.count + 1;
    known.last = now;
    boolean locks = known.count >= limit;
    if (locks) {
      known.lockedUntil = now.plus(limits.duration());
      known.count = 0;
    }
    return new Counted(locks, locks ? limit : known.count, limit);
  }

  synchronized int remembered() {
    return failures.size();
  }

  /** No user's name is longer, and nobody fills the memory with long ones. */
  private static String userKey(String user) {
    return "user " + user.substring(0, Math.min(user.length(), LONGEST_NAME));
  }

  private static String addressKey(String address) {
    return "address " + address;
  }
}
