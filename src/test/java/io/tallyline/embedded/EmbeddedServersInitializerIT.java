package io.tallyline.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.DeclarableCustomizer;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class EmbeddedServersInitializerIT {
  @TempDir Path directory;

  @Test
  void serves_every_bean_until_the_last_is_gone() throws Exception {
    LastWords lastWords;
    try (ConfigurableApplicationContext context = run(App.class, "--hub.roles=relay")) {
      assertThat(
              context.getBean(RabbitTemplate.class).<Boolean>execute(channel -> channel.isOpen()))
          .isTrue();
      assertThat(context.getBean(DeclarableCustomizer.class)).isInstanceOf(EmbeddedTopology.class);
      assertThat(context.getBean(EmbeddedServers.class).servers()).hasSize(2);
      var environment = context.getEnvironment();
      assertThat(environment.getProperty("hub.embedded.postgresql")).isEqualTo("true");
      assertThat(environment.getProperty("hub.embedded.broker")).isEqualTo("true");
      assertThat(environment.getProperty("hub.embedded.summary"))
          .startsWith("PostgreSQL 17.")
          .contains("\nQpid Broker-J 9.2.1 on 127.0.0.1:");
      assertThat(environment.getProperty("hub.finance.datasource.url")).isNull();
      lastWords = context.getBean(LastWords.class);
    }

    assertThat(lastWords.said).containsExactly("1");
    assertStopped();
  }

  @Test
  void stops_them_when_the_start_fails_later() {
    assertThatThrownBy(() -> run(Broken.class, "--hub.roles=relay"))
        .hasStackTraceContaining("cannot start");

    assertStopped();
  }

  @Test
  void does_nothing_unless_enabled() {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Nothing.class)
            .web(WebApplicationType.NONE)
            .run("--hub.data-directory=" + directory)) {
      assertThat(context.getBeanNamesForType(EmbeddedServers.class)).isEmpty();
    }

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void refuses_to_stand_in_for_what_is_missing_when_forbidden() {
    assertThatThrownBy(
            () -> run(Nothing.class, "--hub.embedded.enabled=false", "--hub.roles=relay"))
        .hasMessage(
            "EMB-015 hub.embedded.enabled is false, and hub.inventory.datasource.url,"
                + " spring.rabbitmq.addresses are not configured. Configure what is missing, or"
                + " take the roles that need it out of hub.roles.");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void takes_what_is_configured_when_forbidden() {
    try (ConfigurableApplicationContext context =
        run(
            Nothing.class,
            "--hub.embedded.enabled=false",
            "--hub.roles=relay",
            "--hub.inventory.datasource.url=jdbc:postgresql://elsewhere/inventory",
            "--hub.inventory.datasource.username=inventory_hub",
            "--spring.rabbitmq.addresses=elsewhere:5672",
            "--spring.rabbitmq.username=relay")) {
      assertThat(context.getBeanNamesForType(EmbeddedServers.class)).isEmpty();
    }
  }

  private ConfigurableApplicationContext run(Class<?> app, String... arguments) {
    return new SpringApplicationBuilder(app)
        .web(WebApplicationType.NONE)
        .properties("hub.embedded.enabled=true")
        .run(
            Stream.concat(Stream.of("--hub.data-directory=" + directory), Stream.of(arguments))
                .toArray(String[]::new));
  }

  private void assertStopped() {
    assertThat(EmbeddedServers.running(directory)).isEmpty();
    assertThat(directory.resolve("postgresql/postmaster.pid")).doesNotExist();
    assertThat(Files.exists(directory.resolve("postgresql/PG_VERSION"))).isTrue();
    try {
      DataDirectoryLock.take(directory.toRealPath()).close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Asks the database while the context closes. */
  static final class LastWords implements AutoCloseable {
    private final String url;
    private final String username;
    private final String password;
    private final List<String> said = new ArrayList<>();

    LastWords(String url, String username, String password) {
      this.url = url;
      this.username = username;
      this.password = password;
    }

    @Override
    public void close() throws SQLException {
      try (var connection = DriverManager.getConnection(url, username, password);
          var statement = connection.createStatement();
          var row = statement.executeQuery("SELECT 1")) {
        row.next();
        said.add(row.getString(1));
      }
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration(RabbitAutoConfiguration.class)
  static class App {
    @Bean
    LastWords lastWords(
        @Value("${hub.inventory.datasource.url}") String url,
        @Value("${hub.inventory.datasource.username}") String username,
        @Value("${hub.inventory.datasource.password}") String password) {
      return new LastWords(url, username, password);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Broken {
    @Bean
    String broken() {
      throw new IllegalStateException("cannot start");
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Nothing {}
}
