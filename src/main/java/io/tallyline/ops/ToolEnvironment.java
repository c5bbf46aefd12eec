package io.tallyline.ops;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;

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
}
