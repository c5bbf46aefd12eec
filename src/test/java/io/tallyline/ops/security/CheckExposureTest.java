package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.contracts.StartRefused;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.mock.env.MockEnvironment;

class CheckExposureTest {
  private static void check(String... namesAndValues) {
    MockEnvironment environment = new MockEnvironment().withProperty("hub.serving", "true");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    new CheckExposure().postProcessEnvironment(environment, new SpringApplication());
  }

  @Test
  void plain_http_stays_on_loopback_unless_somebody_says_so() {
    assertThatCode(() -> check("server.address", "127.0.0.1")).doesNotThrowAnyException();
    assertThatCode(() -> check("server.address", "::1")).doesNotThrowAnyException();
    assertThatThrownBy(() -> check("server.address", "0.0.0.0"))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-128")
        .hasMessageContaining("server.ssl.bundle");
    assertThatCode(() -> check("server.address", "0.0.0.0", "server.ssl.bundle", "web"))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                check(
                    "server.address", "0.0.0.0",
                    "server.ssl.bundle", "web",
                    "server.ssl.enabled", "false"))
        .hasMessageContaining("OPS-128");
    assertThatCode(
            () -> check("server.address", "0.0.0.0", "hub.security.allow-plain-http", "true"))
        .doesNotThrowAnyException();
  }

  @Test
  void without_security_there_is_loopback_only() {
    assertThatCode(() -> check("hub.security.enabled", "false")).doesNotThrowAnyException();
    assertThatThrownBy(
            () ->
                check(
                    "hub.security.enabled", "false",
                    "server.address", "0.0.0.0",
                    "server.ssl.bundle", "web"))
        .hasMessageContaining("OPS-127");
  }

  @Test
  void there_is_one_port() {
    assertThatThrownBy(() -> check("management.server.port", "9090"))
        .hasMessageContaining("OPS-129");
  }
}
