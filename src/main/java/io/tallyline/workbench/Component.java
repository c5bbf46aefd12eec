package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A Camel component on the class path, and the options it documents about itself.
 *
 * @param scheme what a uri begins with
 * @param options by name: kind, type, whether required or secret
 */
record Component(String scheme, JsonNode options) {
  private static final String SERVICES = "META-INF/services/org/apache/camel/component/";
  private static final JsonMapper JSON = new JsonMapper();
  private static final Map<String, Optional<Component>> KNOWN = new ConcurrentHashMap<>();

  static Optional<Component> of(String scheme) {
    return scheme.matches("[a-z][a-z0-9-]*")
        ? KNOWN.computeIfAbsent(scheme, Component::load)
        : Optional.empty();
  }

  private static Optional<Component> load(String scheme) {
    ClassLoader loader = Component.class.getClassLoader();
    try (InputStream service = loader.getResourceAsStream(SERVICES + scheme)) {
      if (service == null) {
        return Optional.empty();
      }
      Properties properties = new Properties();
      properties.load(service);
      String type = properties.getProperty("class", "");
      String folder = type.substring(0, Math.max(0, type.lastIndexOf('.'))).replace('.', '/');
      try (InputStream description =
          loader.getResourceAsStream("META-INF/" + folder + "/" + scheme + ".json")) {
        JsonNode options =
            description == null
                ? JSON.createObjectNode()
                : JSON.readTree(description).path("properties");
        return Optional.of(new Component(scheme, options));
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** The option a parameter sets; null if there is none. */
  @Nullable JsonNode option(String parameter) {
    if (options.has(parameter)) {
      return options.get(parameter);
    }
    for (JsonNode option : options) {
      String prefix = option.path("prefix").asText("");
      if (!prefix.isEmpty() && parameter.startsWith(prefix)) {
        return option;
      }
    }
    return null;
  }

  TreeSet<String> names() {
    TreeSet<String> names = new TreeSet<>();
    options.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
