package io.tallyline.ops;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jolokia.support.spring.actuator.JolokiaEndpointAutoConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.autoconfigure.quartz.QuartzAutoConfiguration;
import org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.autoconfigure.transaction.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The hub as a Spring application: databases, broker, routes, HTTP, by the roles it has. */
@SpringBootConfiguration(proxyBeanMethods = true)
@EnableAutoConfiguration(
    exclude = {
      DataSourceAutoConfiguration.class,
      DataSourceTransactionManagerAutoConfiguration.class,
      JdbcTemplateAutoConfiguration.class,
      TransactionAutoConfiguration.class,
      FlywayAutoConfiguration.class,
      JolokiaEndpointAutoConfiguration.class,
      QuartzAutoConfiguration.class,
      UserDetailsServiceAutoConfiguration.class
    })
@Import(HubConfiguration.class)
public class HubApplication {
  private static final String HOME = System.getProperty("hub.home", ".");

  /**
   * Starts a hub in this JVM.
   *
   * @param settings {@code --name=value}, stronger than files and environment
   */
  public static ConfigurableApplicationContext run(String... settings) {
    return application().run(arguments(settings));
  }

  private static SpringApplication application() {
    SpringApplication application = new SpringApplication(HubApplication.class);
    application.setDefaultProperties(Map.of("hub.serving", "true", "hub.embedded.enabled", "true"));
    application.setLogStartupInfo(false);
    return application;
  }

  static String[] arguments(String... settings) {
    List<String> arguments = new ArrayList<>(Arrays.asList(settings));
    if (arguments.stream().noneMatch(setting -> setting.startsWith("--spring.config."))) {
      arguments.add(
          "--spring.config.additional-location=optional:file:%s/config/,optional:file:%s/"
              .formatted(HOME, HOME));
    }
    return arguments.toArray(String[]::new);
  }
}
