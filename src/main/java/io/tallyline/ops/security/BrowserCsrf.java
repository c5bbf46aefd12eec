package io.tallyline.ops.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.Supplier;
import org.springframework.http.HttpHeaders;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.web.csrf.CookieCsrfTokenRepository;
import org.springframework.security.web.csrf.CsrfFilter;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRequestAttributeHandler;
import org.springframework.security.web.csrf.CsrfTokenRequestHandler;
import org.springframework.security.web.csrf.XorCsrfTokenRequestAttributeHandler;
import org.springframework.util.StringUtils;

/**
 * Protection of browsers from pages that send requests in their name: the cookie {@code
 * XSRF-TOKEN}, which a script of the hub's own pages sends back as the header {@code X-XSRF-TOKEN},
 * or a form as a field.
 */
final class BrowserCsrf implements CsrfTokenRequestHandler {
  private final CsrfTokenRequestHandler plain = new CsrfTokenRequestAttributeHandler();
  private final CsrfTokenRequestHandler masked = new XorCsrfTokenRequestAttributeHandler();

  static void configure(CsrfConfigurer<?> csrf) {
    CookieCsrfTokenRepository cookie = CookieCsrfTokenRepository.withHttpOnlyFalse();
    cookie.setCookiePath("/");
    cookie.setCookieCustomizer(attributes -> attributes.sameSite("Strict"));
    csrf.csrfTokenRepository(cookie)
        .csrfTokenRequestHandler(new BrowserCsrf())
        .requireCsrfProtectionMatcher(
            request -> CsrfFilter.DEFAULT_CSRF_MATCHER.matches(request) && !isFromProgram(request));
  }

  /**
   * Whether a request brings its own credentials and nothing that a browser would add by itself: no
   * session, no origin. A browser may repeat a remembered password for a foreign page, but then it
   * names that page's origin.
   */
  static boolean isFromProgram(HttpServletRequest request) {
    return request.getHeader(HttpHeaders.AUTHORIZATION) != null
        && request.getRequestedSessionId() == null
        && request.getHeader(HttpHeaders.ORIGIN) == null
        && request.getHeader("Sec-Fetch-Site") == null;
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, Supplier<CsrfToken> token) {
    masked.handle(request, response, token);
    if (Refusals.isPageVisit(request) || request.getRequestedSessionId() != null) {
      token.get();
    }
  }

  @Override
  public String resolveCsrfTokenValue(HttpServletRequest request, CsrfToken token) {
    return StringUtils.hasText(request.getHeader(token.getHeaderName()))
        ? plain.resolveCsrfTokenValue(request, token)
        : masked.resolveCsrfTokenValue(request, token);
  }
}
