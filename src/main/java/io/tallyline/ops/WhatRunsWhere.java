package io.tallyline.ops;

import io.tallyline.ops.security.Accounts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** What a start prints: each part, where it is, and whether it is embedded. */
final class WhatRunsWhere {
  private WhatRunsWhere() {}

  static List<String> of(ConfigurableApplicationContext hub) {
    Environment settings = hub.getEnvironment();
    Set<Role> roles = Role.parse(settings.getProperty("hub.roles", Role.allNames()));
    List<String> lines = new ArrayList<>();
    lines.add(
        "Tallyline runs as "
            + roles.stream()
                .map(role -> role.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
    for (String database : List.of("inventory", "finance", "store")) {
      String url = settings.getProperty("hub." + database + ".datasource.url");
      if (url != null && hub.containsBean(database + "DataSource")) {
        lines.add("  %-10s %s".formatted(database, place(url) + embedded(settings, database)));
      }
    }
    if (roles.stream().anyMatch(Role::needsBroker)) {
      lines.add("  %-10s %s".formatted("broker", broker(settings)));
    }
    lines.add("  %-10s %s".formatted("HTTP", http(hub)));
    if (settings.containsProperty("hub.embedded.summary")) {
      lines.add("  %-10s %s".formatted("data", data(settings)));
    }
    return lines;
  }

  static String database(Environment settings, String database) {
    return place(settings.getProperty("hub." + database + ".datasource.url", "none"))
        + embedded(settings, database);
  }

  static String broker(Environment settings) {
    String addresses =
        settings.getProperty(
            "spring.rabbitmq.addresses",
            settings.getProperty("spring.rabbitmq.host", "localhost")
                + ":"
                + settings.getProperty("spring.rabbitmq.port", "5672"));
    boolean embedded = settings.getProperty("hub.embedded.broker", Boolean.class, false);
    return addresses.replaceAll("[^/@,]*:[^/@,]*@", "")
        + (embedded ? " (embedded Apache Qpid)" : " (RabbitMQ)");
  }

  static String http(ConfigurableApplicationContext hub) {
    int port =
        hub instanceof WebServerApplicationContext web && web.getWebServer() != null
            ? web.getWebServer().getPort()
            : 0;
    boolean tls =
        hub.getEnvironment().containsProperty("server.ssl.bundle")
            || hub.getEnvironment().containsProperty("server.ssl.certificate")
            || hub.getEnvironment().containsProperty("server.ssl.key-store");
    return (tls ? "https" : "http")
        + "://%s:%d/"
            .formatted(hub.getEnvironment().getProperty("server.address", "127.0.0.1"), port);
  }

  /** Where the first admin's password stands, if it is still the one that a first start made. */
  static Optional<Path> firstPassword(ConfigurableApplicationContext hub) {
    String users = hub.getEnvironment().getProperty("hub.security.users-file", "data/users.conf");
    return Optional.of(Accounts.firstPassword(Path.of(users))).filter(Files::exists);
  }

  private static Path data(Environment settings) {
    return Path.of(settings.getProperty("hub.data-directory", "data")).toAbsolutePath().normalize();
  }

  private static String embedded(Environment settings, String database) {
    String url = settings.getProperty("hub." + database + ".datasource.url", "");
    boolean embedded =
        settings
            .getProperty("hub.embedded.summary", "")
            .lines()
            .anyMatch(
                server ->
                    server.startsWith("PostgreSQL") && server.contains(" on " + server(url) + ","));
    return embedded ? " (embedded PostgreSQL)" : " (PostgreSQL)";
  }

  private static String server(String url) {
    return place(url).replaceFirst("/.*$", "");
  }

  /** Without parameters, which may hold secrets. */
  private static String place(String url) {
    return url.replaceFirst("^jdbc:postgresql://", "").replaceFirst("[?].*$", "");
  }
}
