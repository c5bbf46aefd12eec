package io.tallyline.ops.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.util.HtmlUtils;

/** The page to sign in: one form, no script, nothing from other hosts. */
@Controller
class LoginPage {
  static final String WRONG = "User or password is wrong.";
  static final String LOCKED = "Too many failed sign-ins. Wait %d seconds, then try again.";
  static final String AWAY = "Signing in is not possible now. Try again later.";
  static final String NOT_BY_PROVIDER = "The sign-in provider did not confirm who you are.";
  private static final String SIGNED_OUT = "You are signed out.";

  private final String template = resource("login.html");
  private final String style = resource("login.css");
  private final Map<String, String> providers;
  private final StartPage start;

  /**
   * @param providers OpenID providers: path to begin at, and name to show
   */
  LoginPage(Map<String, String> providers, StartPage start) {
    this.providers = Map.copyOf(providers);
    this.start = start;
  }

  @GetMapping("/login")
  void show(HttpServletRequest request, HttpServletResponse response) throws IOException {
    boolean signedOut = request.getParameterMap().containsKey("signed-out");
    write(request, response, signedOut ? paragraph("message calm", SIGNED_OUT) : "");
  }

  @GetMapping("/login.css")
  ResponseEntity<String> style() {
    return ResponseEntity.ok()
        .contentType(new MediaType("text", "css", StandardCharsets.UTF_8))
        .body(style);
  }

  @GetMapping("/")
  ResponseEntity<Void> start() {
    return ResponseEntity.status(302).header("Location", start.path()).build();
  }

  /** The page again, under a status that says what went wrong. */
  void refuse(HttpServletRequest request, HttpServletResponse response, int status, String message)
      throws IOException {
    response.setStatus(status);
    write(request, response, paragraph("message", message));
  }

  private void write(HttpServletRequest request, HttpServletResponse response, String message)
      throws IOException {
    CsrfToken csrf = (CsrfToken) request.getAttribute(CsrfToken.class.getName());
    String page =
        template
            .replace("{{message}}", message)
            .replace("{{providers}}", links())
            .replace("{{csrf}}", csrf == null ? "" : HtmlUtils.htmlEscape(csrf.getToken()));
    response.setContentType("text/html;charset=UTF-8");
    response.getOutputStream().write(page.getBytes(StandardCharsets.UTF_8));
  }

  private static String paragraph(String kind, String text) {
    return "<p class=\"%s\" role=\"alert\">%s</p>".formatted(kind, HtmlUtils.htmlEscape(text));
  }

  private String links() {
    return providers.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .map(
            provider ->
                "<a class=\"provider\" href=\"%s\">Sign in with %s</a>"
                    .formatted(
                        HtmlUtils.htmlEscape(provider.getKey()),
                        HtmlUtils.htmlEscape(provider.getValue())))
        .collect(Collectors.joining("\n"));
  }

  private static String resource(String name) {
    try (InputStream found = LoginPage.class.getResourceAsStream(name)) {
      if (found == null) {
        throw new IllegalStateException("the jar lacks " + name);
      }
      return new String(found.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
