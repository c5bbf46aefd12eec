package io.tallyline.ops.security;

import static io.tallyline.ops.security.SecuredHub.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.ops.security.SecuredHub.Browser;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way to sign in, over HTTP. */
class SignInIT {
  private static TestHub hub;

  @BeforeAll
  static void start() {
    hub = SecuredHub.settings().start();
  }

  @AfterAll
  static void stop() {
    hub.close();
  }

  private static HttpRequest.Builder get(String path) {
    return HttpRequest.newBuilder(hub.uri(path));
  }

  @Test
  void answers_probes_to_anybody_and_nothing_else() {
    assertThat(send(get("/actuator/health/liveness")).statusCode()).isEqualTo(200);
    assertThat(send(get("/actuator/health/readiness")).statusCode()).isEqualTo(200);
    for (String path : new String[] {"/actuator/health", "/actuator/prometheus", "/", "/api/x"}) {
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
    assertThat(send(TestUsers.bearing(role, get("/actuator/info"))).statusCode()).isEqualTo(200);

    String basic = TestUsers.basic(TestUsers.user(role), TestUsers.password(role));
    HttpResponse<String> byPassword = send(get("/actuator/info").header("Authorization", basic));
    assertThat(byPassword.statusCode()).isEqualTo(200);
    assertThat(byPassword.headers().firstValue("Set-Cookie")).as("no session").isEmpty();

    Browser browser = new Browser(hub);
    HttpResponse<String> byForm = browser.signIn(role);
    assertThat(byForm.statusCode()).isEqualTo(302);
    assertThat(byForm.headers().firstValue("Location")).contains("/");
    assertThat(browser.open("/actuator/info").statusCode()).isEqualTo(200);
  }

  @Test
  void leads_a_browser_to_the_page_to_sign_in() {
    HttpResponse<String> answer = new Browser(hub).open("/actuator/health");

    assertThat(answer.statusCode()).isEqualTo(302);
    assertThat(answer.headers().firstValue("Location")).contains("/login");
  }
}
