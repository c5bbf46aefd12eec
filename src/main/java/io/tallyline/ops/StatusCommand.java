package io.tallyline.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import io.tallyline.ops.security.SecretFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./hub status}: asks a running hub how it is. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Ask a running hub how it is, part by part, with a token of the role viewer.",
    footer = {
      "",
      "Make a token: ./hub users token laptop --role viewer --to ~/.hub-token",
      "Exit status: 0 healthy, 1 not healthy, 2 it cannot be reached or refuses the token."
    })
final class StatusCommand implements Callable<Integer> {
  private static final int LARGEST = 1 << 20;

  @Spec private CommandSpec command;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:HUB_URL:-http://127.0.0.1:8080}",
      description = "where the hub is (default: HUB_URL, or http://127.0.0.1:8080)")
  private URI url = URI.create("http://127.0.0.1:8080");

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      defaultValue = "${env:HUB_TOKEN_FILE}",
      description = "file with the token (default: HUB_TOKEN_FILE)")
  private @Nullable Path tokenFile;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "5s",
      converter = UsersCommand.ToDuration.class,
      description = "how long to wait for the answer (default: ${DEFAULT-VALUE})")
  private Duration timeout = Duration.ofSeconds(5);

  @Option(names = "--json", description = "the hub's answer as it is, for programs")
  private boolean json;

  @Override
  public Integer call() {
    if (tokenFile == null || tokenFile.toString().isEmpty()) {
      throw new StartRefused(
          "OPS-134",
          "no token: set HUB_TOKEN_FILE or --token-file. ./hub users token NAME --role viewer --to"
              + " FILE makes one.");
    }
    refuseOpenNetwork();
    JsonNode health = ask(SecretFile.read(tokenFile));
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(health);
    } else {
      show(health).forEach(out::println);
    }
    return health.path("status").asText().equals("UP") ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }

  /** A token must not cross a network where others can read it. */
  private void refuseOpenNetwork() {
    boolean http = "http".equals(url.getScheme());
    if (url.getHost() == null || !(http || "https".equals(url.getScheme()))) {
      throw new StartRefused("OPS-134", "--url looks like https://hub.example.com:8080.");
    }
    try {
      if (http && !InetAddress.getByName(url.getHost()).isLoopbackAddress()) {
        throw new StartRefused(
            "OPS-134",
            "%s is not on this machine; use https, so that nobody can read the token on its way."
                .formatted(url));
      }
    } catch (UnknownHostException unknown) {
      throw unreachable("its name is unknown");
    }
  }

  private JsonNode ask(String token) {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve("/actuator/health"))
            .header("Authorization", "Bearer " + token)
            .header("Accept", "application/json")
            .timeout(timeout)
            .build();
    HttpClient client = HttpClient.newBuilder().connectTimeout(timeout).build();
    try {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        if (answer.statusCode() != 200 && answer.statusCode() != 503) {
          throw refused(answer.statusCode());
        }
        return new JsonMapper().readTree(body.readNBytes(LARGEST));
      }
    } catch (JsonProcessingException noHub) {
      throw unreachable("what answers there is no hub");
    } catch (IOException failure) {
      throw unreachable(failure.getClass().getSimpleName());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw unreachable("the wait was interrupted");
    }
  }

  private StartRefused refused(int status) {
    return new StartRefused(
        "OPS-136",
        switch (status) {
          case 401 -> "the hub at %s does not know this token, or it has expired.".formatted(url);
          case 403 -> "the token's role does not allow this. It needs the role viewer.";
          case 429 -> "the hub at %s refuses this address after too many failures.".formatted(url);
          default -> "the hub at %s answered with the status %d.".formatted(url, status);
        });
  }

  private StartRefused unreachable(String why) {
    return new StartRefused(
        "OPS-135",
        "the hub at %s cannot be reached: %s. Is it running? Set HUB_URL or --url."
            .formatted(url, why));
  }

  private static List<String> show(JsonNode health) {
    TextTable table = new TextTable("part", "status");
    table.row("hub", health.path("status").asText("unknown"));
    health
        .path("components")
        .properties()
        .forEach(part -> table.row(part.getKey(), part.getValue().path("status").asText()));
    return table.lines();
  }
}
