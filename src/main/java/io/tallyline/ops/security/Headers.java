package io.tallyline.ops.security;

import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/** What every answer tells a browser not to do. */
public final class Headers {
  /** For everything but the console: nothing but the hub's own files, no inline script or style. */
  public static final String CSP =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
          + " frame-ancestors 'none'";

  /** For the console, whose libraries write styles and pictures into the page. */
  public static final String HAWTIO_CSP =
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
          + " connect-src 'self'; font-src 'self' data:; worker-src 'self' blob:; object-src 'none';"
          + " base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

  static final String PERMISSIONS =
      "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(),"
          + " magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

  private static final String CONSOLE = "/actuator/hawtio";
  private static final long YEAR_SECONDS = 31_536_000;

  private Headers() {}

  /** HSTS goes out under HTTPS only, and caching is off, as Spring Security has it by default. */
  static void configure(HeadersConfigurer<?> headers) {
    headers
        .addHeaderWriter(contentSecurityPolicy())
        .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
        .permissionsPolicyHeader(permissions -> permissions.policy(PERMISSIONS))
        .crossOriginOpenerPolicy(opener -> opener.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
        .crossOriginResourcePolicy(
            resource -> resource.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
        .httpStrictTransportSecurity(
            hsts -> hsts.maxAgeInSeconds(YEAR_SECONDS).includeSubDomains(false));
  }

  private static HeaderWriter contentSecurityPolicy() {
    return (request, response) -> {
      String path = request.getRequestURI();
      boolean console = path.equals(CONSOLE) || path.startsWith(CONSOLE + "/");
      response.setHeader("Content-Security-Policy", console ? HAWTIO_CSP : CSP);
    };
  }
}
