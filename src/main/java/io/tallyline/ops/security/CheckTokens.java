package io.tallyline.ops.security;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/** Bearer tokens: those of the users file by their prefix, others by the OpenID provider. */
final class CheckTokens implements AuthenticationProvider {
  private final Accounts accounts;
  private final InstantSource clock;
  private final @Nullable AuthenticationProvider openId;

  /**
   * @param openId what checks a provider's tokens; none are accepted without it
   */
  CheckTokens(Accounts accounts, InstantSource clock, @Nullable AuthenticationProvider openId) {
    this.accounts = accounts;
    this.clock = clock;
    this.openId = openId;
  }

  @Override
  public @Nullable Authentication authenticate(Authentication given) {
    String token = ((BearerTokenAuthenticationToken) given).getToken();
    if (!token.startsWith(Tokens.PREFIX) && openId != null) {
      return openId.authenticate(given);
    }
    Account.Token known =
        accounts
            .token(Tokens.sha256(token))
            .filter(found -> !found.isExpired(clock.instant()))
            .orElseThrow(
                () -> new InvalidBearerTokenException("the token is unknown or has expired"));
    var signedIn =
        UsernamePasswordAuthenticationToken.authenticated(
            new SignedIn(known), null, known.role().authorities());
    signedIn.setDetails(given.getDetails());
    return signedIn;
  }

  @Override
  public boolean supports(Class<?> type) {
    return BearerTokenAuthenticationToken.class.isAssignableFrom(type);
  }
}
