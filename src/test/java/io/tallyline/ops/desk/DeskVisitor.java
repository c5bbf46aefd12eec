package io.tallyline.ops.desk;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.net.CookieManager;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser, as far as HTTP goes, in which somebody has signed in. */
final class DeskVisitor {
  private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

  private final TestHub hub;
  private final HttpClient client =
      HttpClient.newBuilder().cookieHandler(new CookieManager()).build();

  DeskVisitor(TestHub hub, AccessRole role) throws Exception {
    this.hub = hub;
    HttpResponse<String> signedIn =
        post(
            "/login",
            token("/login"),
            "username",
            TestUsers.user(role),
            "password",
            TestUsers.password(role));
    assertThat(signedIn.statusCode()).isEqualTo(302);
  }

  HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(hub.uri(path)).header("Accept", "text/html").build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Of the form on a page. */
  String token(String page) throws Exception {
    Matcher token = TOKEN.matcher(get(page).body());
    assertThat(token.find()).as("%s has a form with a token", page).isTrue();
    return token.group(1);
  }

  HttpResponse<String> post(String path, String token, String... fields) throws Exception {
    StringBuilder form = new StringBuilder("_csrf=").append(encoded(token));
    for (int i = 0; i < fields.length; i += 2) {
      form.append('&').append(fields[i]).append('=').append(encoded(fields[i + 1]));
    }
    return client.send(
        HttpRequest.newBuilder(hub.uri(path))
            .header("Accept", "text/html")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
