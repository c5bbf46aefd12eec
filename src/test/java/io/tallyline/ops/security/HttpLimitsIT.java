package io.tallyline.ops.security;

import static io.tallyline.ops.security.SecuredHub.send;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request may not look like, however its sender is signed in. */
class HttpLimitsIT {
  private static final TestHub HUB = SecuredHub.shared();

  @AfterAll
  static void endHub() {
    SecuredHub.end();
  }

  private static final String BEARER = "Authorization: Bearer " + TestUsers.token(AccessRole.ADMIN);

  private static String raw(String requestLine, String... headers) {
    return RawHttp.sendBytes(
        HUB.httpPort(),
        "127.0.0.1",
        requestLine
            + "\r\nHost: localhost\r\nConnection: close\r\n"
            + BEARER
            + "\r\n"
            + String.join(
                "", IntStream.range(0, headers.length).mapToObj(i -> headers[i] + "\r\n").toList())
            + "\r\n");
  }

  private static HttpRequest.Builder post(HttpRequest.BodyPublisher body) {
    return TestUsers.bearing(AccessRole.ADMIN, HttpRequest.newBuilder(HUB.uri("/actuator/jolokia")))
        .header("Content-Type", "application/json")
        .POST(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/actuator/health/liveness/../../env",
        "/actuator/health/liveness/..;/..;/env",
        "/actuator;x=y/health",
        "/actuator/health/liveness%2f..%2f..%2fenv",
        "/actuator/health/%2e%2e/env",
        "//actuator/health",
        "/actuator\\health",
        "/actuator/health%00",
        "/actuator/health%0d%0aX: y",
        "/actuator/%252e%252e/env"
      })
  void refuses_paths_that_mean_something_else_than_they_say(String path) {
    String answer = raw("GET " + path + " HTTP/1.1");

    assertThat(RawHttp.status(answer)).isBetween(400, 404);
    assertThat(answer).doesNotContain("java.").doesNotContain("org.springframework");
  }

  @Test
  void refuses_a_body_that_is_too_large_by_its_stated_length_and_while_it_comes() {
    byte[] large = new byte[65 * 1_024];
    java.util.Arrays.fill(large, (byte) ' ');

    assertThat(send(post(HttpRequest.BodyPublishers.ofByteArray(large))).statusCode())
        .isEqualTo(413);
    assertThat(
            send(post(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large))))
                .statusCode())
        .as("chunked")
        .isEqualTo(413);
  }

  @Test
  void refuses_headers_and_parameters_without_end() {
    assertThat(
            RawHttp.status(raw("GET /actuator/health HTTP/1.1", "X-Long: " + "a".repeat(20_000))))
        .isIn(400, 431);
    String many =
        IntStream.range(0, 200).mapToObj(i -> "p" + i + "=1").collect(Collectors.joining("&"));
    assertThat(RawHttp.status(raw("GET /actuator/metrics?" + many + " HTTP/1.1"))).isEqualTo(400);
  }

  @Test
  void a_refusal_shows_nothing_of_the_inside() {
    String answer = raw("GET /actuator/metrics/nothing HTTP/1.1", "Accept: text/html,*/*");

    assertThat(RawHttp.status(answer)).isEqualTo(404);
    assertThat(answer).doesNotContain("Exception").doesNotContain("Tomcat").doesNotContain("\tat ");
  }
}
