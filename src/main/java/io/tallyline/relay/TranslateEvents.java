package io.tallyline.relay;

import static io.tallyline.contracts.Names.CLOUD_EVENTS_PREFIX;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.opentelemetry.api.trace.Span;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.Outgoing;
import io.tallyline.delivery.Portions;
import io.tallyline.delivery.Traceparent;
import io.tallyline.delivery.Traces;
import io.tallyline.mapping.CompiledTables;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.MessageTranslation;
import io.tallyline.mapping.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;

/**
 * Turns each claimed row into its integration message, or, where no mapping can, into a dead letter
 * with its reason, so that the rows behind it go on.
 */
public final class TranslateEvents implements FollowsMappings {
  /** Name of the exchange property that holds the table of the route file. */
  public static final String TABLE = "events";

  /** An AMQP short string. */
  private static final int LONGEST_CORRELATION_ID_BYTES = 255;

  private static final int LONGEST_SHOWN = 200;

  private final RelayedOutbox outbox;
  private final OutboxDeadLetters deadLetters;
  private final RelayMeters meters;
  private final InstantSource clock;
  private final RelaySpans spans;
  private final CompiledTables<Translation, Translations> tables;
  private volatile @Nullable String latest;

  TranslateEvents(
      RelayedOutbox outbox,
      Mappings mappings,
      OutboxDeadLetters deadLetters,
      RelayMeters meters,
      InstantSource clock,
      Traces traces) {
    this.outbox = outbox;
    this.tables = new CompiledTables<>(mappings, this::compile, Translations::new);
    this.deadLetters = deadLetters;
    this.meters = meters;
    this.clock = clock;
    this.spans = new RelaySpans(outbox, traces);
  }

  /** The translations of one table, and what is counted for each. */
  private record Translations(Map<String, Translation> byEventType) {}

  /** Of one event type: every version that is published, the highest first. */
  private record Translation(
      List<MessageTranslation> versions, String allVersions, String what, List<MessageType> types) {
    MessageType highest() {
      return versions.get(0).type();
    }
  }

  /**
   * Loads everything a table names, so that a broken file is found at start and not by an event.
   *
   * @throws StartRefused if the table or a file it names is wrong
   */
  public void check(String table, String where) {
    tables.check(table, where);
    latest = table;
  }

  @Override
  public List<StartRefused> use(Mappings fresh) {
    return tables.use(fresh);
  }

  /**
   * @param table lines {@code <event type> -> <module>/<event>/v<major>}, or {@code …/v1,v2} while
   *     a migration lasts
   */
  public OutboxBatch translate(OutboxBatch batch, @ExchangeProperty(TABLE) String table) {
    latest = table;
    return translateBy(table, batch);
  }

  /**
   * By the table that the outbox's route has now.
   *
   * @throws IllegalStateException if there is no such route
   */
  OutboxBatch again(OutboxBatch batch) {
    String table = latest;
    if (table == null) {
      throw new IllegalStateException("there is no route " + outbox.route() + " to translate by");
    }
    return translateBy(table, batch);
  }

  private OutboxBatch translateBy(String table, OutboxBatch batch) {
    Translations translations = tables.get(table);
    long now = clock.millis();
    List<OutboxRow> rows = batch.rows();
    List<OutboxBatch.Translated> translated =
        List.of(
            Portions.of(
                rows.size(),
                place -> {
                  OutboxRow row = rows.get(place);
                  return translate(row, translations, spans.start(row, batch.claimedAt()), now);
                },
                OutboxBatch.Translated[]::new));
    spans.endAtTheLatest(translated);
    return batch.translated(translated);
  }

  private Translation compile(Mappings mappings, CompiledTables.Line line, String where) {
    List<MessageType> types = versions(line, where);
    return new Translation(
        types.stream().map(type -> mappings.translation(type.folder())).toList(),
        MessageVersions.text(types.stream().map(MessageType::version).toList()),
        types.stream().map(MessageType::routingKey).collect(Collectors.joining(", ")),
        List.copyOf(types));
  }

  /** The highest goes out first: a consumer that understands it has it before the others. */
  private static List<MessageType> versions(CompiledTables.Line line, String where) {
    try {
      List<MessageType> types = new ArrayList<>(MessageVersions.ofFolders(line.right()).types());
      Collections.reverse(types);
      return types;
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused(
          "REL-003",
          "%s: the mapping of %s: %s.".formatted(where, line.left(), wrong.getMessage()));
    }
  }

  private OutboxBatch.Translated translate(
      OutboxRow row, Translations translations, Span span, long now) {
    Translation translation = translations.byEventType().get(row.eventType());
    try {
      if (translation == null) {
        throw new Rejected(
            Reason.UNSUPPORTED_TYPE,
            "REL-010",
            "no line of the route %s names the event type '%s' of %s outbox row %d; known are %s. Add a line with its mapping, then put the row back."
                .formatted(
                    outbox.route(),
                    shown(row.eventType()),
                    outbox.name(),
                    row.seq(),
                    translations.byEventType().keySet()));
      }
      List<Outgoing> messages = messages(row, translation, span, now);
      return new OutboxBatch.Translated(
          messages, meters.published(translation.types()), translation.what(), null, span);
    } catch (Rejected rejected) {
      MessageType type = translation == null ? null : translation.highest();
      return new OutboxBatch.Translated(
          List.of(deadLetters.of(row, rejected)),
          meters.dead(type, rejected.reason()),
          outbox.deadQueue(),
          rejected,
          span);
    }
  }

  /** A column has no bound, but a sentence should. */
  private static String shown(String eventType) {
    return eventType.length() <= LONGEST_SHOWN
        ? eventType
        : eventType.substring(0, LONGEST_SHOWN) + "…";
  }

  /** All versions or none: a row that one of them cannot express is a dead letter. */
  private List<Outgoing> messages(OutboxRow row, Translation translation, Span span, long now)
      throws Rejected {
    String payload = row.payload();
    if (payload == null || row.payloadBytes() > Names.LARGEST_MESSAGE_BYTES) {
      throw new Rejected(
          Reason.TOO_LARGE,
          "REL-011",
          "the payload of outbox row %d has %d bytes; at most %d can be read."
              .formatted(row.seq(), row.payloadBytes(), Names.LARGEST_MESSAGE_BYTES));
    }
    String correlationId = correlationId(row);
    String traceparent = Traces.traceparent(span, Traceparent.valid(row.traceparent()));
    JsonNode event = StrictJson.parse(payload);
    List<Outgoing> messages = new ArrayList<>(translation.versions().size());
    for (MessageTranslation mapping : translation.versions()) {
      MessageType type = mapping.type();
      // First of all: it refuses what no property could hold, such as a time at infinity.
      byte[] body = mapping.translate(event, row.occurredAt());
      messages.add(
          new Outgoing(
              Names.EVENTS_EXCHANGE,
              type.routingKey(),
              properties(row, type, translation.allVersions(), correlationId, traceparent, now),
              body,
              outbox.mandatory()));
    }
    return messages;
  }

  private static @Nullable String correlationId(OutboxRow row) throws Rejected {
    String correlationId = row.correlationId();
    if (correlationId != null
        && correlationId.getBytes(StandardCharsets.UTF_8).length > LONGEST_CORRELATION_ID_BYTES) {
      throw new Rejected(
          Reason.SCHEMA,
          "REL-012",
          "the correlation_id of outbox row %d is longer than the %d bytes a message can carry; shorten it where it is made."
              .formatted(row.seq(), LONGEST_CORRELATION_ID_BYTES));
    }
    return correlationId;
  }

  private static BasicProperties properties(
      OutboxRow row,
      MessageType type,
      String allVersions,
      @Nullable String correlationId,
      @Nullable String traceparent,
      long now) {
    String eventId = row.eventId().toString();
    Map<String, Object> headers = new HashMap<>();
    headers.put(Names.HUB_VERSIONS, allVersions);
    headers.put(Names.HUB_PUBLISHED_AT, now);
    headers.put(CLOUD_EVENTS_PREFIX + "specversion", "1.0");
    headers.put(CLOUD_EVENTS_PREFIX + "id", eventId);
    headers.put(CLOUD_EVENTS_PREFIX + "source", "/" + type.module());
    headers.put(CLOUD_EVENTS_PREFIX + "type", type.routingKey());
    headers.put(CLOUD_EVENTS_PREFIX + "time", row.occurredAt().toString());
    headers.put(CLOUD_EVENTS_PREFIX + "subject", row.aggregateId());
    headers.put(CLOUD_EVENTS_PREFIX + "dataschema", "urn:tallyline:schema:" + type.routingKey());
    if (traceparent != null) {
      headers.put(Names.TRACEPARENT, traceparent);
    }
    return new BasicProperties.Builder()
        .contentType(Names.JSON)
        .contentEncoding("UTF-8")
        .deliveryMode(2)
        .messageId(eventId)
        .correlationId(correlationId)
        .type(type.routingKey())
        .timestamp(Date.from(row.occurredAt()))
        .appId(type.module())
        .headers(headers)
        .build();
  }
}
