package io.tallyline.ops;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/** Settings as the hub would see them, for commands that are not a hub. */
final class ToolEnvironment {
  private static final class Nothing {}

  private ToolEnvironment() {}

  static ConfigurableEnvironment of(String... settings) {
    SpringApplication application = new SpringApplication(Nothing.class);
    application.setWebApplicationType(WebApplicationType.NONE);
    application.setLogStartupInfo(false);
    application.setRegisterShutdownHook(false);
    try (ConfigurableApplicationContext context =
        application.run(HubApplication.arguments(settings))) {
      return context.getEnvironment();
    }
  }

  /**
   * The same settings read without starting an application, for commands that must answer at once:
   * files, environment, words of the command.
   */
  static ConfigurableEnvironment atOnce(String... settings) {
    StandardEnvironment environment = new StandardEnvironment();
    environment
        .getPropertySources()
        .addFirst(new SimpleCommandLinePropertySource(HubApplication.arguments(settings)));
    ConfigDataEnvironmentPostProcessor.applyTo(environment);
    ConfigurationPropertySources.attach(environment);
    return environment;
  }
}
