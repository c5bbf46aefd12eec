package io.tallyline.bridge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.Attempts;
import io.tallyline.delivery.Outgoing;
import io.tallyline.mapping.CompiledTables;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.MessageContract;
import io.tallyline.mapping.StrictJson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * Turns each integration message into the envelope that a MassTransit consumer expects. What is not
 * as its contract says is rejected: a .NET consumer gets nothing that finance would not take.
 */
public final class WriteEnvelopes implements FollowsMappings {
  /** Name of the exchange property that holds the table of the route file. */
  public static final String TABLE = "types";

  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);

  private final Shapes shapes;
  private final String broker;
  private final InstantSource clock;
  private final ObjectNode host;
  private final CompiledTables<Known, Map<String, Known>> tables;

  /**
   * @param folder the one that the mappings were opened from
   * @param broker for example {@code rabbitmq://rabbit-1/}, without credentials, ending in a slash
   */
  public WriteEnvelopes(Mappings mappings, Path folder, String broker, InstantSource clock) {
    this.tables = new CompiledTables<>(mappings, this::compile, Map::copyOf);
    this.shapes = new Shapes(folder);
    this.broker = broker;
    this.clock = clock;
    this.host = host();
  }

  private record Known(MessageUrn urn, MessageContract contract, Shape shape) {}

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
   * @param table lines {@code <routing key> -> <Namespace>:<Type>}
   */
  public Crossings write(List<Message> messages, @ExchangeProperty(TABLE) String table) {
    Map<String, Known> known = tables.get(table);
    return Crossings.translated(
        MassTransit.OUT_QUEUE, messages, message -> translated(message, known));
  }

  private Known compile(Mappings mappings, CompiledTables.Line line, String where) {
    BridgedTypes.Pair pair = BridgedTypes.outward(line, where);
    String folder = pair.type().folder();
    return new Known(pair.urn(), mappings.contract(folder), shapes.of(folder));
  }

  private Outgoing translated(Message message, Map<String, Known> table) throws Rejected {
    String key = Attempts.before(message).routingKey();
    Known known = table.get(key);
    if (known == null) {
      throw new Rejected(
          Reason.UNSUPPORTED_TYPE,
          "BRI-015",
          "no line of the route publish-masstransit names '%s'; known are %s. Add a line, or take the binding from the queue %s."
              .formatted(Fields.shown(key), new TreeSet<>(table.keySet()), MassTransit.OUT_QUEUE));
    }
    String contentType = message.getMessageProperties().getContentType();
    if (!Envelope.isPlainJson(contentType)) {
      throw new Rejected(
          Reason.WRONG_CONTENT_TYPE,
          "BRI-010",
          "the content type is '%s'; an integration message is %s. Correct the publisher."
              .formatted(Fields.shown(String.valueOf(contentType)), Names.JSON));
    }
    JsonNode body = StrictJson.parse(message.getBody(), Names.LARGEST_BODY_BYTES);
    known.contract().check(body);
    return outgoing(message, known, key, body);
  }

  private Outgoing outgoing(Message message, Known known, String key, JsonNode body) {
    MessageProperties received = message.getMessageProperties();
    UUID messageId = messageId(received, key, message.getBody());
    String trace = Envelope.header(received, Names.TRACEPARENT);
    if (trace != null && !MassTransit.isTrace(trace)) {
      trace = null;
    }
    ObjectNode envelope = envelope(received, known, messageId, trace);
    envelope.set("message", known.shape().toMassTransit(body));
    Map<String, Object> headers = new HashMap<>();
    headers.put(MassTransit.CONTENT_TYPE_HEADER, MassTransit.CONTENT_TYPE);
    if (trace != null) {
      headers.put(MassTransit.ACTIVITY_ID, trace);
      headers.put(Names.TRACEPARENT, trace);
    }
    var properties =
        new BasicProperties.Builder()
            .contentType(MassTransit.CONTENT_TYPE)
            .contentEncoding("UTF-8")
            .deliveryMode(2)
            .messageId(messageId.toString())
            .correlationId(received.getCorrelationId())
            .timestamp(Date.from(clock.instant()))
            .headers(headers)
            .build();
    // As MassTransit publishes: to whoever has subscribed, and that may be nobody.
    return new Outgoing(known.urn().exchange(), "", properties, StrictJson.write(envelope), false);
  }

  private ObjectNode envelope(
      MessageProperties received, Known known, UUID messageId, @Nullable String trace) {
    UUID correlation = Fields.asGuid(received.getCorrelationId());
    UUID conversation = kept(received, MassTransit.CONVERSATION_ID);
    if (conversation == null) {
      conversation = correlation == null ? messageId : correlation;
    }
    ObjectNode headers = NODES.objectNode();
    if (correlation == null && received.getCorrelationId() != null) {
      headers.put(MassTransit.TEXT_CORRELATION_ID, received.getCorrelationId());
    }
    if (trace != null) {
      headers.put(MassTransit.ACTIVITY_ID, trace);
    }
    ObjectNode envelope = NODES.objectNode();
    envelope.put("messageId", messageId.toString());
    envelope.put("requestId", text(kept(received, MassTransit.REQUEST_ID)));
    envelope.put("correlationId", text(correlation));
    envelope.put("conversationId", conversation.toString());
    envelope.put("initiatorId", text(kept(received, MassTransit.INITIATOR_ID)));
    envelope.put("sourceAddress", broker + MassTransit.OUT_QUEUE);
    envelope.put("destinationAddress", broker + known.urn().exchange());
    envelope.putNull("responseAddress");
    envelope.putNull("faultAddress");
    envelope.putArray("messageType").add(known.urn().urn());
    envelope.putNull("message");
    envelope.putNull("expirationTime");
    envelope.put("sentTime", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    envelope.set("headers", headers);
    envelope.set("host", host);
    return envelope;
  }

  private static @Nullable UUID kept(MessageProperties received, String header) {
    return Fields.asGuid(Envelope.header(received, header));
  }

  private static @Nullable String text(@Nullable UUID guid) {
    return guid == null ? null : guid.toString();
  }

  /** A publisher of another make may number its messages as it likes; MassTransit takes GUIDs. */
  private static UUID messageId(MessageProperties received, String key, byte[] body) {
    UUID given = Fields.asGuid(received.getMessageId());
    if (given != null) {
      return given;
    }
    byte[] own = (key + "\n" + received.getMessageId() + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] name = Arrays.copyOf(own, own.length + body.length);
    System.arraycopy(body, 0, name, own.length, body.length);
    return UUID.nameUUIDFromBytes(name);
  }

  private static ObjectNode host() {
    ObjectNode host = NODES.objectNode();
    String name = System.getenv("HOSTNAME");
    host.put("machineName", name == null ? "unknown" : name);
    host.put("processName", "tallyline");
    host.put("processId", ProcessHandle.current().pid());
    host.put("assembly", "tallyline-hub");
    host.putNull("assemblyVersion");
    host.put("frameworkVersion", Runtime.version().toString());
    host.putNull("massTransitVersion");
    host.put(
        "operatingSystemVersion",
        System.getProperty("os.name") + " " + System.getProperty("os.version"));
    return host;
  }
}
