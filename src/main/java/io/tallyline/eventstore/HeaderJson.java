package io.tallyline.eventstore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.LongString;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * AMQP header values as JSON and back. Text, whole numbers, decimals and booleans are themselves;
 * what JSON has no type for is an object with one field: {@code {"$bytes": base64}}, {@code
 * {"$time": RFC 3339}}, {@code {"$text": base64 of UTF-8}} for text that PostgreSQL cannot hold,
 * {@code {"$float": text}}, {@code {"$map": {...}}} for a table whose own keys look like these.
 */
public final class HeaderJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.withExactBigDecimals(true);
  private static final String BYTES = "$bytes";
  private static final String TIME = "$time";
  private static final String TEXT = "$text";
  private static final String FLOAT = "$float";
  private static final String MAP = "$map";
  private static final char NUL = '\u0000';

  private HeaderJson() {}

  public static ObjectNode of(Map<String, Object> headers) {
    ObjectNode json = JSON.objectNode();
    headers.forEach((name, value) -> json.set(storable(name), node(value)));
    return json;
  }

  private static JsonNode node(@Nullable Object value) {
    if (value == null) {
      return JSON.nullNode();
    } else if (value instanceof String || value instanceof LongString) {
      return text(value.toString());
    } else if (value instanceof Boolean is) {
      return JSON.booleanNode(is);
    } else if (value instanceof BigDecimal decimal) {
      return JSON.numberNode(decimal);
    } else if (value instanceof Float || value instanceof Double) {
      return JSON.objectNode().put(FLOAT, value.toString());
    } else if (value instanceof Number number) {
      return JSON.numberNode(number.longValue());
    } else if (value instanceof Date time) {
      return JSON.objectNode().put(TIME, time.toInstant().toString());
    } else if (value instanceof byte[] bytes) {
      return JSON.objectNode().put(BYTES, Base64.getEncoder().encodeToString(bytes));
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode table = JSON.objectNode();
      map.forEach((name, inner) -> table.set(storable(String.valueOf(name)), node(inner)));
      boolean looksLikeOurs = table.size() == 1 && table.fieldNames().next().startsWith("$");
      return looksLikeOurs ? JSON.objectNode().set(MAP, table) : table;
    } else if (value instanceof Iterable<?> list) {
      ArrayNode array = JSON.arrayNode();
      list.forEach(inner -> array.add(node(inner)));
      return array;
    }
    return text(value.toString());
  }

  private static JsonNode text(String text) {
    String storable = storable(text);
    return storable.equals(text)
        ? JSON.textNode(text)
        : JSON.objectNode()
            .put(TEXT, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Text that PostgreSQL takes: no NUL, no half of a surrogate pair. */
  public static String storable(String text) {
    boolean fine = true;
    for (int i = 0; i < text.length() && fine; i++) {
      fine = text.charAt(i) != NUL && !Character.isSurrogate(text.charAt(i));
    }
    if (fine) {
      return text;
    }
    String valid = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    return valid.replace(NUL, '\u2400');
  }

  /** Back to what the broker's client takes. */
  public static Map<String, Object> toMap(JsonNode json) {
    Map<String, Object> headers = new LinkedHashMap<>();
    json.properties().forEach(field -> headers.put(field.getKey(), value(field.getValue())));
    return headers;
  }

  private static @Nullable Object value(JsonNode node) {
    if (node.isNull()) {
      return null;
    } else if (node.isTextual()) {
      return node.textValue();
    } else if (node.isBoolean()) {
      return node.booleanValue();
    } else if (node.isIntegralNumber()) {
      return node.longValue();
    } else if (node.isNumber()) {
      return node.decimalValue();
    } else if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(inner -> list.add(value(inner)));
      return list;
    }
    if (node.size() == 1) {
      String only = node.fieldNames().next();
      JsonNode inner = node.get(only);
      switch (only) {
        case BYTES -> {
          return Base64.getDecoder().decode(inner.asText());
        }
        case TIME -> {
          return Date.from(Instant.parse(inner.asText()));
        }
        case TEXT -> {
          return new String(Base64.getDecoder().decode(inner.asText()), StandardCharsets.UTF_8);
        }
        case FLOAT -> {
          return Double.valueOf(inner.asText());
        }
        case MAP -> {
          return toMap(inner);
        }
        default -> {
          // An ordinary table with one entry.
        }
      }
    }
    return toMap(node);
  }
}
