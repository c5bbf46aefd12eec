package io.tallyline.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import io.tallyline.ops.security.SecretFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a command reaches a running hub: options that all such commands have, and its requests. */
final class HubConnection {
  private static final int LARGEST = 64 << 20;
  private static final Set<Integer> ANSWERS = Set.of(200, 201, 202);
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

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
      defaultValue = "30s",
      converter = UsersCommand.ToDuration.class,
      description = "how long to wait for an answer (default: ${DEFAULT-VALUE})")
  private Duration timeout = Duration.ofSeconds(30);

  /** A request's parameters, encoded; those without a value are left out. */
  static final class Query {
    private final StringBuilder text = new StringBuilder();

    Query with(String name, @Nullable Object value) {
      if (value != null && !value.toString().isEmpty()) {
        text.append(text.isEmpty() ? '?' : '&')
            .append(name)
            .append('=')
            .append(encoded(value.toString()));
      }
      return this;
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  /** For one segment of a path, or a value of a query. */
  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * @throws StartRefused OPS-134 to OPS-136, in words of the hub where it gives any
   */
  JsonNode get(String path) {
    return send(request(path).GET());
  }

  /** Sends JSON, for something that changes something. */
  JsonNode post(String path, JsonNode body) {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
  }

  private HttpRequest.Builder request(String path) {
    if (tokenFile == null || tokenFile.toString().isEmpty()) {
      throw new StartRefused(
          "OPS-134",
          "no token: set HUB_TOKEN_FILE or --token-file. ./hub users token NAME --role viewer --to"
              + " FILE makes one.");
    }
    refuseOpenNetwork();
    return HttpRequest.newBuilder(url.resolve(path))
        .header("Authorization", "Bearer " + SecretFile.read(tokenFile))
        .header("Accept", "application/json, application/problem+json")
        .timeout(timeout);
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

  private JsonNode send(HttpRequest.Builder request) {
    return send(request, ANSWERS);
  }

  /** The answer under one of these statuses; any other is told in words. */
  JsonNode get(String path, Set<Integer> answers) {
    return send(request(path).GET(), answers);
  }

  /**
   * Writes the answer to a file, of whatever size.
   *
   * @return how many bytes
   * @throws StartRefused OPS-134 to OPS-136; OPS-244 if the file cannot be written
   */
  long download(String path, Path file) {
    HttpRequest request =
        request(path).setHeader("Accept", "text/csv, application/problem+json").GET().build();
    HttpClient client = HttpClient.newBuilder().connectTimeout(timeout).build();
    try {
      HttpResponse<InputStream> answer =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        if (!ANSWERS.contains(answer.statusCode())) {
          throw refused(answer.statusCode(), body.readNBytes(LARGEST));
        }
        return Files.copy(body, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (FileSystemException unwritable) {
      throw new StartRefused(
          "OPS-244",
          "%s cannot be written (%s). Choose another file."
              .formatted(file, unwritable.getClass().getSimpleName()));
    } catch (IOException failure) {
      throw unreachable(failure.getClass().getSimpleName());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw unreachable("the wait was interrupted");
    }
  }

  private JsonNode send(HttpRequest.Builder request, Set<Integer> answers) {
    HttpClient client = HttpClient.newBuilder().connectTimeout(timeout).build();
    try {
      HttpResponse<InputStream> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = answer.body()) {
        byte[] bytes = body.readNBytes(LARGEST);
        if (!answers.contains(answer.statusCode())) {
          throw refused(answer.statusCode(), bytes);
        }
        return JSON.readTree(bytes);
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

  private StartRefused refused(int status, byte[] body) {
    return new StartRefused(
        "OPS-136",
        switch (status) {
          case 401 -> "the hub at %s does not know this token, or it has expired.".formatted(url);
          case 403 -> detail(body, "the token's role does not allow this.");
          case 429 -> "the hub at %s refuses this address after too many failures.".formatted(url);
          default ->
              detail(body, "the hub at %s answered with the status %d.".formatted(url, status));
        });
  }

  /** The hub's own sentence, if what came is a problem document. */
  private static String detail(byte[] body, String otherwise) {
    try {
      String detail = JSON.readTree(body).path("detail").asText("");
      return detail.isEmpty() ? otherwise : detail;
    } catch (IOException noProblemDocument) {
      return otherwise;
    }
  }

  private StartRefused unreachable(String why) {
    return new StartRefused(
        "OPS-135",
        "the hub at %s cannot be reached: %s. Is it running? Set HUB_URL or --url."
            .formatted(url, why));
  }
}
