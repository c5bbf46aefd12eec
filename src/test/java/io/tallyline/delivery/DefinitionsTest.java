package io.tallyline.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** {@code docker/rabbitmq/definitions.json} says what a hub with default settings declares. */
class DefinitionsTest {
  private static final Path FILE = Path.of("docker", "rabbitmq", "definitions.json");

  /** {@code -Ddefinitions=write} brings the file up to date instead. */
  @Test
  void the_file_declares_what_the_hub_declares() {
    new ApplicationContextRunner()
        .withUserConfiguration(TopologyAlone.class)
        .run(
            context -> {
              List<Declarable> all = new ArrayList<>();
              context
                  .getBeanProvider(Declarables.class)
                  .orderedStream()
                  .forEach(some -> all.addAll(some.getDeclarables()));
              String wanted = Definitions.of(all).json();
              if ("write".equals(System.getProperty("definitions"))) {
                Files.writeString(FILE, wanted);
              }

              assertThat(Files.readString(FILE)).isEqualTo(wanted);
            });
  }

  @Test
  void nobody_can_log_in_before_the_passwords_are_made() throws Exception {
    String file = Files.readString(FILE);

    assertThat(file.lines().filter(line -> line.contains("\"password_hash\":")))
        .hasSize(4)
        .allSatisfy(line -> assertThat(line).contains("\"password_hash\":\"\""));
    assertThat(file).doesNotContain("\"password\"").doesNotContain("guest");
  }

  @Configuration
  @EnableConfigurationProperties(DeliveryProperties.class)
  @Import(Topology.class)
  static class TopologyAlone {
    @Bean
    Ladders ladders(DeliveryProperties settings, Environment environment) {
      return new Ladders(settings, environment);
    }
  }
}
