package io.tallyline.ops.security;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends a browser's session when it has lasted long enough, or when its user was removed or got
 * another role or password since.
 */
final class EndSessions extends OncePerRequestFilter {
  private final Accounts accounts;
  private final Duration longest;
  private final InstantSource clock;

  EndSessions(Accounts accounts, Duration longest, InstantSource clock) {
    this.accounts = accounts;
    this.longest = longest;
    this.clock = clock;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    HttpSession session = request.getSession(false);
    Authentication user = SecurityContextHolder.getContext().getAuthentication();
    if (session != null && user != null && (isTooOld(session) || isChanged(user))) {
      session.invalidate();
      SecurityContextHolder.clearContext();
    }
    chain.doFilter(request, response);
  }

  private boolean isTooOld(HttpSession session) {
    Instant begun = Instant.ofEpochMilli(session.getCreationTime());
    return begun.plus(longest).isBefore(clock.instant());
  }

  private boolean isChanged(Authentication user) {
    return user.getPrincipal() instanceof SignedIn signedIn
        && !accounts.isUnchanged(signedIn.account());
  }
}
