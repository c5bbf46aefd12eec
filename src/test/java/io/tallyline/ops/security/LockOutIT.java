package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Whoever guesses is refused for a while: by name, by address, over HTTP. */
@ExtendWith(OutputCaptureExtension.class)
class LockOutIT {
  private static TestHub hub;

  @BeforeAll
  static void start() {
    hub =
        SecuredHub.settings()
            .with("hub.security.lockout.user-failures", "3")
            .with("hub.security.lockout.address-failures", "6")
            .with("hub.security.lockout.duration", "4s")
            .start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static String ask(String from, String authorization) {
    return RawHttp.send(
        hub.httpPort(),
        from,
        "GET /actuator/info HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Authorization: " + authorization);
  }

  private static int status(String from, String authorization) {
    return RawHttp.status(ask(from, authorization));
  }

  private static String right(AccessRole role) {
    return TestUsers.basic(TestUsers.user(role), TestUsers.password(role));
  }

  @Test
  void a_user_is_locked_from_every_address_for_a_while_even_with_the_right_password(
      CapturedOutput log) {
    String user = TestUsers.user(AccessRole.VIEWER);
    for (int i = 0; i < 3; i++) {
      assertThat(status("127.0.1." + (i + 1), TestUsers.basic(user, "guess " + i))).isEqualTo(401);
    }

    String answer = ask("127.0.1.9", right(AccessRole.VIEWER));

    assertThat(RawHttp.status(answer)).isEqualTo(429);
    assertThat(answer)
        .containsPattern("Retry-After: [1-4]\r\n")
        .contains("application/problem+json")
        .contains("Too many failed sign-ins");
    assertThat(status("127.0.1.9", right(AccessRole.OPERATOR))).as("somebody else").isEqualTo(200);
    assertThat(status("127.0.1.9", "Bearer " + TestUsers.token(AccessRole.VIEWER)))
        .as("a token is nobody's guess")
        .isEqualTo(200);
    assertThat(log.getAll()).contains("OPS-121").contains("OPS-122").doesNotContain("guess 1");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> status("127.0.1.9", right(AccessRole.VIEWER)) == 200);
  }

  @Test
  void an_address_that_tries_many_names_is_locked_and_others_are_not() {
    for (int i = 0; i < 6; i++) {
      assertThat(status("127.0.2.1", TestUsers.basic("nobody" + i, "guess"))).isEqualTo(401);
    }

    assertThat(status("127.0.2.1", right(AccessRole.APPROVER))).isEqualTo(429);
    assertThat(status("127.0.2.1", "Bearer " + TestUsers.token(AccessRole.ADMIN))).isEqualTo(429);
    assertThat(status("127.0.2.2", right(AccessRole.APPROVER))).isEqualTo(200);
  }

  @Test
  void guessed_tokens_count_and_one_old_token_over_and_over_does_not() {
    String old = "Bearer " + Tokens.random();
    for (int i = 0; i < 20; i++) {
      assertThat(status("127.0.3.1", old)).isEqualTo(401);
    }
    assertThat(status("127.0.3.1", right(AccessRole.APPROVER))).isEqualTo(200);

    for (int i = 0; i < 6; i++) {
      status("127.0.3.2", "Bearer " + Tokens.random());
    }
    assertThat(status("127.0.3.2", old)).isEqualTo(429);
  }

  @Test
  void the_form_counts_too_and_says_how_long_to_wait() {
    SecuredHub.Browser browser = new SecuredHub.Browser(hub);
    for (int i = 0; i < 3; i++) {
      var wrong = browser.signIn(TestUsers.user(AccessRole.ADMIN), "guess " + i);
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(wrong.body()).contains(LoginPage.WRONG);
    }

    var locked = browser.signIn(AccessRole.ADMIN);

    assertThat(locked.statusCode()).isEqualTo(429);
    assertThat(locked.headers().firstValue("Retry-After")).isPresent();
    assertThat(locked.body()).contains("Too many failed sign-ins. Wait");
  }

  @Test
  void names_with_control_characters_make_no_lines_in_the_log(CapturedOutput log) {
    status("127.0.4.1", TestUsers.basic("eve\r\n12:00 INFO all is well\u001b[2J", "guess"));

    await().atMost(Duration.ofSeconds(10)).until(() -> log.getAll().contains("eve\\u000d\\u000a"));
    assertThat(log.getAll()).doesNotContain("\n12:00 INFO all is well").doesNotContain("\u001b[2J");
  }
}
