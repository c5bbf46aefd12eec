package io.tallyline.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a message's schema says about spelling: the names of its properties, and which of them are
 * decimals. It turns a message into MassTransit's spelling and back, exactly; whether the message
 * is right is for its contract to check.
 *
 * @param isDecimal whether the schema says {@code number}: MassTransit writes such as text
 * @param properties by name in lower case; empty if this is no object
 * @param items null if this is no array
 */
record Shape(boolean isDecimal, Map<String, Property> properties, @Nullable Shape items) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  /** What .NET writes for a decimal, in whatever culture it runs: no exponent, no grouping. */
  private static final Pattern DECIMAL = Pattern.compile("-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?");

  /** .NET's longest decimal has 31 characters. */
  private static final int LONGEST_DECIMAL = 64;

  /**
   * @param name as the schema spells it
   */
  record Property(String name, boolean isRequired, Shape shape) {}

  Shape {
    properties = Map.copyOf(properties);
  }

  /**
   * The message as its schema spells it: names in any case become the schema's, decimals given as
   * text become exact numbers. A required decimal that is absent is 0, because older MassTransit
   * leaves out what has its default value; whether 0 can be right, the contract decides.
   *
   * @throws Rejected BRI-013 if a name stands there twice, BRI-014 if a text is no plain decimal
   */
  JsonNode fromMassTransit(JsonNode message) throws Rejected {
    return read(message, "$");
  }

  private JsonNode read(JsonNode value, String at) throws Rejected {
    if (isDecimal && value.isTextual()) {
      return decimal(value.textValue(), at);
    }
    if (value instanceof ArrayNode array && items != null) {
      ArrayNode copy = NODES.arrayNode(array.size());
      for (int i = 0; i < array.size(); i++) {
        copy.add(items.read(array.get(i), at + "[" + i + "]"));
      }
      return copy;
    }
    return value instanceof ObjectNode object && !properties.isEmpty()
        ? readObject(object, at)
        : value;
  }

  private JsonNode readObject(ObjectNode object, String at) throws Rejected {
    ObjectNode copy = NODES.objectNode();
    Set<String> seen = new HashSet<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String key = Fields.key(entry.getKey());
      Property property = properties.get(key);
      if (property == null) {
        copy.set(entry.getKey(), entry.getValue());
        continue;
      }
      String place = at + "." + property.name();
      if (!seen.add(key)) {
        throw Fields.malformed(place + " stands there twice, in different cases");
      }
      copy.set(property.name(), property.shape().read(entry.getValue(), place));
    }
    for (Map.Entry<String, Property> property : properties.entrySet()) {
      if (property.getValue().isRequired()
          && property.getValue().shape().isDecimal()
          && !seen.contains(property.getKey())) {
        copy.set(property.getValue().name(), IntNode.valueOf(0));
      }
    }
    return copy;
  }

  private static JsonNode decimal(String text, String at) throws Rejected {
    if (text.length() > LONGEST_DECIMAL || !DECIMAL.matcher(text).matches()) {
      throw new Rejected(
          Reason.SCHEMA,
          "BRI-014",
          "%s is \"%s\", which is no plain decimal like \"29.90\". Correct the publisher; nothing here is guessed."
              .formatted(at, Fields.shown(text)));
    }
    return DecimalNode.valueOf(new BigDecimal(text));
  }

  /** A message of this shape as MassTransit spells it: decimals as text, digit for digit. */
  JsonNode toMassTransit(JsonNode message) {
    if (isDecimal && message.isNumber()) {
      return TextNode.valueOf(message.decimalValue().toPlainString());
    }
    if (message instanceof ArrayNode array && items != null) {
      ArrayNode copy = NODES.arrayNode(array.size());
      array.forEach(element -> copy.add(items.toMassTransit(element)));
      return copy;
    }
    if (!(message instanceof ObjectNode object) || properties.isEmpty()) {
      return message;
    }
    ObjectNode copy = NODES.objectNode();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      Property property = properties.get(Fields.key(entry.getKey()));
      boolean known = property != null && property.name().equals(entry.getKey());
      copy.set(
          entry.getKey(),
          known ? property.shape().toMassTransit(entry.getValue()) : entry.getValue());
    }
    return copy;
  }
}
