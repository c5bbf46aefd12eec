package io.tallyline.ops.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.tallyline.contracts.StartRefused;
import io.tallyline.testing.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A receiver on this machine, and everything that must not happen on the way to it. */
class SendWebhookIT {
  private static final String SECRET = "a secret of the test, 32 letters";
  private static final AlertChange CHANGE =
      new AlertChange(
          "dead-letters",
          "OPS-180",
          Severity.CRITICAL,
          true,
          Map.of("queue", "finance.journal.dead"),
          "2 dead letters wait in finance.journal.dead.",
          "Read them.",
          Instant.parse("2026-01-05T22:00:00Z"),
          Instant.parse("2026-01-05T22:00:00Z"));

  private record Received(Map<String, String> headers, byte[] body) {}

  private final List<Received> received = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger status = new AtomicInteger(204);
  private final JsonMapper json = new JsonMapper();
  private HttpServer server;

  @BeforeEach
  void startReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext("/", this::receive);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
  }

  @AfterEach
  void stopReceiver() {
    server.stop(0);
  }

  private void receive(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new HashMap<>();
    exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
    received.add(new Received(headers, exchange.getRequestBody().readAllBytes()));
    if (status.get() >= 300 && status.get() < 400) {
      exchange.getResponseHeaders().add("Location", "http://127.0.0.1:" + port() + "/elsewhere");
    }
    exchange.getResponseHeaders().add("Set-Cookie", "a=b");
    exchange.sendResponseHeaders(status.get(), -1);
    exchange.close();
  }

  @Test
  void posts_what_is_wrong_signed_and_without_the_secret() throws Exception {
    try (SendWebhook hook = hook(settings("http://127.0.0.1:" + port() + "/tallyline"))) {
      hook.send(CHANGE);
      hook.send(CHANGE);
    }

    Received first = received.get(0);
    JsonNode body = json.readTree(first.body());
    assertThat(body.path("alert").asText()).isEqualTo("dead-letters");
    assertThat(body.path("state").asText()).isEqualTo("firing");
    assertThat(body.path("labels").path("queue").asText()).isEqualTo("finance.journal.dead");
    assertThat(body.path("since").asText()).isEqualTo("2026-01-05T22:00:00Z");
    String timestamp = first.headers().get("Hub-timestamp");
    assertThat(Instant.ofEpochSecond(Long.parseLong(timestamp)))
        .isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(1));
    assertThat(first.headers().get("Hub-signature"))
        .isEqualTo("v1=" + SendWebhook.signature(SECRET, timestamp, first.body()));
    assertThat(first.headers().toString() + new String(first.body(), StandardCharsets.UTF_8))
        .doesNotContain(SECRET);
    assertThat(received.get(1).headers()).doesNotContainKey("Cookie");
  }

  @Test
  void signs_as_others_compute_it() {
    // printf '1767650400.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of the test, 32 letters'
    assertThat(
            SendWebhook.signature(
                SECRET, "1767650400", "{\"a\":1}".getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("69fe317023a90dded8ca1dc9943c54a4ea5f2724655782bd6cb12084fcb11166");
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  void follows_no_redirect(int redirect) throws Exception {
    status.set(redirect);
    try (SendWebhook hook = hook(settings("http://127.0.0.1:" + port() + "/first"))) {
      Notifier.NotSent refused = refused(hook);

      assertThat(refused).hasMessageContaining("OPS-210").hasMessageContaining("" + redirect);
      assertThat(refused.hopeless()).isTrue();
    }
    assertThat(received).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:a9fe:a9fe]/",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
        "https://0.0.0.0/",
        "https://localhost/"
      })
  void connects_to_no_inner_address_even_if_its_host_is_allowed(String url) throws Exception {
    try (SendWebhook hook = hook(bare(url), SendWebhook.machineNames(), SSLContext.getDefault())) {
      Notifier.NotSent refused = refused(hook);

      assertThat(refused).hasMessageContaining("OPS-211");
      assertThat(refused.hopeless()).isTrue();
    }
  }

  @Test
  void goes_to_the_address_that_was_looked_at_when_the_name_changes_meanwhile() throws Exception {
    try (ServerSocket inner = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.2"))) {
      inner.setSoTimeout(200);
      var asked = new AtomicInteger();
      DnsResolver rebinding =
          names(
              host ->
                  InetAddress.getByName(asked.getAndIncrement() == 0 ? "127.0.0.1" : "127.0.0.2"));
      AlertProperties.Webhook settings =
          with(
              "http://localhost:" + port() + "/",
              Map.of("hub.alerts.webhook.allowed-networks", "127.0.0.1/32"));
      try (SendWebhook hook = hook(settings, rebinding, SSLContext.getDefault())) {
        hook.send(CHANGE);
        assertThat(asked).as("asked once for one connection").hasValue(1);

        assertThat(refused(hook)).hasMessageContaining("OPS-211");
      }
      assertThat(received).hasSize(1);
      assertThatThrownBy(inner::accept).isInstanceOf(java.net.SocketTimeoutException.class);
    }
  }

  @Test
  void one_inner_address_among_several_is_enough_to_refuse() throws Exception {
    DnsResolver mixed =
        new DnsResolver() {
          @Override
          public InetAddress[] resolve(String host) throws UnknownHostException {
            return new InetAddress[] {
              InetAddress.getByName("1.1.1.1"), InetAddress.getByName("169.254.169.254")
            };
          }

          @Override
          public String resolveCanonicalHostname(String host) {
            return host;
          }
        };
    try (SendWebhook hook =
        hook(bare("https://alerts.example.com/"), mixed, SSLContext.getDefault())) {
      assertThat(refused(hook)).hasMessageContaining("OPS-211");
    }
  }

  @Test
  void verifies_the_certificate_against_the_name_though_it_connects_to_an_address(
      @TempDir Path folder) throws Exception {
    TestCertificate right = TestCertificate.make(folder, "alerts.example.com", 30);
    TestCertificate wrong = TestCertificate.make(folder, "other.example.com", 30);
    DnsResolver here = names(host -> InetAddress.getByName("127.0.0.1"));

    assertThat(delivers(right, right, here)).isTrue();
    assertThat(delivers(wrong, wrong, here)).as("another name").isFalse();
    assertThat(delivers(right, wrong, here)).as("not trusted").isFalse();
  }

  private boolean delivers(TestCertificate shown, TestCertificate trusted, DnsResolver names)
      throws Exception {
    HttpsServer secure = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    secure.setHttpsConfigurator(new HttpsConfigurator(shown.serverContext()));
    secure.createContext("/", this::receive);
    secure.start();
    try (SendWebhook hook =
        hook(
            with(
                "https://alerts.example.com:" + secure.getAddress().getPort() + "/",
                Map.of("hub.alerts.webhook.allowed-networks", "127.0.0.0/8")),
            names,
            trusted.clientContext())) {
      int before = received.size();
      try {
        hook.send(CHANGE);
      } catch (Notifier.NotSent refused) {
        assertThat(refused).hasMessageContaining("OPS-210").hasMessageContaining("SSL");
      }
      return received.size() > before;
    } finally {
      secure.stop(0);
    }
  }

  @Test
  void gives_up_on_a_receiver_that_drips_and_reads_little_of_one_that_floods() throws Exception {
    try (ServerSocket drip = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        SendWebhook hook =
            hook(
                with(
                    "http://127.0.0.1:" + drip.getLocalPort() + "/",
                    Map.of(
                        "hub.alerts.webhook.allowed-networks", "127.0.0.0/8",
                        "hub.alerts.webhook.timeout", "700ms")))) {
      Thread dripping = new Thread(() -> drip(drip));
      dripping.setDaemon(true);
      dripping.start();

      long start = System.nanoTime();
      refused(hook);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }
    var sent = new AtomicInteger();
    server.createContext("/flood", exchange -> flood(exchange, sent));
    try (SendWebhook hook = hook(settings("http://127.0.0.1:" + port() + "/flood"))) {
      hook.send(CHANGE);
    }
    assertThat(sent.get()).isLessThan(64 * 1024 * 1024);
  }

  /** A byte of a header each 100 ms: every single read is fast enough. */
  private static void drip(ServerSocket listening) {
    try (Socket socket = listening.accept()) {
      socket.getOutputStream().write("HTTP/1.1 200 OK\r\nx: ".getBytes(StandardCharsets.US_ASCII));
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                socket.getOutputStream().write('x');
                return false;
              });
    } catch (IOException | org.awaitility.core.ConditionTimeoutException ended) {
      // The client has gone.
    }
  }

  private static void flood(HttpExchange exchange, AtomicInteger sent) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(200, 0);
    byte[] block = new byte[64 * 1024];
    try (exchange) {
      while (sent.addAndGet(block.length) < 64 * 1024 * 1024) {
        exchange.getResponseBody().write(block);
      }
    } catch (IOException closed) {
      // What is wanted.
    }
  }

  @Test
  void a_receiver_that_is_away_is_told_when_it_is_back_and_holds_up_nobody() throws Exception {
    status.set(503);
    AlertProperties.Webhook settings = settings("http://127.0.0.1:" + port() + "/");
    try (SendWebhook hook = hook(settings);
        var queue = new NotificationQueue(hook, 2, 1_000, Duration.ofMillis(20))) {
      queue.add(CHANGE);
      await().until(() -> received.size() > 2);
      long start = System.nanoTime();
      for (int i = 0; i < 5; i++) {
        queue.add(CHANGE);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));

      int failed = received.size();
      status.set(200);
      await().until(() -> received.size() >= failed + 3);
    }
  }

  @Test
  void gives_up_after_its_attempts() throws Exception {
    status.set(500);
    try (SendWebhook hook = hook(settings("http://127.0.0.1:" + port() + "/"));
        var queue = new NotificationQueue(hook, 10, 3, Duration.ofMillis(5))) {
      queue.add(CHANGE);
      queue.add(CHANGE);

      await().until(() -> received.size() == 6);
      await().during(Duration.ofMillis(300)).until(() -> received.size() == 6);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://alerts.example.com/",
        "https://other.example.com/",
        "https://user:password@alerts.example.com/",
        "https://alerts.example.com.evil.example/",
        "https://alerts.example.com@evil.example/",
        "ftp://alerts.example.com/",
        "file:///etc/passwd",
        "https:///path",
        "https://127.1/"
      })
  void a_url_that_leads_astray_stops_the_start(String url) {
    AlertProperties.Webhook settings =
        with(url, Map.of("hub.alerts.webhook.allowed-hosts", "alerts.example.com"));

    assertThatThrownBy(() -> hook(settings))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-200")
        .hasMessageNotContaining("password@");
  }

  @Test
  void a_short_secret_stops_the_start() {
    AlertProperties.Webhook settings =
        with("https://alerts.example.com/", Map.of("hub.alerts.webhook.secret", "short-secret"));

    assertThatThrownBy(() -> hook(settings))
        .isInstanceOf(StartRefused.class)
        .hasMessageContaining("OPS-200")
        .hasMessageNotContaining("short-secret");
    assertThat(settings.toString()).doesNotContain("short-secret");
  }

  private interface Names {
    InetAddress resolve(String host) throws UnknownHostException;
  }

  private static DnsResolver names(Names names) {
    return new DnsResolver() {
      @Override
      public InetAddress[] resolve(String host) throws UnknownHostException {
        return new InetAddress[] {names.resolve(host)};
      }

      @Override
      public String resolveCanonicalHostname(String host) {
        return host;
      }
    };
  }

  private int port() {
    return server.getAddress().getPort();
  }

  private static AlertProperties.Webhook settings(String url) {
    return with(url, Map.of("hub.alerts.webhook.allowed-networks", "127.0.0.0/8"));
  }

  private static AlertProperties.Webhook bare(String url) {
    return with(url, Map.of());
  }

  private static AlertProperties.Webhook with(String url, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>();
    settings.put("hub.alerts.webhook.url", url);
    String host = java.net.URI.create(url).getHost();
    settings.put("hub.alerts.webhook.allowed-hosts", host == null ? "none" : host);
    settings.put("hub.alerts.webhook.secret", SECRET);
    settings.putAll(more);
    return PrometheusRulesTest.settings(settings).webhook();
  }

  private static SendWebhook hook(AlertProperties.Webhook settings) throws Exception {
    return hook(settings, SendWebhook.machineNames(), SSLContext.getDefault());
  }

  private static SendWebhook hook(
      AlertProperties.Webhook settings, DnsResolver names, SSLContext tls) {
    return new SendWebhook(settings, Clock.systemUTC(), names, tls);
  }

  private static Notifier.NotSent refused(SendWebhook hook) {
    return catchThrowableOfType(Notifier.NotSent.class, () -> hook.send(CHANGE));
  }
}
