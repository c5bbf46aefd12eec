package io.tallyline.ops.security;

import java.util.Optional;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.password.PasswordEncoder;

/**
 * Names and passwords against the users file; an unknown name takes as long as a wrong password.
 */
final class CheckPasswords implements AuthenticationProvider {
  /** Longer ones are refused before any hash is worked out. */
  private static final int LONGEST = 1_024;

  private final Accounts accounts;
  private final PasswordEncoder encoder = Passwords.encoder(Passwords.DEFAULT_ALGORITHM);
  private final String nobody = encoder.encode(Passwords.random());

  CheckPasswords(Accounts accounts) {
    this.accounts = accounts;
  }

  @Override
  public Authentication authenticate(Authentication given) {
    String password = String.valueOf(given.getCredentials());
    if (password.length() > LONGEST) {
      throw new BadCredentialsException("too long");
    }
    Optional<Account.User> user = accounts.user(given.getName());
    boolean matches =
        encoder.matches(
            password,
            user.or(() -> accounts.anyUser(given.getName()))
                .map(Account.User::hash)
                .orElse(nobody));
    if (user.isEmpty() || !matches) {
      throw new BadCredentialsException("user or password is wrong");
    }
    var signedIn =
        UsernamePasswordAuthenticationToken.authenticated(
            new SignedIn(user.get()), null, user.get().role().authorities());
    signedIn.setDetails(given.getDetails());
    return signedIn;
  }

  @Override
  public boolean supports(Class<?> type) {
    return UsernamePasswordAuthenticationToken.class.isAssignableFrom(type);
  }
}
