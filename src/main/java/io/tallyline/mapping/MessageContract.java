package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.util.Map;

/** What a message of one type and version must be: the consumer's side. Thread-safe. */
public final class MessageContract {
  private static final int SHOWN_DIFFERENCES = 5;

  private final MessageType type;
  private final Schema schema;
  private final Mapping totals;
  private final ContentHash contentHash;

  MessageContract(MessageType type, Schema schema, Mapping totals) {
    this.type = type;
    this.schema = schema;
    this.totals = totals;
    this.contentHash = new ContentHash(schema.source());
  }

  public MessageType type() {
    return type;
  }

  /**
   * Checks the form first, then that every amount is the one that can be computed.
   *
   * @throws Rejected schema (MAP-022), totals (MAP-023)
   */
  public void check(JsonNode message) throws Rejected {
    check(message, "MAP-022", "the message");
  }

  void check(JsonNode message, String code, String subject) throws Rejected {
    schema.check(message, code, subject);
    JsonNode differences = totals.apply(message, Map.of());
    if (!differences.isArray()) {
      throw new Rejected(
          Reason.TOTALS, "MAP-023", totals.file() + " must give an array of texts; correct it");
    }
    if (!differences.isEmpty()) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < Math.min(SHOWN_DIFFERENCES, differences.size()); i++) {
        text.append(i == 0 ? "" : "; ").append(Shown.text(differences.get(i).asText(), 180));
      }
      if (differences.size() > SHOWN_DIFFERENCES) {
        text.append("; and ").append(differences.size() - SHOWN_DIFFERENCES).append(" more");
      }
      throw new Rejected(Reason.TOTALS, "MAP-023", text.toString());
    }
  }

  /**
   * Equal for equal content: decimals by value, ids in any case, times as moments, null as absent;
   * without unknown fields and {@code createdAt}.
   *
   * @return {@code v1:} and 64 hexadecimal digits
   */
  public String contentHash(JsonNode message) {
    return "v" + type.version() + ":" + contentHash.of(message);
  }
}
