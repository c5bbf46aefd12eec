package io.tallyline.testing;

import io.tallyline.ops.HubApplication;
import io.tallyline.ops.security.AccessRole;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A hub in the JVM of a test, on real databases and a real broker. */
public final class TestHub implements AutoCloseable {
  private final ConfigurableApplicationContext context;

  private TestHub(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /** Settings of one hub, from nothing: only what its roles use is configured. */
  public static final class Settings {
    private final Map<String, String> values = new LinkedHashMap<>();

    public Settings() {
      with("server.port", "0");
      with("hub.start.wait", "10s");
      with("hub.data-directory", TestUsers.folder().toString());
      with("hub.security.users-file", TestUsers.file().toString());
    }

    public Settings with(String name, String value) {
      values.put(name, value);
      return this;
    }

    public Settings roles(String roles) {
      return with("hub.roles", roles);
    }

    /** The database as the kind it was made for. */
    public Settings database(PostgresServer.Database database) {
      String prefix = "hub." + database.kind().name().toLowerCase(java.util.Locale.ROOT);
      return with(prefix + ".datasource.url", database.url())
          .with(prefix + ".datasource.username", database.user())
          .with(prefix + ".datasource.password", database.password())
          .with(prefix + ".migration.username", database.ownerUser())
          .with(prefix + ".migration.password", database.ownerPassword());
    }

    public Settings broker(RabbitNode node, String virtualHost) {
      return with("spring.rabbitmq.addresses", "127.0.0.1:" + node.port())
          .with("spring.rabbitmq.username", node.username())
          .with("spring.rabbitmq.password", node.password())
          .with("spring.rabbitmq.virtual-host", virtualHost);
    }

    public String[] arguments() {
      return values.entrySet().stream()
          .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
          .toArray(String[]::new);
    }

    public TestHub start() {
      return new TestHub(HubApplication.run(arguments()));
    }
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  public ConfigurableApplicationContext context() {
    return context;
  }

  public int httpPort() {
    return Integer.parseInt(context.getEnvironment().getProperty("local.server.port", "0"));
  }

  /** Answer to a request by somebody who may look at everything. */
  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return get(AccessRole.VIEWER, path);
  }

  public HttpResponse<String> get(AccessRole role, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            TestUsers.bearing(role, HttpRequest.newBuilder(uri(path))).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(httpPort(), path));
  }

  @Override
  public void close() {
    context.close();
  }

  /** Journals in a finance database. */
  public static long journals(PostgresServer.Database finance) {
    return JdbcClient.create(finance.dataSource())
        .sql("SELECT count(*) FROM finance.ledger_journal")
        .query(Long.class)
        .single();
  }
}
