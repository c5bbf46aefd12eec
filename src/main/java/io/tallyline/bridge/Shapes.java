package io.tallyline.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Reads shapes from message schemas. Only of schemas that have been compiled as contracts, which
 * refuses references that are circular or lead out of the folder.
 */
final class Shapes {
  private final Path mappings;

  /**
   * @param mappings the folder {@code mappings}
   */
  Shapes(Path mappings) {
    this.mappings = mappings;
  }

  /**
   * @param folder for example {@code inventory/sales-transaction-created/v1}
   * @throws StartRefused BRI-001 if the schema cannot be read
   */
  Shape of(String folder) {
    Path file = mappings.resolve(folder).resolve("message.schema.json");
    return shape(file, read(file));
  }

  private Shape shape(Path file, JsonNode schema) {
    JsonNode reference = schema.get("$ref");
    if (reference != null) {
      return referred(file, reference.asText());
    }
    Set<String> required = new HashSet<>();
    schema.path("required").forEach(name -> required.add(name.asText()));
    Map<String, Shape.Property> properties = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : schema.path("properties").properties()) {
      String name = entry.getKey();
      properties.put(
          Fields.key(name),
          new Shape.Property(name, required.contains(name), shape(file, entry.getValue())));
    }
    JsonNode items = schema.get("items");
    return new Shape(
        isDecimal(schema.path("type")), properties, items == null ? null : shape(file, items));
  }

  private Shape referred(Path file, String reference) {
    int hash = reference.indexOf('#');
    String path = hash < 0 ? reference : reference.substring(0, hash);
    String pointer = hash < 0 ? "" : reference.substring(hash + 1);
    Path target = path.isEmpty() ? file : file.resolveSibling(path).normalize();
    return shape(target, read(target).at(pointer));
  }

  /** {@code "number"} or {@code ["number", "null"]}. */
  private static boolean isDecimal(JsonNode type) {
    if (!type.isArray()) {
      return type.asText().equals("number");
    }
    for (JsonNode one : type) {
      if (one.asText().equals("number")) {
        return true;
      }
    }
    return false;
  }

  private static JsonNode read(Path file) {
    try {
      return StrictJson.parse(Files.readAllBytes(file), Names.LARGEST_BODY_BYTES);
    } catch (IOException | Rejected unreadable) {
      throw new StartRefused(
          "BRI-001",
          "the schema %s cannot be read: %s. Correct it, or the table of the bridge."
              .formatted(file, unreadable.getMessage()),
          unreadable);
    }
  }
}
