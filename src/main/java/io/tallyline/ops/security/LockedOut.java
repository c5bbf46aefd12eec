package io.tallyline.ops.security;

import java.time.Duration;
import org.springframework.security.core.AuthenticationException;

/** Too many failures: refused for a while, whatever the credentials. */
final class LockedOut extends AuthenticationException {
  private final Duration remaining;

  LockedOut(Duration remaining) {
    super("too many failed sign-ins");
    this.remaining = remaining;
  }

  /** Whole seconds until another attempt makes sense, at least one. */
  long retryAfterSeconds() {
    return Math.max(1, remaining.plusMillis(999).toSeconds());
  }
}
