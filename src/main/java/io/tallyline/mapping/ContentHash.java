package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 over the business fields of a message: the properties its schema names, by value. Every
 * piece is written with its kind and length, so that no two contents have the same encoding.
 */
final class ContentHash {
  private enum Kind {
    UUID,
    TIMESTAMP,
    VALUE
  }

  private final Kind kind;
  private final Map<String, ContentHash> properties = new TreeMap<>();
  private final @Nullable ContentHash items;

  /**
   * @param schema without references
   */
  ContentHash(JsonNode schema) {
    kind =
        switch (schema.path("format").asText()) {
          case "uuid" -> Kind.UUID;
          case "timestamp" -> Kind.TIMESTAMP;
          default -> Kind.VALUE;
        };
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      if (property.getValue().path(SchemaKeywords.CONTENT).asBoolean(true)) {
        properties.put(property.getKey(), new ContentHash(property.getValue()));
      }
    }
    items = schema.path("items").isObject() ? new ContentHash(schema.get("items")) : null;
  }

  /** 64 lower-case hexadecimal digits. */
  String of(JsonNode message) {
    StringBuilder content = new StringBuilder(1_024);
    append(message, content);
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha256.digest(content.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void append(JsonNode value, StringBuilder content) {
    switch (value.getNodeType()) {
      case OBJECT -> {
        content.append('{');
        for (Map.Entry<String, ContentHash> property : properties.entrySet()) {
          JsonNode child = value.get(property.getKey());
          if (child != null && !child.isNull()) {
            piece('k', property.getKey(), content);
            property.getValue().append(child, content);
          }
        }
        content.append('}');
      }
      case ARRAY -> {
        content.append('[');
        for (JsonNode element : value) {
          if (items == null) {
            piece('j', element.toString(), content);
          } else {
            items.append(element, content);
          }
        }
        content.append(']');
      }
      case STRING -> piece('t', canonical(value.textValue()), content);
      case NUMBER -> piece('n', canonical(Decimals.of(value)), content);
      case BOOLEAN -> content.append(value.booleanValue() ? "T" : "F");
      default -> content.append('0');
    }
  }

  private String canonical(String text) {
    if (kind == Kind.UUID) {
      return text.toLowerCase(Locale.ROOT);
    }
    Timestamps.Moment moment = kind == Kind.TIMESTAMP ? Timestamps.read(text) : null;
    return moment == null ? text : moment.canonical();
  }

  private static String canonical(BigDecimal number) {
    if (number.signum() == 0) {
      return "0";
    }
    BigDecimal bare = number.stripTrailingZeros();
    return bare.unscaledValue() + "e" + -(long) bare.scale();
  }

  private static void piece(char kind, String text, StringBuilder content) {
    content.append(kind).append(text.length()).append(':').append(text);
  }
}
