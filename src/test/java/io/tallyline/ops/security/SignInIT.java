package io.tallyline.ops.security;

import static io.tallyline.ops.security.SecuredHub.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.ops.security.SecuredHub.Browser;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way to sign in, over HTTP, and what a session of a browser may and may not. */
class SignInIT {
  private static final TestHub HUB = SecuredHub.shared();

  @AfterAll
  static void endHub() {
    SecuredHub.end();
  }

  private static final Duration SOON = Duration.ofSeconds(20);

  private static HttpRequest.Builder get(String path) {
    return HttpRequest.newBuilder(HUB.uri(path));
  }

  private static HttpRequest.Builder jolokia() {
    return get("/actuator/jolokia")
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"version\"}"));
  }

  @Test
  void answers_probes_to_anybody_and_nothing_else() {
    assertThat(send(get("/actuator/health/liveness")).statusCode()).isEqualTo(200);
    assertThat(send(get("/actuator/health/readiness")).statusCode()).isEqualTo(200);
    for (String path : List.of("/actuator/health", "/actuator/prometheus", "/", "/api/x")) {
      HttpResponse<String> answer = send(get(path));
      assertThat(answer.statusCode()).as(path).isEqualTo(401);
      assertThat(answer.headers().firstValue("Content-Type"))
          .contains("application/problem+json;charset=UTF-8");
      assertThat(answer.headers().allValues("WWW-Authenticate"))
          .containsExactly(
              "Bearer realm=\"tallyline\"", "Basic realm=\"tallyline\", charset=\"UTF-8\"");
      assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void lets_every_role_in_by_token_by_password_and_by_form(AccessRole role) {
    HttpResponse<String> byToken = send(TestUsers.bearing(role, get("/actuator/info")));
    assertThat(byToken.statusCode()).isEqualTo(200);
    assertThat(byToken.headers().firstValue("Set-Cookie")).as("no session").isEmpty();

    String basic = TestUsers.basic(TestUsers.user(role), TestUsers.password(role));
    HttpResponse<String> byPassword = send(get("/actuator/info").header("Authorization", basic));
    assertThat(byPassword.statusCode()).isEqualTo(200);
    assertThat(byPassword.headers().firstValue("Set-Cookie")).as("no session").isEmpty();

    Browser browser = new Browser(HUB);
    HttpResponse<String> byForm = browser.signIn(role);
    assertThat(byForm.statusCode()).isEqualTo(302);
    assertThat(byForm.headers().firstValue("Location")).contains("/");
    assertThat(browser.open("/actuator/info").statusCode()).isEqualTo(200);
  }

  @Test
  void leads_a_browser_to_the_page_to_sign_in_and_makes_no_session_for_a_visitor() {
    Browser browser = new Browser(HUB);

    HttpResponse<String> answer = browser.open("/actuator/health");
    HttpResponse<String> page = browser.open("/login");

    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("Location")).contains("/login");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).doesNotContain("{{").doesNotContain("<script").doesNotContain("style=");
    assertThat(browser.cookie("HUB_SESSION")).isEmpty();
  }

  @Test
  void every_answer_carries_the_headers_that_keep_browsers_safe() {
    for (HttpResponse<String> answer :
        List.of(new Browser(HUB).open("/login"), send(get("/actuator/health")))) {
      assertThat(answer.headers().firstValue("Content-Security-Policy")).contains(Headers.CSP);
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
      assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
      assertThat(answer.headers().firstValue("Permissions-Policy")).contains(Headers.PERMISSIONS);
      assertThat(answer.headers().firstValue("Cache-Control").orElse("")).contains("no-store");
      assertThat(answer.headers().firstValue("Strict-Transport-Security"))
          .as("not without TLS")
          .isEmpty();
      assertThat(answer.headers().firstValue("Server")).isEmpty();
    }
  }

  @Test
  void a_session_is_new_after_signing_in_and_gone_after_signing_out() {
    Browser browser = new Browser(HUB);
    HttpResponse<String> first = browser.signIn(AccessRole.VIEWER);
    String cookie =
        first.headers().allValues("Set-Cookie").stream()
            .filter(set -> set.startsWith("HUB_SESSION="))
            .findFirst()
            .orElseThrow();
    assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict");
    String session = browser.cookie("HUB_SESSION").orElseThrow().getValue();

    browser.signIn(AccessRole.VIEWER);
    assertThat(browser.cookie("HUB_SESSION").orElseThrow().getValue())
        .as("not the one from before")
        .isNotEqualTo(session);

    browser.open("/actuator/info");
    HttpResponse<String> out =
        browser.send(
            browser
                .page("/logout")
                .header("X-XSRF-TOKEN", browser.cookie("XSRF-TOKEN").orElseThrow().getValue())
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(out.headers().firstValue("Location")).contains("/login?signed-out");
    assertThat(browser.open("/actuator/info").statusCode()).isEqualTo(302);
  }

  @Test
  void a_session_id_from_outside_is_never_taken_over() {
    HttpResponse<String> answer =
        send(get("/login").header("Cookie", "HUB_SESSION=0123456789ABCDEF0123456789ABCDEF"));

    assertThat(answer.headers().allValues("Set-Cookie"))
        .noneMatch(set -> set.startsWith("HUB_SESSION=0123456789ABCDEF"));
  }

  @Test
  void a_browser_needs_the_token_against_foreign_pages_and_a_program_does_not() {
    assertThat(send(TestUsers.bearing(AccessRole.VIEWER, jolokia())).statusCode())
        .as("program")
        .isNotIn(401, 403);

    Browser browser = new Browser(HUB);
    browser.signIn(AccessRole.VIEWER);
    browser.open("/actuator/info");
    assertThat(browser.send(jolokia()).statusCode()).as("without").isEqualTo(403);
    assertThat(browser.send(jolokia().header("X-XSRF-TOKEN", "guess")).statusCode())
        .as("wrong")
        .isEqualTo(403);
    String token = browser.cookie("XSRF-TOKEN").orElseThrow().getValue();
    assertThat(browser.send(jolokia().header("X-XSRF-TOKEN", token)).statusCode())
        .as("right")
        .isNotIn(401, 403);

    String remembered =
        TestUsers.basic(TestUsers.user(AccessRole.VIEWER), TestUsers.password(AccessRole.VIEWER));
    assertThat(
            send(jolokia()
                    .header("Authorization", remembered)
                    .header("Origin", "https://elsewhere.example"))
                .statusCode())
        .as("a password that a browser repeats for a foreign page")
        .isEqualTo(401);
  }

  @Test
  void the_form_itself_needs_that_token_too() {
    HttpResponse<String> answer =
        send(
            get("/login")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    SecuredHub.form(
                        "username",
                        TestUsers.user(AccessRole.ADMIN),
                        "password",
                        TestUsers.password(AccessRole.ADMIN))));

    assertThat(answer.statusCode()).isEqualTo(403);
    assertThat(answer.headers().allValues("Set-Cookie"))
        .noneMatch(set -> set.startsWith("HUB_SESSION="));
  }

  @Test
  void one_user_has_so_many_sessions_and_the_oldest_ends() {
    Browser oldest = new Browser(HUB);
    oldest.signIn(AccessRole.APPROVER);
    for (int i = 0; i < 3; i++) {
      assertThat(new Browser(HUB).signIn(AccessRole.APPROVER).statusCode()).isEqualTo(302);
    }

    assertThat(oldest.open("/actuator/info").headers().firstValue("Location")).contains("/login");
  }

  @Test
  void follows_the_users_file_and_ends_sessions_of_who_was_removed_or_changed() {
    UsersFile before = UsersFile.read(SecuredHub.usersFile());
    String token = Tokens.random();
    String password = "guest for a minute";
    var user =
        new Account.User(
            "guest", AccessRole.ADMIN, Passwords.hash(password.toCharArray(), "argon2"));
    before
        .with(user)
        .with(
            new Account.Token(
                "old",
                AccessRole.VIEWER,
                Tokens.sha256(token),
                Instant.parse("2020-01-01T00:00:00Z")))
        .save();
    Browser browser = new Browser(HUB);
    await().atMost(SOON).until(() -> browser.signIn("guest", password).statusCode() == 302);
    assertThat(browser.open("/actuator/sbom").statusCode()).isEqualTo(200);
    assertThat(send(get("/actuator/info").header("Authorization", "Bearer " + token)).statusCode())
        .as("expired")
        .isEqualTo(401);

    before.with(new Account.User("guest", AccessRole.VIEWER, user.hash())).save();
    await().atMost(SOON).until(() -> browser.open("/actuator/sbom").statusCode() == 302);
    browser.signIn("guest", password);
    assertThat(browser.open("/actuator/sbom").statusCode()).as("viewer now").isEqualTo(403);

    before.save();
    await().atMost(SOON).until(() -> browser.open("/actuator/info").statusCode() == 302);
    assertThat(browser.signIn("guest", password).statusCode()).isEqualTo(401);
  }

  @Test
  void a_wrong_edit_of_the_users_file_changes_nothing() throws Exception {
    String right = java.nio.file.Files.readString(SecuredHub.usersFile());
    java.nio.file.Files.writeString(SecuredHub.usersFile(), right + "user eve admin plain-text\n");
    try {
      await()
          .during(Duration.ofMillis(300))
          .atMost(SOON)
          .until(
              () ->
                  send(TestUsers.bearing(AccessRole.VIEWER, get("/actuator/info"))).statusCode()
                      == 200);
      assertThat(
              send(get("/actuator/info")
                      .header("Authorization", TestUsers.basic("eve", "plain-text")))
                  .statusCode())
          .isEqualTo(401);
    } finally {
      java.nio.file.Files.writeString(SecuredHub.usersFile(), right);
    }
  }
}
