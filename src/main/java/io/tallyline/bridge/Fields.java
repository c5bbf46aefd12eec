package io.tallyline.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The properties of one JSON object, found by their name in any case, as .NET does. */
final class Fields {
  private static final Pattern GUID =
      Pattern.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");
  private static final UUID EMPTY = new UUID(0, 0);

  private final Map<String, JsonNode> byName = new HashMap<>();
  private final String where;

  private Fields(String where) {
    this.where = where;
  }

  /**
   * @param where for errors: "the envelope"
   * @throws Rejected BRI-013 if two names differ only in their case
   */
  static Fields of(JsonNode object, String where) throws Rejected {
    var fields = new Fields(where);
    for (Map.Entry<String, JsonNode> property : object.properties()) {
      if (fields.byName.put(key(property.getKey()), property.getValue()) != null) {
        throw malformed(
            "%s has '%s' twice, in different cases; nobody knows which counts"
                .formatted(where, shown(property.getKey())));
      }
    }
    return fields;
  }

  static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  static Rejected malformed(String what) {
    return new Rejected(
        Reason.SCHEMA, "BRI-013", what + ". Correct the publisher; nothing here is guessed.");
  }

  /** Text from outside, short and on one line. */
  static String shown(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(80)
        .forEach(c -> shown.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c));
    return shown.append(text.codePointCount(0, text.length()) > 80 ? "…" : "").toString();
  }

  /** A value, or null if it is absent or null. */
  @Nullable JsonNode get(String name) {
    JsonNode value = byName.get(key(name));
    return value == null || value.isNull() ? null : value;
  }

  /** A text, or null where there is none, whatever else there may be. */
  @Nullable String text(String name) {
    JsonNode value = get(name);
    return value != null && value.isTextual() ? value.textValue() : null;
  }

  /**
   * @return null if it is absent, null or .NET's empty GUID, which means the same
   * @throws Rejected BRI-013 if there is something else than a GUID
   */
  @Nullable UUID guid(String name) throws Rejected {
    JsonNode value = get(name);
    if (value == null) {
      return null;
    }
    String text = value.isTextual() ? value.textValue() : "";
    if (!GUID.matcher(text).matches()) {
      throw malformed("%s has no GUID as '%s'".formatted(where, name));
    }
    return asGuid(text);
  }

  /** A GUID with dashes, in any case; null for anything else and for the empty one. */
  static @Nullable UUID asGuid(@Nullable String text) {
    if (text == null || !GUID.matcher(text).matches()) {
      return null;
    }
    UUID guid = UUID.fromString(text);
    return guid.equals(EMPTY) ? null : guid;
  }
}
