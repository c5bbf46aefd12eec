package io.tallyline.mapping;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

/** From a domain event, as the outbox holds it, to a message of one version. Thread-safe. */
public final class MessageTranslation {
  private final Schema eventSchema;
  private final Mapping mapping;
  private final MessageContract contract;

  MessageTranslation(Schema eventSchema, Mapping mapping, MessageContract contract) {
    this.eventSchema = eventSchema;
    this.mapping = mapping;
    this.contract = contract;
  }

  public MessageType type() {
    return contract.type();
  }

  public MessageContract contract() {
    return contract;
  }

  /**
   * Checks the event, maps it, checks the result.
   *
   * @param occurredAt becomes {@code createdAt}
   * @return the message's body, UTF-8 JSON of at most {@link Names#LARGEST_BODY_BYTES}
   * @throws Rejected schema (MAP-020 the event, MAP-021 the result, MAP-024 in between), totals
   *     (MAP-023), too-large (MAP-012)
   */
  public byte[] translate(JsonNode domainEvent, Instant occurredAt) throws Rejected {
    eventSchema.check(domainEvent, "MAP-020", "the domain event");
    JsonNode message =
        mapping.apply(domainEvent, Map.of("occurredAt", TextNode.valueOf(occurredAt.toString())));
    contract.check(message, "MAP-021", "the message that " + mapping.file() + " makes");
    byte[] body = write(message);
    if (body.length > Names.LARGEST_BODY_BYTES) {
      throw new Rejected(
          Reason.TOO_LARGE,
          "MAP-012",
          "the message has "
              + body.length
              + " bytes, at most "
              + Names.LARGEST_BODY_BYTES
              + " are accepted; split the transaction");
    }
    return body;
  }

  private byte[] write(JsonNode message) throws Rejected {
    try {
      return StrictJson.write(message);
    } catch (UncheckedIOException notText) {
      throw new Rejected(
          Reason.SCHEMA, "MAP-024", mapping.file() + " makes a text that is not Unicode");
    }
  }
}
