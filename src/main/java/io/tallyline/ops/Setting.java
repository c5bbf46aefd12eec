package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A setting, as the metadata says that the compiler writes from the classes that read it.
 *
 * @param name in kebab case, {@code hub.relay.batch-size}
 * @param type what its value is: {@code Duration}, {@code Integer}, a list of them
 * @param standard its value if it is not set; empty if it has none
 * @param description a line or two of Markdown, ends without a full stop
 */
record Setting(String name, String type, String standard, String description) {
  private static final String OURS = "hub.";

  /** How the description of a setting ends that the hub makes by itself. */
  private static final String DERIVED = "not set by hand.";

  private static final String METADATA = "META-INF/spring-configuration-metadata.json";

  /** Every setting of every library on the class path and of the hub, by name. */
  static Map<String, Setting> everywhere() {
    Map<String, Setting> settings = new TreeMap<>();
    try {
      for (URL metadata : Collections.list(Setting.class.getClassLoader().getResources(METADATA))) {
        try (InputStream stream = metadata.openStream()) {
          for (JsonNode property : new JsonMapper().readTree(stream).path("properties")) {
            Setting setting = of(property);
            settings.putIfAbsent(setting.name(), setting);
          }
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return settings;
  }

  /** The hub's own, also those that nobody sets by hand, in the order of their names. */
  static List<Setting> known() {
    return everywhere().values().stream()
        .filter(setting -> setting.name().startsWith(OURS))
        .toList();
  }

  /** Whether the hub makes it from others. */
  boolean isDerived() {
    return description.endsWith(DERIVED);
  }

  private static Setting of(JsonNode property) {
    return new Setting(
        property.path("name").asText(),
        type(property.path("type").asText()),
        standard(property.path("defaultValue")),
        description(property.path("description").asText()));
  }

  /** {@code java.util.List<java.time.Duration>} is a list of Duration. */
  private static String type(String name) {
    String type = name.replaceAll("[a-z0-9]+[.]", "").replaceAll(".*[$]", "");
    return type.replaceAll("^(?:List|Set)<(.*)>$", "list of $1").replaceAll(",", ", ");
  }

  /** A list is an array in the metadata, or the text {@code [1s, 11s]}. */
  private static String standard(JsonNode value) {
    return value.isArray()
        ? StreamSupport.stream(value.spliterator(), false)
            .map(JsonNode::asText)
            .collect(Collectors.joining(", "))
        : value.asText("").replaceAll("^\\[(.*)]$", "$1");
  }

  private static String description(String text) {
    return text.replaceAll("[{]@(?:code|link) ([^}]*)[}]", "`$1`").replaceAll("\\s+", " ").strip();
  }
}
