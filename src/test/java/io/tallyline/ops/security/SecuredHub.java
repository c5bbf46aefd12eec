package io.tallyline.ops.security;

import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A small hub for tests of its HTTP door, and a client that behaves like a browser. */
final class SecuredHub {
  private static final Pattern FORM_TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  private static final Path USERS_FILE = usersFile();

  private static @Nullable TestHub shared;

  private SecuredHub() {}

  /**
   * One hub for the tests of a class, which ends it with {@link #end()}: a second hub of the same
   * JVM has the first one's MBean names.
   */
  static synchronized TestHub shared() {
    if (shared == null) {
      shared =
          settings()
              .with("hub.security.users-file", USERS_FILE.toString())
              .with("hub.security.users-check-interval", "50ms")
              .with("hub.security.sessions.per-user", "3")
              .with("hub.http.max-body-size", "64KB")
              .start();
    }
    return shared;
  }

  static synchronized void end() {
    if (shared != null) {
      shared.close();
      shared = null;
    }
  }

  /** The users file of the shared hub, which tests may edit. */
  static Path usersFile() {
    if (USERS_FILE != null) {
      return USERS_FILE;
    }
    try {
      Path file = Files.createTempDirectory(TestUsers.folder(), "shared-").resolve("users.conf");
      Files.writeString(file, TestUsers.text());
      return file;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** With the finance role: the least that a hub can be. */
  static TestHub.Settings settings() {
    RabbitNode node = RabbitNode.shared();
    return new TestHub.Settings()
        .roles("finance")
        .database(PostgresServer.fresh("finance"))
        .broker(node, node.newVirtualHost());
  }

  static HttpClient client() {
    return HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  }

  static HttpResponse<String> send(HttpRequest.Builder request) {
    return send(client(), request);
  }

  static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) {
    try {
      return client.send(
          request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  static HttpRequest.BodyPublisher form(String... namesAndValues) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      body.append(i == 0 ? "" : "&")
          .append(namesAndValues[i])
          .append('=')
          .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
    }
    return HttpRequest.BodyPublishers.ofString(body.toString());
  }

  /** Keeps cookies, asks for pages, fills in the form. */
  static final class Browser {
    private final CookieManager cookies = new CookieManager();
    private final HttpClient client;
    private final URI hub;

    Browser(TestHub hub) {
      this(hub.uri("/"), HttpClient.newBuilder());
    }

    Browser(URI hub, HttpClient.Builder client) {
      this.hub = hub;
      this.client = client.cookieHandler(cookies).build();
    }

    HttpRequest.Builder page(String path) {
      return HttpRequest.newBuilder(hub.resolve(path))
          .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
    }

    HttpResponse<String> open(String path) {
      return SecuredHub.send(client, page(path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
      return SecuredHub.send(client, request);
    }

    HttpResponse<String> signIn(AccessRole role) {
      return signIn(TestUsers.user(role), TestUsers.password(role));
    }

    HttpResponse<String> signIn(String user, String password) {
      Matcher token = FORM_TOKEN.matcher(open("/login").body());
      if (!token.find()) {
        throw new IllegalStateException("the page to sign in has no token");
      }
      return send(
          page("/login")
              .header("Content-Type", "application/x-www-form-urlencoded")
              .POST(form("username", user, "password", password, "_csrf", token.group(1))));
    }

    Optional<HttpCookie> cookie(String name) {
      return cookies.getCookieStore().getCookies().stream()
          .filter(cookie -> cookie.getName().equals(name))
          .findFirst();
    }
  }
}
