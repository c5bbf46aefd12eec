package io.tallyline.workbench;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** One edit of a JSON document, a schema or a message; quotes may be written as {@code '}. */
@FunctionalInterface
interface SchemaEdit {
  void apply(ObjectNode document);

  /** Puts a value there; {@code …/-} appends to an array. */
  static SchemaEdit set(String pointer, String json) {
    return document -> {
      JsonPointer at = JsonPointer.compile(pointer);
      JsonNode parent = document.at(at.head());
      String last = at.last().getMatchingProperty();
      if (parent instanceof ArrayNode array) {
        if (last.equals("-")) {
          array.add(parsed(json));
        } else {
          array.set(Integer.parseInt(last), parsed(json));
        }
      } else {
        ((ObjectNode) parent).set(last, parsed(json));
      }
    };
  }

  /** Takes away a key, an element by its number, or a text of an array by itself. */
  static SchemaEdit drop(String pointer) {
    return document -> {
      JsonPointer at = JsonPointer.compile(pointer);
      JsonNode parent = document.at(at.head());
      String last = at.last().getMatchingProperty();
      int size = parent.size();
      if (!(parent instanceof ArrayNode array)) {
        ((ObjectNode) parent).remove(last);
      } else if (last.matches("[0-9]+")) {
        array.remove(Integer.parseInt(last));
      } else {
        array.removeIf(element -> element.asText().equals(last));
      }
      if (parent.size() == size) {
        throw new IllegalArgumentException("there is nothing at " + pointer);
      }
    };
  }

  static JsonNode parsed(String json) {
    try {
      return JsonMapper.builder()
          .enable(com.fasterxml.jackson.databind.DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build()
          .readTree(json.replace('\'', '"'));
    } catch (JsonProcessingException wrong) {
      throw new IllegalArgumentException(json, wrong);
    }
  }
}
