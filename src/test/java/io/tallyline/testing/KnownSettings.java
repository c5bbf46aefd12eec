package io.tallyline.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Settings that the hub or one of its libraries knows, as their configuration metadata says. */
public final class KnownSettings {
  private final Set<String> names = new HashSet<>();
  private final Set<String> maps = new HashSet<>();

  private KnownSettings() {}

  public static KnownSettings onClassPath() {
    var known = new KnownSettings();
    ClassLoader loader = KnownSettings.class.getClassLoader();
    for (String file :
        new String[] {
          "META-INF/spring-configuration-metadata.json",
          "META-INF/additional-spring-configuration-metadata.json"
        }) {
      try {
        for (URL metadata : Collections.list(loader.getResources(file))) {
          known.add(metadata);
        }
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
    return known;
  }

  private void add(URL metadata) throws IOException {
    try (InputStream stream = metadata.openStream()) {
      for (JsonNode property : new JsonMapper().readTree(stream).path("properties")) {
        String name = uniform(property.path("name").asText());
        names.add(name);
        if (property.path("type").asText().startsWith("java.util.Map")) {
          maps.add(name);
        }
      }
    }
  }

  /**
   * @param name {@code hub.relay.batch-size} or {@code HUB_RELAY_BATCHSIZE}
   */
  public boolean contains(String name) {
    String uniform = uniform(name);
    return names.contains(uniform) || maps.stream().anyMatch(uniform::startsWith);
  }

  private static String uniform(String name) {
    return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "").replace(".", "");
  }
}
