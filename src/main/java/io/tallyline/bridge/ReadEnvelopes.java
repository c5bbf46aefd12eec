package io.tallyline.bridge;

import static io.tallyline.contracts.Names.CLOUD_EVENTS_PREFIX;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.Outgoing;
import io.tallyline.mapping.CompiledTables;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.MessageContract;
import io.tallyline.mapping.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * Turns each MassTransit message into the integration message that it stands for. What does not
 * become one exactly as the contract says is rejected, never guessed.
 */
public final class ReadEnvelopes implements FollowsMappings {
  /** Name of the exchange property that holds the table of the route file. */
  public static final String TABLE = "messages";

  private final Shapes shapes;
  private final CompiledTables<Known, Map<String, Known>> tables;

  /**
   * @param folder the one that the mappings were opened from
   */
  public ReadEnvelopes(Mappings mappings, Path folder) {
    this.tables = new CompiledTables<>(mappings, this::compile, Map::copyOf);
    this.shapes = new Shapes(folder);
  }

  private record Known(MessageUrn urn, MessageType type, MessageContract contract, Shape shape) {}

  /**
   * Loads everything a table names, so that a broken file is found at start and not by a message.
   *
   * @throws StartRefused if the table or a file it names is wrong
   */
  public void check(String table, String where) {
    tables.check(table, where);
  }

  @Override
  public List<StartRefused> use(Mappings fresh) {
    return tables.use(fresh);
  }

  /**
   * @param table lines {@code urn:message:<Namespace>:<Type> -> <routing key>}
   */
  public Crossings read(List<Message> messages, @ExchangeProperty(TABLE) String table) {
    Map<String, Known> known = tables.get(table);
    return Crossings.translated(
        MassTransit.IN_QUEUE, messages, message -> translated(message, known));
  }

  private Known compile(Mappings mappings, CompiledTables.Line line, String where) {
    BridgedTypes.Pair pair = BridgedTypes.inward(line, where);
    String folder = pair.type().folder();
    return new Known(pair.urn(), pair.type(), mappings.contract(folder), shapes.of(folder));
  }

  private static Outgoing translated(Message message, Map<String, Known> table) throws Rejected {
    Envelope envelope = Envelope.of(message);
    Known known = first(envelope.types(), table);
    JsonNode body = known.shape().fromMassTransit(envelope.message());
    known.contract().check(body);
    // Only what finance announces may have no subscriber.
    boolean mandatory = !known.type().module().equals("finance");
    return new Outgoing(
        Names.EVENTS_EXCHANGE,
        known.type().routingKey(),
        properties(known, envelope, body, message.getBody()),
        StrictJson.write(body),
        mandatory);
  }

  /** MassTransit names the most specific type first, and its interfaces and bases after it. */
  private static Known first(List<String> types, Map<String, Known> table) throws Rejected {
    for (String type : types) {
      Known known = table.get(type);
      if (known != null) {
        return known;
      }
    }
    throw new Rejected(
        Reason.UNSUPPORTED_TYPE,
        "BRI-012",
        "no line of the route receive-masstransit names %s. Add a line with its routing key, then retry the dead letter."
            .formatted(types.stream().limit(5).map(Fields::shown).toList()));
  }

  private static BasicProperties properties(
      Known known, Envelope envelope, JsonNode body, byte[] received) {
    MessageType type = known.type();
    String messageId = messageId(known, envelope, received).toString();
    Instant at = when(body.path("createdAt").asText(), envelope.sentTime());
    Map<String, Object> headers = new HashMap<>();
    headers.put(Names.HUB_VERSIONS, "v" + type.version());
    headers.put(CLOUD_EVENTS_PREFIX + "specversion", "1.0");
    headers.put(CLOUD_EVENTS_PREFIX + "id", messageId);
    headers.put(CLOUD_EVENTS_PREFIX + "source", "/" + type.module());
    headers.put(CLOUD_EVENTS_PREFIX + "type", type.routingKey());
    headers.put(CLOUD_EVENTS_PREFIX + "dataschema", "urn:tallyline:schema:" + type.routingKey());
    putIfPresent(headers, CLOUD_EVENTS_PREFIX + "time", at);
    JsonNode subject = body.path("transactionId");
    putIfPresent(headers, CLOUD_EVENTS_PREFIX + "subject", subject.textValue());
    putIfPresent(headers, Names.TRACEPARENT, envelope.trace());
    // Under the names that MassTransit itself gives them where there is no envelope.
    putIfPresent(headers, MassTransit.CONVERSATION_ID, envelope.conversationId());
    putIfPresent(headers, MassTransit.INITIATOR_ID, envelope.initiatorId());
    putIfPresent(headers, MassTransit.REQUEST_ID, envelope.requestId());
    return new BasicProperties.Builder()
        .contentType(Names.JSON)
        .contentEncoding("UTF-8")
        .deliveryMode(2)
        .messageId(messageId)
        .correlationId(envelope.correlationId())
        .type(type.routingKey())
        .timestamp(at == null ? null : Date.from(at))
        .appId(type.module())
        .headers(headers)
        .build();
  }

  private static void putIfPresent(
      Map<String, Object> headers, String name, @Nullable Object value) {
    if (value != null) {
      headers.put(name, value.toString());
    }
  }

  /**
   * The sender's. Without one it is made of what was received, so that the same message delivered
   * again has the same id.
   */
  private static UUID messageId(Known known, Envelope envelope, byte[] received) {
    UUID given = envelope.messageId();
    if (given != null) {
      return given;
    }
    byte[] urn = (known.urn().urn() + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] name = Arrays.copyOf(urn, urn.length + received.length);
    System.arraycopy(received, 0, name, urn.length, received.length);
    return UUID.nameUUIDFromBytes(name);
  }

  private static @Nullable Instant when(@Nullable String... times) {
    for (String time : times) {
      try {
        if (time != null && !time.isEmpty()) {
          return OffsetDateTime.parse(time).toInstant();
        }
      } catch (DateTimeException notReadable) {
        // For people only; what counts is in the body and has been checked.
        continue;
      }
    }
    return null;
  }
}
