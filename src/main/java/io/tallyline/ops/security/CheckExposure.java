package io.tallyline.ops.security;

import io.tallyline.contracts.StartRefused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Keeps a hub from being reachable over the network by accident: without TLS, or without security.
 * Runs before anything starts.
 */
final class CheckExposure implements EnvironmentPostProcessor, Ordered {
  private static final String LOOPBACK = "127.0.0.1";

  @Override
  public int getOrder() {
    // After the settings themselves were checked.
    return Ordered.LOWEST_PRECEDENCE - 900;
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    if (!environment.getProperty("hub.serving", Boolean.class, false)) {
      return;
    }
    String address = environment.getProperty("server.address", LOOPBACK);
    boolean secured = environment.getProperty("hub.security.enabled", Boolean.class, true);
    refuseSecondPort(environment);
    if (isLoopback(address)) {
      return;
    }
    if (!secured) {
      throw new StartRefused(
          "OPS-127",
          "hub.security.enabled is false and server.address is %s: anybody on the network could"
              + " run this hub. Switch security on, or bind to 127.0.0.1.".formatted(address));
    }
    if (!isTls(environment)
        && !environment.getProperty("hub.security.allow-plain-http", Boolean.class, false)) {
      throw new StartRefused(
          "OPS-128",
          ("server.address is %s and HTTP has no TLS: passwords and tokens would cross the network"
                  + " readable. Set server.ssl.bundle, or bind to 127.0.0.1; behind a proxy that"
                  + " ends TLS, set hub.security.allow-plain-http=true.")
              .formatted(address));
    }
  }

  private static boolean isTls(ConfigurableEnvironment environment) {
    return environment.getProperty("server.ssl.enabled", Boolean.class, true)
        && (environment.containsProperty("server.ssl.bundle")
            || environment.containsProperty("server.ssl.certificate")
            || environment.containsProperty("server.ssl.key-store"));
  }

  /** A second port would be a second door, without the limits of the first. */
  private static void refuseSecondPort(ConfigurableEnvironment environment) {
    String port = environment.getProperty("management.server.port", "");
    if (!port.isBlank() && !port.equals(environment.getProperty("server.port", "8080"))) {
      throw new StartRefused(
          "OPS-129",
          "management.server.port is %s: the hub has one HTTP port, server.port. Remove it."
              .formatted(port));
    }
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException unknown) {
      return false;
    }
  }
}
