package io.tallyline.ops.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** HTTPS by an SSL bundle: a certificate made by the JDK's keytool, checked by name. */
class HttpsIT {
  private static final String PASSWORD = "only for this test";

  @TempDir Path folder;

  private Path keyStore() throws IOException, InterruptedException {
    Path file = folder.resolve("web.p12");
    ProcessBuilder command =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/keytool",
                "-genkeypair",
                "-alias",
                "web",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass:env",
                "STORE_PASSWORD")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile());
    command.environment().put("STORE_PASSWORD", PASSWORD);
    assertThat(command.start().waitFor())
        .as(Files.readString(folder.resolve("keytool.log")))
        .isZero();
    return file;
  }

  private static SSLContext trusting(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream stream = Files.newInputStream(store)) {
      keys.load(stream, PASSWORD.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("web", keys.getCertificate("web"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void serves_https_only_with_secure_cookies_and_strict_transport() throws Exception {
    Path store = keyStore();
    try (TestHub hub =
        SecuredHub.settings()
            .with("server.ssl.bundle", "web")
            .with("spring.ssl.bundle.jks.web.keystore.location", store.toUri().toString())
            .with("spring.ssl.bundle.jks.web.keystore.password", PASSWORD)
            .with("spring.ssl.bundle.jks.web.keystore.type", "PKCS12")
            .start()) {
      URI https = URI.create("https://localhost:" + hub.httpPort() + "/");
      HttpClient.Builder trusting = HttpClient.newBuilder().sslContext(trusting(store));
      HttpRequest info =
          TestUsers.bearing(
                  AccessRole.VIEWER, HttpRequest.newBuilder(https.resolve("/actuator/info")))
              .build();

      HttpResponse<String> answer =
          trusting.build().send(info, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Strict-Transport-Security"))
          .contains("max-age=31536000");

      var browser = new SecuredHub.Browser(https, trusting);
      assertThat(browser.signIn(AccessRole.VIEWER).headers().allValues("Set-Cookie"))
          .isNotEmpty()
          .allSatisfy(cookie -> assertThat(cookie).contains("Secure"));

      assertThatThrownBy(
              () -> HttpClient.newHttpClient().send(info, HttpResponse.BodyHandlers.discarding()))
          .as("nobody has vouched for this certificate")
          .isInstanceOf(SSLException.class);
      URI otherName = URI.create("https://127.0.0.1:" + hub.httpPort() + "/actuator/info");
      assertThatThrownBy(
              () ->
                  trusting
                      .build()
                      .send(
                          HttpRequest.newBuilder(otherName).build(),
                          HttpResponse.BodyHandlers.discarding()))
          .as("it is for localhost")
          .isInstanceOf(SSLException.class);
      assertThat(RawHttp.send(hub.httpPort(), "127.0.0.1", "GET / HTTP/1.1", "Host: localhost"))
          .contains("400");
    }
  }
}
