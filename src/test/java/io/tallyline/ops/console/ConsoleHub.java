package io.tallyline.ops.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyline.ops.security.AccessRole;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import io.tallyline.testing.TestUsers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/** A hub with every route that there is, and Jolokia as its console and programs speak it. */
final class ConsoleHub implements AutoCloseable {
  static final String CONTEXT =
      "org.apache.camel:context=tallyline,type=context,name=\"tallyline\"";

  private static final JsonMapper JSON = new JsonMapper();
  private static final String JOLOKIA = "/actuator/jolokia";

  private final HttpClient client = HttpClient.newHttpClient();
  final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  final PostgresServer.Database finance;
  final String virtualHost = RabbitNode.shared().newVirtualHost();
  final TestHub hub;

  ConsoleHub() {
    this(PostgresServer.fresh("finance"));
  }

  ConsoleHub(PostgresServer.Database finance) {
    requireNoOther();
    this.finance = finance;
    this.hub =
        new TestHub.Settings()
            .roles("relay,finance,store,ops")
            .with("hub.bridge.masstransit.enabled", "true")
            .database(inventory)
            .database(finance)
            .database(PostgresServer.fresh("store"))
            .broker(RabbitNode.shared(), virtualHost)
            .start();
  }

  /** Camel's MBeans of a second hub have other names, and the console shows those of the first. */
  private static void requireNoOther() {
    try {
      var left =
          ManagementFactory.getPlatformMBeanServer()
              .queryNames(new ObjectName("org.apache.camel:type=context,*"), null);
      if (!left.isEmpty()) {
        throw new IllegalStateException("an earlier test left a hub running: " + left);
      }
    } catch (MalformedObjectNameException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String route(String id) {
    return "org.apache.camel:context=tallyline,type=routes,name=\"" + id + "\"";
  }

  /** A request that runs an operation. */
  static Map<String, Object> exec(String mbean, String operation, @Nullable Object... arguments) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("type", "exec");
    request.put("mbean", mbean);
    request.put("operation", operation);
    request.put("arguments", Arrays.asList(arguments));
    return request;
  }

  static Map<String, Object> read(String mbean, @Nullable Object attribute) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("type", "read");
    request.put("mbean", mbean);
    if (attribute != null) {
      request.put("attribute", attribute);
    }
    return request;
  }

  /** The answer's JSON; it says in {@code status} what became of the request. */
  JsonNode ask(AccessRole role, Object request) {
    return json(post(role, JOLOKIA, text(request)));
  }

  static JsonNode json(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body());
    } catch (IOException failure) {
      throw new UncheckedIOException(answer.body(), failure);
    }
  }

  static String text(Object request) {
    try {
      return request instanceof String text ? text : JSON.writeValueAsString(request);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  HttpResponse<String> post(AccessRole role, String path, String body, String... headers) {
    HttpRequest.Builder request =
        TestUsers.bearing(role, HttpRequest.newBuilder(hub.uri(path)))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  HttpResponse<String> get(AccessRole role, String path) {
    return send(TestUsers.bearing(role, HttpRequest.newBuilder(hub.uri(path))));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(
          request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  @Override
  public void close() {
    hub.close();
  }
}
