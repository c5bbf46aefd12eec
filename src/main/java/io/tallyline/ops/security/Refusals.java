package io.tallyline.ops.security;

import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.authentication.AuthenticationFailureHandler;

/**
 * How a refusal looks: a problem document (RFC 9457) for programs, the page to sign in for browsers
 * that visit a page. It says what to do and never why exactly a sign-in was refused.
 */
final class Refusals
    implements AuthenticationEntryPoint, AccessDeniedHandler, AuthenticationFailureHandler {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String REALM = "realm=\"tallyline\"";

  private final LoginPage page;

  Refusals(LoginPage page) {
    this.page = page;
  }

  /** Whether a person's browser opens a page, rather than a program or script asking. */
  static boolean isPageVisit(HttpServletRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return HttpMethod.GET.matches(request.getMethod())
        && accept != null
        && accept.contains(MediaType.TEXT_HTML_VALUE)
        && request.getHeader(HttpHeaders.AUTHORIZATION) == null
        && !request.getRequestURI().startsWith("/api/");
  }

  /** Nobody is signed in, or the credentials are wrong. */
  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    if (why instanceof LockedOut locked) {
      tooMany(request, response, locked);
    } else if (why instanceof AuthenticationServiceException) {
      log.warn("OPS-123 a sign-in could not be checked: {}", OneLine.of(root(why)));
      problem(
          request,
          response,
          HttpStatus.SERVICE_UNAVAILABLE,
          "The credentials cannot be checked now. Try again later.");
    } else if (isPageVisit(request)) {
      response.sendRedirect("/login");
    } else {
      challenge(request, response);
      problem(
          request,
          response,
          HttpStatus.UNAUTHORIZED,
          "Sign in first: a bearer token (./hub users token), or user and password.");
    }
  }

  /** A form that was filled in wrongly. */
  @Override
  public void onAuthenticationFailure(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException why)
      throws IOException {
    if (!String.valueOf(request.getHeader(HttpHeaders.ACCEPT))
        .contains(MediaType.TEXT_HTML_VALUE)) {
      commence(request, response, why);
    } else if (why instanceof LockedOut locked) {
      long seconds = locked.retryAfterSeconds();
      response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
      page.refuse(request, response, 429, LoginPage.LOCKED.formatted(seconds));
    } else if (why instanceof AuthenticationServiceException) {
      page.refuse(request, response, 503, LoginPage.AWAY);
    } else {
      page.refuse(request, response, 401, LoginPage.WRONG);
    }
  }

  /** Somebody is signed in and may not. */
  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException why)
      throws IOException {
    Authentication user = SecurityContextHolder.getContext().getAuthentication();
    if (user == null && !isForEverybody(request)) {
      commence(request, response, new InsufficientAuthenticationException("nobody", why));
      return;
    }
    if (!EndpointTable.knowsPath(request)) {
      problem(request, response, HttpStatus.NOT_FOUND, "There is nothing at this address.");
      return;
    }
    log.warn(
        "OPS-124 {} may not {} {}: {}",
        user == null ? "nobody" : OneLine.of(user.getName()),
        request.getMethod(),
        OneLine.of(request.getRequestURI()),
        OneLine.of(String.valueOf(why.getMessage())));
    problem(request, response, HttpStatus.FORBIDDEN, forbidden(request));
  }

  private static boolean isForEverybody(HttpServletRequest request) {
    return EndpointTable.rowFor(request).filter(row -> row.role() == null).isPresent();
  }

  private static String forbidden(HttpServletRequest request) {
    return EndpointTable.rowFor(request)
        .map(EndpointTable.Endpoint::role)
        .filter(role -> !role.isHeldBy(SecurityContextHolder.getContext().getAuthentication()))
        .map(role -> "This needs the role %s. Ask an admin of the hub.".formatted(role.word()))
        .orElse("Refused. A browser's requests carry the cookie XSRF-TOKEN as X-XSRF-TOKEN too.");
  }

  private static void tooMany(
      HttpServletRequest request, HttpServletResponse response, LockedOut locked)
      throws IOException {
    response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(locked.retryAfterSeconds()));
    problem(
        request,
        response,
        HttpStatus.TOO_MANY_REQUESTS,
        "Too many failed sign-ins. Wait %d seconds.".formatted(locked.retryAfterSeconds()));
  }

  /** Browsers' scripts get no Basic challenge, which would open the browser's own window. */
  private static void challenge(HttpServletRequest request, HttpServletResponse response) {
    response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer " + REALM);
    if (request.getHeader("Sec-Fetch-Mode") == null) {
      response.addHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic " + REALM + ", charset=\"UTF-8\"");
    }
  }

  private static void problem(
      HttpServletRequest request, HttpServletResponse response, HttpStatus status, String detail)
      throws IOException {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", status.getReasonPhrase());
    problem.put("status", status.value());
    problem.put("detail", detail);
    problem.put("instance", request.getRequestURI());
    response.setStatus(status.value());
    response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
    response.setCharacterEncoding("UTF-8");
    response.getOutputStream().write(JSON.writeValueAsBytes(problem));
  }

  private static String root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
