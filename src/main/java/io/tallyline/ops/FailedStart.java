package io.tallyline.ops;

import io.tallyline.audit.AuditRefused;
import io.tallyline.contracts.StartRefused;
import io.tallyline.embedded.EmbeddedServersFailed;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.spring.boot.CamelSpringBootInitializationException;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/** Finds, in what made a start fail, the one sentence that tells a person what to do. */
final class FailedStart {
  /** Beans that fail only where key or trust stores are wrong. */
  private static final Set<String> KEYS =
      Set.of("rabbitConnectionFactory", "sslBundleRegistry", "rabbitConnectionDetails");

  /** Words in the names of settings whose values are told to nobody. */
  private static final Pattern SECRET = Pattern.compile("password|secret|token|key|credential");

  private FailedStart() {}

  /** Empty if nobody foresaw this failure: then the whole stack trace is wanted. */
  static Optional<String> sentence(Throwable failure) {
    boolean routes = false;
    for (Throwable cause = failure; cause != null; cause = next(cause)) {
      Optional<String> sentence = known(cause);
      if (sentence.isPresent()) {
        return sentence;
      }
      routes |= cause instanceof CamelSpringBootInitializationException;
    }
    return routes
        ? Optional.of(
            "OPS-020 the route files cannot be loaded: %s. Correct the file."
                .formatted(oneLine(root(failure).getMessage())))
        : Optional.empty();
  }

  private static Throwable next(Throwable cause) {
    return cause.getCause() == cause ? null : cause.getCause();
  }

  private static Optional<String> known(Throwable cause) {
    if (cause instanceof StartRefused
        || cause instanceof EmbeddedServersFailed
        || cause instanceof AuditRefused) {
      return Optional.ofNullable(cause.getMessage());
    }
    if (cause instanceof NoSuchSslBundleException bundle) {
      return Optional.of(
          "OPS-224 there is no SSL bundle '%s'. Define it below spring.ssl.bundle, or correct the name."
              .formatted(bundle.getBundleName()));
    }
    if (cause instanceof BeanCreationException bean && KEYS.contains(bean.getBeanName())) {
      return Optional.of(
          "OPS-224 the keys or certificates for TLS cannot be read: %s. Correct spring.rabbitmq.ssl or spring.ssl.bundle."
              .formatted(oneLine(root(bean).getMessage())));
    }
    if (cause instanceof PortInUseException taken) {
      return Optional.of(
          "OPS-014 port %d cannot be opened. Stop what uses it, or set server.port to another."
              .formatted(taken.getPort()));
    }
    if (cause instanceof BindValidationException invalid) {
      return Optional.of("OPS-012 " + violations(invalid));
    }
    if (cause instanceof BindException wrong) {
      return Optional.of("OPS-012 " + setting(wrong));
    }
    if (cause instanceof ConfigurationPropertiesBindException) {
      return Optional.empty();
    }
    if (cause instanceof FailedToCreateRouteException route) {
      return Optional.of(
          "OPS-021 the route %s cannot be made: %s. Correct its file below routes/."
              .formatted(route.getRouteId(), oneLine(root(route).getMessage())));
    }
    return Optional.empty();
  }

  private static String violations(BindValidationException invalid) {
    StringBuilder sentence = new StringBuilder();
    for (ObjectError error : invalid.getValidationErrors().getAllErrors()) {
      if (error instanceof FieldError field) {
        sentence.append(
            "%s.%s is '%s': it %s. "
                .formatted(
                    invalid.getValidationErrors().getName(),
                    kebab(field.getField()),
                    isSecret(field.getField()) ? "a secret" : field.getRejectedValue(),
                    field.getDefaultMessage()));
      }
    }
    return sentence.append("Correct the setting.").toString();
  }

  private static String setting(BindException wrong) {
    ConfigurationProperty property = wrong.getProperty();
    if (property == null) {
      return "the settings %s cannot be read: %s."
          .formatted(wrong.getName(), oneLine(root(wrong).getMessage()));
    }
    boolean secret = isSecret(property.getName().toString());
    return "%s is %s, which cannot be read as %s. Correct the setting."
        .formatted(
            property.getName(),
            secret ? "a secret" : "'" + property.getValue() + "'",
            wrong.getTarget().getType());
  }

  private static boolean isSecret(String name) {
    return SECRET.matcher(name.toLowerCase(Locale.ROOT)).find();
  }

  private static String kebab(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
  }

  private static Throwable root(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return root;
  }

  private static String oneLine(String message) {
    return String.valueOf(message).replaceAll("\\s+", " ").strip();
  }
}
