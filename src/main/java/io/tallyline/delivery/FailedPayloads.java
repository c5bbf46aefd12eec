package io.tallyline.delivery;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Payloads of messages that failed for good, on a logger of their own, where that is switched on.
 * What is no JSON cannot be masked, and so is not shown.
 */
public final class FailedPayloads {
  private static final Logger log = LoggerFactory.getLogger("hub.messages.payload");
  private static final TextNode MASK = TextNode.valueOf("***");

  /** A larger one is not even parsed for a log line. */
  private static final int LARGEST_PARSED_BYTES = 1024 * 1024;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final boolean on;
  private final Set<String> masked;
  private final int longest;

  public FailedPayloads(LogProperties settings) {
    this.on = settings.failedPayloads();
    this.masked = lower(settings.maskedFields());
    this.longest = (int) settings.longestPayload().toBytes();
  }

  private static Set<String> lower(List<String> names) {
    return names.stream()
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  public boolean isOn() {
    return on && log.isWarnEnabled();
  }

  /** Logs it, if that is switched on. */
  public void log(MessageLog.About message, byte[] payload) {
    if (isOn()) {
      message.on(log.atWarn()).log("payload: {}", shown(payload));
    }
  }

  String shown(byte[] payload) {
    if (payload.length > LARGEST_PARSED_BYTES) {
      return "(%d bytes, too large to be shown; it is in the dead letter)"
          .formatted(payload.length);
    }
    try {
      JsonNode tree = JSON.readTree(payload);
      if (tree.isContainerNode()) {
        mask(tree);
        return Printable.bounded(JSON.writeValueAsString(tree), longest);
      }
    } catch (IOException | StackOverflowError notJson) {
      // Below: nothing of it is shown, because nothing in it could be masked.
    }
    return "(%d bytes that are no JSON and cannot be masked; they are in the dead letter)"
        .formatted(payload.length);
  }

  private void mask(JsonNode node) {
    if (node instanceof ObjectNode object) {
      for (String name : names(object)) {
        if (masked.contains(name.toLowerCase(Locale.ROOT))) {
          object.set(name, MASK);
        }
      }
    }
    node.forEach(this::mask);
  }

  private static Set<String> names(ObjectNode object) {
    return object.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }
}
