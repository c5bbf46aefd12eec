package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.testing.TestHub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A hub whose security somebody switched off. */
@ExtendWith(OutputCaptureExtension.class)
class OpenHubIT {
  private static String get(TestHub hub, String host, String path) {
    return RawHttp.send(
        hub.httpPort(),
        "127.0.0.1",
        "GET " + path + " HTTP/1.1",
        "Host: " + host,
        "Connection: close");
  }

  @Test
  void answers_what_the_table_has_to_this_machine_under_its_local_names_only(CapturedOutput log) {
    try (TestHub hub = SecuredHub.settings().with("hub.security.enabled", "false").start()) {
      assertThat(log.getAll()).contains("OPS-130");
      assertThat(RawHttp.status(get(hub, "localhost", "/actuator/info"))).isEqualTo(200);
      assertThat(RawHttp.status(get(hub, "127.0.0.1", "/actuator/sbom"))).isIn(200, 404);
      assertThat(RawHttp.status(get(hub, "localhost", "/actuator/env"))).isIn(401, 404);
      assertThat(RawHttp.status(get(hub, "elsewhere.example", "/actuator/info")))
          .as("a foreign page that points its name at this machine")
          .isEqualTo(400);
      assertThat(get(hub, "localhost", "/actuator/info")).contains("Content-Security-Policy");
    }
  }
}
