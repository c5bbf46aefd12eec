package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.ops.security.SecretFile;
import io.tallyline.ops.security.Tokens;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./hub status} against a running hub. */
class StatusIT {
  @TempDir Path folder;

  private record Run(int status, String out, String err) {}

  private Run status(String url, String token, String... more) {
    Path file = folder.resolve("token");
    SecretFile.write(file, token);
    List<String> words =
        new ArrayList<>(List.of("status", "--url", url, "--token-file", file.toString()));
    words.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Hub.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(words.toArray(String[]::new));
    return new Run(status, out.toString(), err.toString());
  }

  @Test
  void says_how_a_hub_is_by_table_and_as_json() throws Exception {
    RabbitNode node = RabbitNode.shared();
    try (TestHub hub =
        new TestHub.Settings()
            .roles("finance")
            .database(PostgresServer.fresh("finance"))
            .broker(node, node.newVirtualHost())
            .start()) {
      String url = "http://127.0.0.1:" + hub.httpPort();
      String token = TestUsers.token(AccessRole.VIEWER);

      Run table = status(url, token);
      assertThat(table.status()).as(table.err()).isZero();
      assertThat(table.out()).contains("part").containsPattern("hub +UP");
      Run json = status(url, token, "--json");
      assertThat(new JsonMapper().readTree(json.out()).path("status").asText()).isEqualTo("UP");

      Run unknown = status(url, Tokens.random());
      assertThat(unknown.status()).isEqualTo(2);
      assertThat(unknown.err()).contains("OPS-136").doesNotContain("tly_");
    }
  }

  @Test
  void says_so_in_time_when_nothing_answers() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      Run run = status(url, "tly_x", "--timeout", "300ms");

      assertThat(run.status()).isEqualTo(2);
      assertThat(run.err()).contains("OPS-135").contains("Timeout");
    }
  }

  @Test
  void shows_no_token_to_a_network() {
    Run run = status("http://192.0.2.1:8080", "tly_x");

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("OPS-134").contains("https");
  }
}
