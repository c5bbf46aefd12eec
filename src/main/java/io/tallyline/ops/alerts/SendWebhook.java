package io.tallyline.ops.alerts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.contracts.StartRefused;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * POSTs each alert as JSON, signed: {@code hub-signature} is {@code v1=} and the hexadecimal
 * HMAC-SHA256 of {@code hub-timestamp}, a full stop and the body. Goes to one configured host only,
 * over TLS with that host's name verified, to an address that was looked at; follows no redirect,
 * keeps no cookie, uses no proxy, and reads 8 KiB of the answer at most.
 */
final class SendWebhook implements Notifier, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SendWebhook.class);
  private static final int LARGEST_ANSWER = 8 * 1024;
  private static final int SHORTEST_SECRET = 32;

  private final AlertProperties.Webhook properties;
  private final URI url;
  private final InstantSource clock;
  private final JsonMapper json = JsonMapper.builder().findAndAddModules().build();
  private final CloseableHttpClient client;
  private final ScheduledExecutorService deadline;

  /**
   * @param names who resolves host names
   * @param tls whom to trust; names are verified in any case
   * @throws StartRefused OPS-200 or OPS-201 if the settings would let it go astray
   */
  SendWebhook(
      AlertProperties.Webhook properties, InstantSource clock, DnsResolver names, SSLContext tls) {
    this.properties = properties;
    this.url = checked(properties);
    this.clock = clock;
    var allowed = new AllowedAddresses(properties.allowedNetworks());
    var resolver = new PinnedResolver(names, allowed);
    this.client =
        HttpClients.custom()
            .setConnectionManager(connections(properties, resolver, tls))
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setRedirectsEnabled(false)
                    .setResponseTimeout(Timeout.of(properties.timeout()))
                    .build())
            .setConnectionReuseStrategy((request, response, context) -> false)
            .disableRedirectHandling()
            .disableAutomaticRetries()
            .disableCookieManagement()
            .disableAuthCaching()
            .disableContentCompression()
            .setUserAgent("tallyline")
            .build();
    this.deadline =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              var thread = new Thread(task, "alerts-web-hook-deadline");
              thread.setDaemon(true);
              return thread;
            });
  }

  private static HttpClientConnectionManager connections(
      AlertProperties.Webhook properties, DnsResolver resolver, SSLContext tls) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(resolver)
        .setTlsSocketStrategy(new DefaultClientTlsStrategy(tls))
        .setMaxConnTotal(1)
        .setDefaultSocketConfig(
            SocketConfig.custom().setSoTimeout(Timeout.of(properties.timeout())).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                .setSocketTimeout(Timeout.of(properties.timeout()))
                .build())
        .build();
  }

  /** Everything about the settings that does not change while the hub runs. */
  private static URI checked(AlertProperties.Webhook properties) {
    URI url = properties.url();
    String host = url == null ? null : url.getHost();
    if (url == null || host == null || url.getRawUserInfo() != null || url.getFragment() != null) {
      throw refused("url is not https://host/path (no user, no password, no fragment)");
    }
    boolean tls = "https".equalsIgnoreCase(url.getScheme());
    if (!tls && !("http".equalsIgnoreCase(url.getScheme()) && isLoopback(host))) {
      throw refused("url does not begin with https://");
    }
    if (properties.allowedHosts().stream()
        .noneMatch(allowed -> allowed.strip().toLowerCase(Locale.ROOT).equals(lower(host)))) {
      throw refused("url names the host '" + host + "', which is not in allowed-hosts");
    }
    if (properties.secret().length() < SHORTEST_SECRET) {
      throw refused("secret is shorter than " + SHORTEST_SECRET + " characters");
    }
    return url;
  }

  private static String lower(String host) {
    return host.toLowerCase(Locale.ROOT);
  }

  /** As written; a name that resolves to loopback is not enough to go without TLS. */
  private static boolean isLoopback(String host) {
    return host.equals("127.0.0.1") || host.equals("[::1]") || lower(host).equals("localhost");
  }

  private static StartRefused refused(String what) {
    return new StartRefused(
        "OPS-200", "hub.alerts.webhook.%s. Correct the setting.".formatted(what));
  }

  @Override
  public String name() {
    return "web hook";
  }

  @Override
  public void send(AlertChange change) throws NotSent {
    byte[] body = body(change);
    String timestamp = Long.toString(clock.instant().getEpochSecond());
    var request = new HttpPost(url);
    request.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON));
    request.setHeader("hub-timestamp", timestamp);
    request.setHeader("hub-signature", "v1=" + signature(properties.secret(), timestamp, body));
    ScheduledFuture<?> limit =
        deadline.schedule(request::cancel, properties.timeout().toMillis(), TimeUnit.MILLISECONDS);
    try {
      int status = status(request);
      if (status < 200 || status > 299) {
        throw new NotSent(
            isHopeless(status),
            "OPS-210 the web hook at %s answered %d.".formatted(url.getHost(), status));
      }
    } catch (PinnedResolver.AddressRefused refused) {
      throw new NotSent(
          true,
          "OPS-211 the web hook's host %s, where notifications must not go; allowed-networks can"
                  .formatted(refused.getMessage())
              + " name a private network.");
    } catch (IOException | IllegalStateException failed) {
      // The library may say either when the deadline ends a connection under its hands.
      throw new NotSent(
          false,
          "OPS-210 the web hook at %s cannot be reached (%s)."
              .formatted(url.getHost(), failed.getClass().getSimpleName()));
    } finally {
      limit.cancel(false);
    }
  }

  /** A redirect or a refusal will be the same next time; "too many" and "too slow" may not. */
  private static boolean isHopeless(int status) {
    return status < 500 && status != 408 && status != 425 && status != 429;
  }

  /** Reads a little of the answer, so that the receiver can finish, and hangs up. */
  private int status(HttpPost request) throws IOException {
    HttpHost host = new HttpHost(url.getScheme(), url.getHost(), url.getPort());
    ClassicHttpResponse response = client.executeOpen(host, request, null);
    try {
      if (response.getEntity() != null && response.getEntity().getContent() != null) {
        response.getEntity().getContent().readNBytes(LARGEST_ANSWER);
      }
      return response.getCode();
    } finally {
      hangUp(request, response);
    }
  }

  /** Closing alone would read the answer to its end first, however long it is. */
  private static void hangUp(HttpPost request, ClassicHttpResponse response) {
    request.cancel();
    try {
      response.close();
    } catch (IOException closed) {
      log.debug("The web hook's connection was closed", closed);
    }
  }

  private byte[] body(AlertChange change) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("alert", change.alert());
    fields.put("code", change.code());
    fields.put("severity", change.severity().label());
    fields.put("state", change.firing() ? "firing" : "over");
    fields.put("labels", change.labels());
    fields.put("summary", change.summary());
    fields.put("action", change.action());
    fields.put("since", change.since().toString());
    fields.put("at", change.at().toString());
    fields.put("seconds", change.lasted().toSeconds());
    try {
      return json.writeValueAsBytes(fields);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** What a receiver computes to know who sent it. */
  static String signature(String secret, String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public void close() throws IOException {
    deadline.shutdownNow();
    client.close();
  }

  /** The machine's own resolver. */
  static DnsResolver machineNames() {
    return new DnsResolver() {
      @Override
      public InetAddress[] resolve(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
      }

      @Override
      public String resolveCanonicalHostname(String host) {
        return host;
      }
    };
  }
}
