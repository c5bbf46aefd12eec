package io.tallyline.ops.security;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.security.oauth2.client.web.AuthorizationRequestRepository;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;

/**
 * Sign-ins that are at the provider's page just now. Kept here and found by a cookie of their own,
 * because a browser that comes back from another site does not send the session's strict cookie,
 * and because a visitor who is not signed in gets no session.
 */
final class PendingSignIns implements AuthorizationRequestRepository<OAuth2AuthorizationRequest> {
  static final String COOKIE = "HUB_SIGN_IN";
  private static final String PATH = "/login/oauth2/code/";
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int MOST = 1_000;

  private record Pending(OAuth2AuthorizationRequest request, Instant begun) {}

  private final InstantSource clock;

  /** The oldest goes first when somebody begins too many. */
  private final Map<String, Pending> pending =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Pending> eldest) {
          return size() > MOST;
        }
      };

  PendingSignIns(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public @Nullable OAuth2AuthorizationRequest loadAuthorizationRequest(HttpServletRequest request) {
    synchronized (pending) {
      return key(request)
          .map(pending::get)
          .filter(this::isRecent)
          .map(Pending::request)
          .orElse(null);
    }
  }

  @Override
  public void saveAuthorizationRequest(
      @Nullable OAuth2AuthorizationRequest authorization,
      HttpServletRequest request,
      HttpServletResponse response) {
    if (authorization == null) {
      removeAuthorizationRequest(request, response);
      return;
    }
    String key = Passwords.random();
    synchronized (pending) {
      pending.put(key, new Pending(authorization, clock.instant()));
    }
    setCookie(request, response, key, LONGEST);
  }

  @Override
  public @Nullable OAuth2AuthorizationRequest removeAuthorizationRequest(
      HttpServletRequest request, HttpServletResponse response) {
    OAuth2AuthorizationRequest found = loadAuthorizationRequest(request);
    synchronized (pending) {
      key(request).ifPresent(pending::remove);
    }
    setCookie(request, response, "", Duration.ZERO);
    return found;
  }

  private boolean isRecent(Pending found) {
    return Duration.between(found.begun(), clock.instant()).compareTo(LONGEST) < 0;
  }

  private static Optional<String> key(HttpServletRequest request) {
    return Optional.ofNullable(request.getCookies()).stream()
        .flatMap(Arrays::stream)
        .filter(cookie -> cookie.getName().equals(COOKIE))
        .map(Cookie::getValue)
        .findFirst();
  }

  private static void setCookie(
      HttpServletRequest request, HttpServletResponse response, String value, Duration age) {
    ResponseCookie cookie =
        ResponseCookie.from(COOKIE, value)
            .path(PATH)
            .httpOnly(true)
            .secure(request.isSecure())
            .sameSite("Lax")
            .maxAge(age)
            .build();
    response.addHeader(HttpHeaders.SET_COOKIE, cookie.toString());
  }
}
