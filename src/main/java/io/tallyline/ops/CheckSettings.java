package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.ops.observe.LogFormat;
import io.tallyline.workbench.Spelling;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Looks at the settings before anything starts: a mistyped {@code hub.*} name, an unknown role or a
 * taken port ends the start with a sentence instead of being ignored or found out late.
 */
final class CheckSettings implements EnvironmentPostProcessor, Ordered {
  /** Environment variables of the launcher, not settings of the hub. */
  private static final Set<String> LAUNCHER =
      Set.of("HUB_HOME", "HUB_HEAP", "HUB_JAVA_OPTS", "HUB_JAR", "HUB_URL", "HUB_TOKEN_FILE");

  /** What settings of the form {@code name.<free word>} begin with. */
  private static final Set<String> ENTRIES =
      Set.of("hub.security.oidc.roles.", "hub.security.oidc.roles[", "HUB_SECURITY_OIDC_ROLES_");

  /** Set by the hub's own commands only. */
  private static final String SERVING = "hub.serving";

  private static final String BRIDGE = "hub.bridge.masstransit";

  @Override
  public int getOrder() {
    // After configuration files are read, before embedded servers are started for what is missing.
    return Ordered.LOWEST_PRECEDENCE - 1_000;
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    if (!environment.getProperty(SERVING, Boolean.class, false)) {
      return;
    }
    refuseUnknown(environment);
    LogFormat.check(environment);
    Set<Role> roles = roles(environment);
    checkPort(environment);
    environment
        .getPropertySources()
        .addFirst(new MapPropertySource("hub: derived", derived(environment, roles)));
  }

  private static Set<Role> roles(ConfigurableEnvironment environment) {
    try {
      return Role.parse(environment.getProperty("hub.roles", Role.allNames()));
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused("OPS-011", "hub.roles: " + wrong.getMessage() + ".");
    }
  }

  /** What Camel and Spring want to be told in their own words. */
  private static Map<String, Object> derived(ConfigurableEnvironment environment, Set<Role> roles) {
    Map<String, Object> derived = new TreeMap<>();
    String routes = environment.getProperty("hub.routes-directory", "routes");
    Stream<String> bridge =
        isBridge(environment, roles) ? Stream.of(Role.BRIDGE_ROUTE_FOLDER) : Stream.empty();
    derived.put(
        "camel.main.routes-include-pattern",
        Stream.concat(roles.stream().map(Role::routeFolder), bridge)
            .map(folder -> "file:" + routes + "/" + folder + "/**/*.camel.yaml")
            .distinct()
            .collect(Collectors.joining(",")));
    String errorQueues = environment.getProperty(BRIDGE + ".error-queues", "").strip();
    derived.put(BRIDGE + ".collects-errors", !errorQueues.isEmpty());
    derived.put(BRIDGE + ".collected-queues", errorQueues.isEmpty() ? "none" : errorQueues);
    derived.put(
        "hub.relay.poll-interval-millis", millis(environment, "hub.relay.poll-interval", "1s"));
    derived.put(
        "hub.relay.watch-interval-millis", millis(environment, "hub.relay.watch-interval", "10s"));
    derived.put(
        "hub.delivery.watch-interval-millis",
        millis(environment, "hub.delivery.watch-interval", "5s"));
    derived.put(
        "hub.event-store.resend-interval-millis",
        millis(environment, "hub.event-store.resend-interval", "250ms"));
    derived.put(
        "hub.event-store.retention-interval-millis",
        millis(environment, "hub.event-store.retention-interval", "6h"));
    derived.put(
        "hub.replay.move-interval-millis",
        millis(environment, "hub.replay.move-interval", "500ms"));
    derived.put(
        "hub.dead-letters.settle-interval-millis",
        millis(environment, "hub.dead-letters.settle-interval", "1s"));
    derived.put(
        "hub.dead-letters.step-interval-millis",
        millis(environment, "hub.dead-letters.step-interval", "200ms"));
    return derived;
  }

  private static boolean isBridge(ConfigurableEnvironment environment, Set<Role> roles) {
    return roles.contains(Role.RELAY)
        && environment.getProperty(BRIDGE + ".enabled", Boolean.class, false);
  }

  /** Settings that a hub makes from others, so that a route may name them. */
  static Set<String> derivedNames() {
    return derived(new StandardEnvironment(), Role.parse(Role.allNames())).keySet();
  }

  private static long millis(ConfigurableEnvironment environment, String name, String otherwise) {
    String text = environment.getProperty(name, otherwise);
    try {
      return org.springframework.boot.convert.DurationStyle.detectAndParse(text).toMillis();
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused(
          "OPS-012", "%s is '%s'; a duration looks like 500ms, 10s or 5m.".formatted(name, text));
    }
  }

  private static void checkPort(ConfigurableEnvironment environment) {
    String text = environment.getProperty("server.port", "8080");
    String host = environment.getProperty("server.address", "127.0.0.1");
    int port;
    try {
      port = Integer.parseInt(text.strip());
    } catch (NumberFormatException wrong) {
      throw new StartRefused("OPS-013", "server.port is '" + text + "'; a port is a number.");
    }
    if (port <= 0) {
      return;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (UnknownHostException wrong) {
      throw new StartRefused(
          "OPS-013", "server.address is '" + host + "', which is no address of this machine.");
    } catch (IOException | IllegalArgumentException taken) {
      throw new StartRefused(
          "OPS-014",
          "port %d on %s cannot be opened (%s). Stop what uses it, or set server.port to another."
              .formatted(port, host, taken.getMessage()));
    }
  }

  private static void refuseUnknown(ConfigurableEnvironment environment) {
    Map<String, String> known = knownSettings();
    List<String> unknown = new ArrayList<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> enumerable) {
        for (String name : enumerable.getPropertyNames()) {
          if (isOurs(name) && !isEntry(name) && !known.containsKey(uniform(name))) {
            unknown.add(
                "'%s' (%s)%s".formatted(name, source.getName(), suggestion(name, known.values())));
          }
        }
      }
    }
    if (!unknown.isEmpty()) {
      throw new StartRefused(
          "OPS-010",
          "unknown setting "
              + String.join(", ", new LinkedHashSet<>(unknown))
              + ". Correct or remove it.");
    }
  }

  private static boolean isOurs(String name) {
    return name.startsWith("hub.") || (name.startsWith("HUB_") && !LAUNCHER.contains(name));
  }

  /** One of those that anybody may add, named by what it is for. */
  private static boolean isEntry(String name) {
    return ENTRIES.stream()
        .anyMatch(prefix -> name.length() > prefix.length() && name.startsWith(prefix));
  }

  /** {@code hub.relay.batch-size} and {@code HUB_RELAY_BATCHSIZE} are one name. */
  private static String uniform(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(".", "");
  }

  private static Map<String, String> knownSettings() {
    Map<String, String> known = new TreeMap<>();
    Setting.known().forEach(setting -> known.put(uniform(setting.name()), setting.name()));
    return known;
  }

  private static String suggestion(String name, Iterable<String> known) {
    List<String> names = new ArrayList<>();
    known.forEach(names::add);
    return names.stream()
        .min(
            Comparator.comparingInt(
                candidate -> Spelling.distance(uniform(name), uniform(candidate))))
        .filter(candidate -> Spelling.distance(uniform(name), uniform(candidate)) <= 4)
        .map(candidate -> ": did you mean '" + candidate + "'?")
        .orElse("");
  }
}
