package io.tallyline.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.mapping.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * What a MassTransit message says, whether in an envelope or, without one, in AMQP headers. Of the
 * envelope only messageType and message have to be there; an absent id and a null are the same.
 *
 * @param types URNs, the most specific first
 * @param message the message itself, still in MassTransit's spelling
 * @param messageId null if nobody gave it one
 * @param correlationId a GUID, or the text of a publisher that has no GUIDs
 * @param sentTime as written
 * @param trace W3C trace context
 */
record Envelope(
    List<String> types,
    JsonNode message,
    @Nullable UUID messageId,
    @Nullable String correlationId,
    @Nullable UUID conversationId,
    @Nullable UUID initiatorId,
    @Nullable UUID requestId,
    @Nullable String sentTime,
    @Nullable String trace) {
  private static final String UTF_8 = "\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?";
  private static final Pattern ENVELOPE =
      Pattern.compile(Pattern.quote(MassTransit.CONTENT_TYPE) + UTF_8, Pattern.CASE_INSENSITIVE);
  private static final Pattern PLAIN =
      Pattern.compile(Pattern.quote(Names.JSON) + UTF_8, Pattern.CASE_INSENSITIVE);

  /** An AMQP short string. */
  private static final int LONGEST_CORRELATION_ID_BYTES = 255;

  private static final int MOST_TYPES = 100;

  /**
   * Reads a delivery.
   *
   * @throws Rejected not-json, too-large, wrong-content-type (BRI-010), unsupported-type (BRI-011)
   *     or schema (BRI-013)
   */
  static Envelope of(Message message) throws Rejected {
    MessageProperties properties = message.getMessageProperties();
    String contentType = properties.getContentType();
    if (contentType == null) {
      contentType = header(properties, MassTransit.CONTENT_TYPE_HEADER);
    }
    // MassTransit itself takes what names no content type for an envelope.
    boolean envelope = contentType == null || ENVELOPE.matcher(contentType.strip()).matches();
    if (!envelope && !isPlainJson(contentType)) {
      throw new Rejected(
          Reason.WRONG_CONTENT_TYPE,
          "BRI-010",
          "the content type is '%s'; only %s and %s are read. Let the publisher use MassTransit's JSON serializer."
              .formatted(Fields.shown(contentType), MassTransit.CONTENT_TYPE, Names.JSON));
    }
    JsonNode body = StrictJson.parse(message.getBody(), Names.LARGEST_BODY_BYTES);
    if (!body.isObject()) {
      throw Fields.malformed("the body is no JSON object");
    }
    return envelope ? wrapped(body, properties) : bare(body, properties);
  }

  static boolean isPlainJson(@Nullable String contentType) {
    return contentType != null && PLAIN.matcher(contentType.strip()).matches();
  }

  private static Envelope wrapped(JsonNode body, MessageProperties properties) throws Rejected {
    Fields fields = Fields.of(body, "the envelope");
    List<String> types = types(fields.get("messageType"));
    JsonNode message = fields.get("message");
    if (message == null || !message.isObject()) {
      throw Fields.malformed("the envelope has no object as 'message'");
    }
    JsonNode nested = fields.get("headers");
    Fields headers =
        nested != null && nested.isObject()
            ? Fields.of(nested, "the envelope's headers")
            : Fields.of(JsonNodeFactory.instance.objectNode(), "");
    UUID messageId = fields.guid("messageId");
    UUID correlationId = fields.guid("correlationId");
    return new Envelope(
        types,
        message,
        messageId == null ? Fields.asGuid(properties.getMessageId()) : messageId,
        correlationId(correlationId, headers.text(MassTransit.TEXT_CORRELATION_ID), properties),
        fields.guid("conversationId"),
        fields.guid("initiatorId"),
        fields.guid("requestId"),
        fields.text("sentTime"),
        trace(properties, headers.text(MassTransit.ACTIVITY_ID)));
  }

  /** Without an envelope the ids are AMQP headers, and some are AMQP properties too. */
  private static Envelope bare(JsonNode body, MessageProperties properties) throws Rejected {
    String types = header(properties, MassTransit.MESSAGE_TYPE);
    if (types == null || types.isBlank()) {
      throw new Rejected(
          Reason.UNSUPPORTED_TYPE,
          "BRI-011",
          "the message has neither an envelope nor the header %s, so its type is unknown. Correct the publisher."
              .formatted(MassTransit.MESSAGE_TYPE));
    }
    UUID messageId = Fields.asGuid(header(properties, MassTransit.MESSAGE_ID));
    return new Envelope(
        Arrays.stream(types.split(";", MOST_TYPES)).map(String::strip).toList(),
        body,
        messageId == null ? Fields.asGuid(properties.getMessageId()) : messageId,
        correlationId(
            Fields.asGuid(header(properties, MassTransit.CORRELATION_ID)),
            header(properties, MassTransit.TEXT_CORRELATION_ID),
            properties),
        Fields.asGuid(header(properties, MassTransit.CONVERSATION_ID)),
        Fields.asGuid(header(properties, MassTransit.INITIATOR_ID)),
        Fields.asGuid(header(properties, MassTransit.REQUEST_ID)),
        null,
        trace(properties, null));
  }

  private static List<String> types(@Nullable JsonNode types) throws Rejected {
    List<String> urns = new ArrayList<>();
    if (types != null && types.isArray()) {
      for (JsonNode type : types) {
        if (type.isTextual() && urns.size() < MOST_TYPES) {
          urns.add(type.textValue());
        }
      }
    }
    if (urns.isEmpty()) {
      throw new Rejected(
          Reason.UNSUPPORTED_TYPE,
          "BRI-011",
          "the envelope names no type in 'messageType'. Correct the publisher.");
    }
    return urns;
  }

  private static @Nullable String correlationId(
      @Nullable UUID guid, @Nullable String text, MessageProperties properties) {
    if (guid != null) {
      return guid.toString();
    }
    String kept = text == null ? properties.getCorrelationId() : text;
    return kept == null
            || kept.isBlank()
            || kept.getBytes(StandardCharsets.UTF_8).length > LONGEST_CORRELATION_ID_BYTES
            || kept.chars().anyMatch(Character::isISOControl)
        ? null
        : kept;
  }

  private static @Nullable String trace(MessageProperties properties, @Nullable String inEnvelope) {
    for (String trace :
        Arrays.asList(
            header(properties, MassTransit.ACTIVITY_ID),
            inEnvelope,
            header(properties, Names.TRACEPARENT))) {
      if (trace != null && MassTransit.isTrace(trace)) {
        return trace;
      }
    }
    return null;
  }

  /** A header as text, found by its name in any case; null if there is none. */
  static @Nullable String header(MessageProperties properties, String name) {
    Map<String, Object> headers = properties.getHeaders();
    Object value = headers.get(name);
    if (value == null) {
      for (Map.Entry<String, Object> header : headers.entrySet()) {
        if (header.getKey().equalsIgnoreCase(name)) {
          value = header.getValue();
        }
      }
    }
    return value == null ? null : value.toString();
  }
}
