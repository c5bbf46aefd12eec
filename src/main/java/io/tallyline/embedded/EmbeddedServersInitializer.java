package io.tallyline.embedded;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.event.ApplicationFailedEvent;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertiesPropertySource;

/**
 * Starts the embedded servers once all settings are read and logging works, before the first bean
 * asks for a connection, and stops them after the last bean is gone.
 */
public final class EmbeddedServersInitializer
    implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {
  /**
   * Set by the command line for the hub's own process; tests and slices stay without. Set to false,
   * as in a container, a hub that lacks a server's configuration refuses to start.
   */
  static final String ENABLED = "hub.embedded.enabled";

  private static final String DIRECTORY = "hub.data-directory";
  private static final String BEAN = "embeddedServers";

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    ConfigurableEnvironment environment = context.getEnvironment();
    Boolean enabled = environment.getProperty(ENABLED, Boolean.class);
    if (enabled == null) {
      return;
    }
    WhatToEmbed what = WhatToEmbed.of(environment);
    if (what.nothing()) {
      return;
    }
    if (!enabled) {
      throw new EmbeddedServersFailed(
          "EMB-015",
          "%s is false, and %s not configured. Configure what is missing, or take the roles that need it out of hub.roles."
              .formatted(ENABLED, what.missing()));
    }
    quietLogging(environment);
    EmbeddedServers servers =
        EmbeddedServers.in(Path.of(environment.getProperty(DIRECTORY, "./data")));
    stopLast(servers, context);
    servers.start(what);
    contribute(servers, environment);
    register(servers, context);
  }

  private static void contribute(EmbeddedServers servers, ConfigurableEnvironment environment) {
    var properties = servers.properties();
    properties.setProperty(
        "hub.embedded.summary",
        servers.servers().stream()
            .map(EmbeddedServers.Running::toString)
            .collect(Collectors.joining("\n")));
    // First, as it may stand in for settings that are there but blank.
    environment.getPropertySources().addFirst(new PropertiesPropertySource(BEAN, properties));
  }

  private static void register(EmbeddedServers servers, ConfigurableApplicationContext context) {
    var beans = (DefaultListableBeanFactory) context.getBeanFactory();
    beans.registerSingleton(BEAN, servers);
    servers
        .broker()
        .ifPresent(
            broker ->
                beans.registerSingleton("embeddedTopology", new EmbeddedTopology(broker, beans)));
  }

  /**
   * Beans are destroyed in the reverse order of their registration, so the first one goes last;
   * that covers a refresh that fails too. A context that fails before its refresh destroys nothing,
   * and a process told to end before it may not either: those ways out have hooks of their own.
   */
  private static void stopLast(EmbeddedServers servers, ConfigurableApplicationContext context) {
    Runnable stop = servers::close;
    var beans = (DefaultListableBeanFactory) context.getBeanFactory();
    beans.registerDisposableBean(
        BEAN,
        () -> {
          stop.run();
          forget(stop);
        });
    context.addApplicationListener(
        (ApplicationListener<ApplicationFailedEvent>)
            event -> {
              if (!context.isActive()) {
                stop.run();
                forget(stop);
              }
            });
    SpringApplication.getShutdownHandlers().add(stop);
  }

  private static void forget(Runnable stop) {
    try {
      SpringApplication.getShutdownHandlers().remove(stop);
    } catch (IllegalStateException shutdownInProgress) {
      // Then the handler runs once more, and finds nothing to stop.
    }
  }

  /** The broker reports every connection and binding; warnings are enough unless asked for. */
  private static void quietLogging(ConfigurableEnvironment environment) {
    LoggingSystem logging = LoggingSystem.get(EmbeddedServersInitializer.class.getClassLoader());
    for (String logger : List.of("org.apache.qpid", "qpid", "io.zonky")) {
      if (!environment.containsProperty("logging.level." + logger)) {
        logging.setLogLevel(logger, LogLevel.WARN);
      }
    }
  }

  /** Late: whatever adds settings goes before. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE;
  }
}
