package io.tallyline.ops.security;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.session.SessionRegistry;
import org.springframework.security.web.authentication.AuthenticationSuccessHandler;
import org.springframework.security.web.authentication.session.ConcurrentSessionControlAuthenticationStrategy;

/**
 * A browser has signed in: its session is counted, and the oldest of its user ends if there are too
 * many. Programs have no session, so they never come here.
 */
final class BeginSession implements AuthenticationSuccessHandler {
  private final ConcurrentSessionControlAuthenticationStrategy limit;
  private final SessionRegistry sessions;
  private final AuthenticationSuccessHandler next;

  BeginSession(SessionRegistry sessions, int perUser, AuthenticationSuccessHandler next) {
    this.sessions = sessions;
    this.next = next;
    this.limit = new ConcurrentSessionControlAuthenticationStrategy(sessions);
    this.limit.setMaximumSessions(perUser);
  }

  @Override
  public void onAuthenticationSuccess(
      HttpServletRequest request, HttpServletResponse response, Authentication user)
      throws IOException, ServletException {
    limit.onAuthentication(user, request, response);
    sessions.registerNewSession(request.getSession().getId(), user.getPrincipal());
    next.onAuthenticationSuccess(request, response, user);
  }
}
