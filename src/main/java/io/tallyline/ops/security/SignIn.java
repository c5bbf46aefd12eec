package io.tallyline.ops.security;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.ProviderManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * The one door for names and passwords and for tokens, whichever way they come: counts failures,
 * refuses who is locked out before anything is checked, and logs what was refused.
 */
final class SignIn implements AuthenticationProvider {
  private static final Logger log = LoggerFactory.getLogger(SignIn.class);
  private static final int STRIPES = 64;
  private static final long LONGEST_WAIT_SECONDS = 10;

  private final AuthenticationManager providers;
  private final LockOut lockOut;

  /** Attempts for one user go one after the other, so that many at once gain nobody a guess. */
  private final List<ReentrantLock> turns =
      IntStream.range(0, STRIPES).mapToObj(i -> new ReentrantLock()).toList();

  SignIn(CheckPasswords passwords, CheckTokens tokens, LockOut lockOut) {
    this.providers = new ProviderManager(passwords, tokens);
    this.lockOut = lockOut;
  }

  @Override
  public Authentication authenticate(Authentication given) {
    return given instanceof BearerTokenAuthenticationToken token ? byToken(token) : inTurn(given);
  }

  @Override
  public boolean supports(Class<?> type) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type)
        || BearerTokenAuthenticationToken.class.isAssignableFrom(type);
  }

  private Authentication inTurn(Authentication given) {
    ReentrantLock turn = turns.get(Math.floorMod(given.getName().hashCode(), STRIPES));
    try {
      if (!turn.tryLock(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
        throw new AuthenticationServiceException("too many sign-ins at once");
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AuthenticationServiceException("stopped", stopped);
    }
    try {
      return byPassword(given);
    } finally {
      turn.unlock();
    }
  }

  private Authentication byPassword(Authentication given) {
    String user = given.getName();
    String address = address(given);
    refuseIfLocked(user, address);
    try {
      Authentication signedIn = providers.authenticate(given);
      lockOut.succeeded(user);
      return signedIn;
    } catch (AuthenticationServiceException notTheirFault) {
      throw notTheirFault;
    } catch (AuthenticationException wrong) {
      tell("user '" + OneLine.of(user) + "'", address, lockOut.failed(user, address));
      throw wrong;
    }
  }

  private Authentication byToken(BearerTokenAuthenticationToken given) {
    String address = address(given);
    refuseIfLocked(null, address);
    try {
      return providers.authenticate(given);
    } catch (AuthenticationServiceException notTheirFault) {
      throw notTheirFault;
    } catch (AuthenticationException wrong) {
      String fingerprint = Tokens.sha256(given.getToken());
      tell("a token", address, lockOut.failedToken(fingerprint, address));
      throw wrong;
    }
  }

  private void refuseIfLocked(@Nullable String user, String address) {
    lockOut
        .refused(user, address)
        .ifPresent(
            remaining -> {
              throw new LockedOut(remaining);
            });
  }

  private static void tell(String who, String address, LockOut.Counted counted) {
    log.warn(
        "OPS-121 sign-in of {} from {} was refused ({} of {}).",
        who,
        address,
        counted.count(),
        counted.limit());
    if (counted.locked()) {
      log.warn(
          "OPS-122 too many failed sign-ins: {} from {} is locked out for"
              + " hub.security.lockout.duration.",
          who,
          address);
    }
  }

  private static String address(Authentication given) {
    return given.getDetails() instanceof WebAuthenticationDetails details
        ? OneLine.of(String.valueOf(details.getRemoteAddress()))
        : "unknown";
  }
}
