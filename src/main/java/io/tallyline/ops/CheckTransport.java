package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.amqp.RabbitProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.boot.logging.DeferredLogFactory;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Looks at how broker and databases are reached, before anything is: a default password on another
 * machine, TLS that verifies nobody, a password in a URL or deserialisation of anything ends the
 * start with a sentence; a way without TLS to another machine is warned about.
 */
final class CheckTransport implements EnvironmentPostProcessor, Ordered {
  private static final String BROKER = "spring.rabbitmq";
  private static final String DEFAULT_USER = "guest";
  private static final String VERIFIED = "verify-full";

  /** Modes that may encrypt and do not verify the host. */
  private static final Set<String> UNVERIFIED = Set.of("allow", "prefer", "require", "verify-ca");

  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

  /** What Spring AMQP reads; both undo its rule that a message names no class. */
  private static final String TRUST_ALL_VARIABLE = "SPRING_AMQP_DESERIALIZATION_TRUST_ALL";

  private static final String TRUST_ALL_PROPERTY = "spring.amqp.deserialization.trust.all";

  private final Log log;

  CheckTransport(DeferredLogFactory logs) {
    this.log = logs.getLog(CheckTransport.class);
  }

  /** After the settings themselves are checked, before embedded servers add theirs. */
  @Override
  public int getOrder() {
    return Ordered.LOWEST_PRECEDENCE - 900;
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    if (!environment.getProperty("hub.serving", Boolean.class, false)) {
      return;
    }
    refuseDeserialisation(environment);
    Set<Role> roles = Role.parse(environment.getProperty("hub.roles", Role.allNames()));
    Binder settings = Binder.get(environment);
    boolean allowed =
        settings.bindOrCreate("hub.security", TransportProperties.class).allowUnverifiedTls();
    if (roles.stream().anyMatch(Role::needsBroker) && isBrokerConfigured(environment)) {
      broker(settings.bindOrCreate(BROKER, RabbitProperties.class), allowed);
    }
    for (DatabaseAccess.Kind kind : DatabaseAccess.Kind.values()) {
      String setting = kind.prefix() + ".datasource.url";
      String url = environment.getProperty(setting, "");
      if (isUsed(kind, roles) && !url.isBlank()) {
        database(setting, url, allowed);
      }
    }
  }

  private static void refuseDeserialisation(ConfigurableEnvironment environment) {
    if (Stream.of(TRUST_ALL_VARIABLE, TRUST_ALL_PROPERTY)
        .anyMatch(name -> environment.getProperty(name, Boolean.class, false))) {
      throw new StartRefused(
          "OPS-225",
          "%s is set, which lets whoever sends a message run code in the hub. Remove it (also as the variable %s)."
              .formatted(TRUST_ALL_PROPERTY, TRUST_ALL_VARIABLE));
    }
  }

  private static boolean isBrokerConfigured(ConfigurableEnvironment environment) {
    return Stream.of(".addresses", ".host")
        .anyMatch(name -> !environment.getProperty(BROKER + name, "").isBlank());
  }

  private static boolean isUsed(DatabaseAccess.Kind kind, Set<Role> roles) {
    return switch (kind) {
      case INVENTORY -> roles.contains(Role.RELAY);
      case FINANCE -> roles.contains(Role.FINANCE) || roles.contains(Role.OPS);
      case STORE -> roles.contains(Role.STORE) || roles.contains(Role.OPS);
    };
  }

  private void broker(RabbitProperties broker, boolean unverifiedAllowed) {
    List<String> elsewhere =
        broker.determineAddresses().stream().filter(at -> !isLocal(host(at))).toList();
    if (elsewhere.isEmpty()) {
      return;
    }
    String where = String.join(", ", elsewhere);
    if (DEFAULT_USER.equals(broker.determineUsername())
        || DEFAULT_USER.equals(broker.determinePassword())) {
      throw new StartRefused(
          "OPS-220",
          "the broker at %s would be used with the user or the password that every RabbitMQ starts with (guest). Make a user of the hub's own, set %s.username and .password, and delete guest on the broker."
              .formatted(where, BROKER));
    }
    RabbitProperties.Ssl tls = broker.getSsl();
    if (!tls.determineEnabled()) {
      log.warn(
          "OPS-226 the broker at %s is reached without TLS: passwords and messages can be read on the way. Set %s.ssl.enabled=true."
              .formatted(where, BROKER));
    } else if (!tls.isValidateServerCertificate() || !tls.isVerifyHostname()) {
      unverified(
          "the broker at " + where,
          BROKER + ".ssl.validate-server-certificate or .verify-hostname is false",
          "Remove it, and name the authority's certificate in " + BROKER + ".ssl.trust-store",
          unverifiedAllowed);
    }
  }

  private void database(String setting, String url, boolean unverifiedAllowed) {
    Properties parsed = Driver.parseURL(url, null);
    if (parsed == null) {
      // Not PostgreSQL's: told later, by its own sentence.
      return;
    }
    if (parsed.getProperty("password") != null || parsed.getProperty("sslpassword") != null) {
      throw new StartRefused(
          "OPS-227",
          "%s holds a password, which would be shown wherever the URL is. Move it to %s."
              .formatted(setting, setting.replace(".url", ".password")));
    }
    String where = parsed.getProperty("PGHOST", "localhost");
    if (Stream.of(where.split(",")).allMatch(CheckTransport::isLocal)) {
      return;
    }
    String mode = mode(parsed);
    boolean trustsAnybody =
        parsed.getProperty("sslfactory", "").endsWith("NonValidatingFactory")
            || parsed.getProperty("sslhostnameverifier") != null;
    if (trustsAnybody || (mode != null && UNVERIFIED.contains(mode))) {
      unverified(
          "the database at " + where,
          setting + " does not verify the server",
          "Write sslmode=%s and sslrootcert=<file> into it".formatted(VERIFIED),
          unverifiedAllowed);
    } else if (!VERIFIED.equals(mode)) {
      log.warn(
          "OPS-226 the database at %s is reached without TLS: passwords and rows can be read on the way. Add sslmode=%s&sslrootcert=<file> to %s."
              .formatted(where, VERIFIED, setting));
    }
  }

  /** As written; {@code ssl=true} alone stands for verify-full. Null where nothing is written. */
  private static @Nullable String mode(Properties url) {
    String mode = url.getProperty("sslmode");
    String ssl = url.getProperty("ssl");
    if (mode == null && ssl != null) {
      return ssl.isEmpty() || Boolean.parseBoolean(ssl) ? VERIFIED : "disable";
    }
    return mode == null ? null : mode.toLowerCase(Locale.ROOT);
  }

  private void unverified(String server, String what, String fix, boolean allowed) {
    if (!allowed) {
      throw new StartRefused(
          "OPS-221",
          "%s would be reached over TLS without knowing that it is the right one: %s. %s; or set hub.security.allow-unverified-tls=true if you accept that."
              .formatted(server, what, fix));
    }
    log.warn(
        "OPS-222 %s is reached over TLS without knowing that it is the right one: %s. %s."
            .formatted(server, what, fix));
  }

  private static String host(String address) {
    return address.substring(0, address.lastIndexOf(':'));
  }

  /** A loopback address, or the one name that always is. Other names are not looked up. */
  static boolean isLocal(String host) {
    String bare = host.strip().replaceAll("^\\[|]$", "");
    if (bare.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return ADDRESS.matcher(bare).matches() && InetAddress.getByName(bare).isLoopbackAddress();
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
