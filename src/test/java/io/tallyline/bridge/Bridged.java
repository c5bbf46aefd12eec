package io.tallyline.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Outgoing;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.StrictJson;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/** Both sides of the bridge for tests, with the project's own mappings unless told otherwise. */
final class Bridged {
  static final String NAMESPACE = "IM.Contract.IntegrationEvents.Transactions";
  static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");

  private final ReadEnvelopes reader;
  private final WriteEnvelopes writer;

  Bridged() {
    this(Path.of("mappings"));
  }

  Bridged(Path folder) {
    Mappings mappings = Mappings.open(folder);
    reader = new ReadEnvelopes(mappings, folder);
    writer =
        new WriteEnvelopes(
            mappings, folder, "rabbitmq://rabbit-1/", Clock.fixed(NOW, ZoneOffset.UTC));
  }

  /** As a consumer receives what was published. */
  static Message received(Outgoing outgoing) {
    var properties = new MessageProperties();
    var sent = outgoing.properties();
    properties.setContentType(sent.getContentType());
    properties.setMessageId(sent.getMessageId());
    properties.setCorrelationId(sent.getCorrelationId());
    properties.setReceivedExchange(outgoing.exchange());
    properties.setReceivedRoutingKey(outgoing.routingKey());
    if (sent.getHeaders() != null) {
      properties.getHeaders().putAll(sent.getHeaders());
    }
    return new Message(outgoing.body(), properties);
  }

  static Message envelope(String json) {
    return message(MassTransit.CONTENT_TYPE, json, Map.of());
  }

  static Message message(String contentType, String body, Map<String, Object> headers) {
    var properties = new MessageProperties();
    properties.setContentType(contentType);
    properties.setReceivedExchange("");
    properties.setReceivedRoutingKey("");
    properties.getHeaders().putAll(headers);
    return new Message(body.getBytes(StandardCharsets.UTF_8), properties);
  }

  static Message integrationMessage(String key, JsonNode body, String messageId) {
    var properties = new MessageProperties();
    properties.setContentType(Names.JSON);
    properties.setReceivedExchange(Names.EVENTS_EXCHANGE);
    properties.setReceivedRoutingKey(key);
    properties.setMessageId(messageId);
    return new Message(StrictJson.write(body), properties);
  }

  static JsonNode json(byte[] body) {
    try {
      return StrictJson.parse(body, Names.LARGEST_BODY_BYTES);
    } catch (Rejected broken) {
      throw new IllegalArgumentException(broken);
    }
  }

  static JsonNode json(String text) {
    return json(text.getBytes(StandardCharsets.UTF_8));
  }

  /** {@code IM.…:SalesTransactionCreatedIntegrationEvent} for a type of the contract. */
  static String typeName(MessageType type) {
    StringBuilder name = new StringBuilder(NAMESPACE).append(':');
    for (String word : type.event().split("-")) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
    }
    return name.append("IntegrationEvent").toString();
  }

  static String inTable(MessageType type) {
    return "urn:message:" + typeName(type) + " -> " + type.routingKey();
  }

  /** Of one message received from MassTransit. */
  Crossing in(String table, Message message) {
    return reader.read(List.of(message), table).all().get(0);
  }

  /** Of one integration message. */
  Crossing out(String table, Message message) {
    return writer.write(List.of(message), table).all().get(0);
  }

  /** A copy that compares numbers by value, and texts and everything else as they are. */
  static Object byValue(JsonNode node) {
    if (node.isObject()) {
      Map<String, Object> copy = new LinkedHashMap<>();
      node.properties().forEach(entry -> copy.put(entry.getKey(), byValue(entry.getValue())));
      return copy;
    }
    if (node.isArray()) {
      List<Object> copy = new ArrayList<>();
      node.forEach(element -> copy.add(byValue(element)));
      return copy;
    }
    if (node.isNumber()) {
      BigDecimal number = node.decimalValue();
      return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }
    return node.toString();
  }
}
