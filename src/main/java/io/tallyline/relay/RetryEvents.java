package io.tallyline.relay;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.Outgoing;
import io.tallyline.delivery.PublishFailed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * Translates outbox rows again that no mapping could translate, once somebody has corrected the
 * mapping or the row: they come as messages, the payload as body and the columns as headers. The
 * table is that of the outbox's own route.
 */
public final class RetryEvents {
  private final RelayedOutbox outbox;
  private final TranslateEvents translate;
  private final ConfirmedPublisher publisher;
  private final DeadLetters deadLetters;
  private final RelayedRows told;
  private final InstantSource clock;

  RetryEvents(
      RelayedOutbox outbox,
      TranslateEvents translate,
      ConfirmedPublisher publisher,
      DeadLetters deadLetters,
      RelayedRows told,
      InstantSource clock) {
    this.outbox = outbox;
    this.translate = translate;
    this.publisher = publisher;
    this.deadLetters = deadLetters;
    this.told = told;
    this.clock = clock;
  }

  /**
   * Returns when each is either published or a dead letter once more, confirmed.
   *
   * @throws PublishFailed if the broker did not confirm: the batch stays on the queue
   */
  public void retry(List<Message> messages) throws PublishFailed {
    List<OutboxRow> rows = new ArrayList<>();
    List<@Nullable String> marks = new ArrayList<>();
    List<DeadLetters.Failure> broken = new ArrayList<>();
    for (Message message : messages) {
      try {
        rows.add(row(message));
        marks.add(text(message, Names.HUB_MARK));
      } catch (Rejected noRow) {
        broken.add(
            DeadLetters.Failure.rejected(
                message, noRow, outbox.deadQueue(), outbox.table(), clock.instant()));
      }
    }
    deadLetters.publish(broken);
    if (!rows.isEmpty()) {
      OutboxBatch batch =
          translate.again(OutboxBatch.claimed(List.copyOf(rows), false, clock.instant()));
      for (List<Outgoing> wave : PublishEvents.waves(marked(batch, marks))) {
        publisher.publish(wave);
      }
      told.tell(batch.confirmed(clock.instant()));
    }
  }

  /** What fails again says which dead letter it was. */
  private static OutboxBatch marked(OutboxBatch batch, List<@Nullable String> marks) {
    List<OutboxBatch.Translated> marked = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      OutboxBatch.Translated translated = batch.translated().get(i);
      @Nullable String mark = marks.get(i);
      marked.add(
          translated.error() == null || mark == null
              ? translated
              : new OutboxBatch.Translated(
                  translated.messages().stream().map(message -> with(message, mark)).toList(),
                  translated.counts(),
                  translated.what(),
                  translated.error(),
                  translated.span()));
    }
    return batch.translated(marked);
  }

  private static Outgoing with(Outgoing message, String mark) {
    Map<String, Object> headers = new HashMap<>(message.properties().getHeaders());
    headers.put(Names.HUB_MARK, mark);
    BasicProperties properties = message.properties().builder().headers(headers).build();
    return new Outgoing(
        message.exchange(), message.routingKey(), properties, message.body(), message.mandatory());
  }

  private OutboxRow row(Message message) throws Rejected {
    byte[] payload = payload(message);
    try {
      return new OutboxRow(
          Long.parseLong(needed(message, "seq")),
          UUID.fromString(needed(message, "event_id")),
          needed(message, "aggregate_type"),
          needed(message, "aggregate_id"),
          needed(message, "event_type"),
          new String(payload, StandardCharsets.UTF_8),
          payload.length,
          text(message, "correlation_id"),
          text(message, "traceparent"),
          Instant.parse(needed(message, "occurred_at")));
    } catch (IllegalArgumentException | DateTimeException wrong) {
      throw noRow(wrong.getMessage());
    }
  }

  private static byte[] payload(Message message) throws Rejected {
    if (!"gzip".equals(message.getMessageProperties().getContentEncoding())) {
      return message.getBody();
    }
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(message.getBody()))) {
      byte[] payload = stream.readNBytes(Names.LARGEST_MESSAGE_BYTES + 1);
      if (payload.length > Names.LARGEST_MESSAGE_BYTES) {
        throw noRow("the payload is larger than %d bytes".formatted(Names.LARGEST_MESSAGE_BYTES));
      }
      return payload;
    } catch (IOException wrong) {
      throw noRow("the payload is no gzip: " + wrong.getMessage());
    }
  }

  private static String needed(Message message, String column) throws Rejected {
    String value = text(message, column);
    if (value == null) {
      throw noRow("the header '%s' is missing".formatted(column));
    }
    return value;
  }

  private static @Nullable String text(Message message, String header) {
    Object value = message.getMessageProperties().getHeaders().get(header);
    return value == null ? null : value.toString();
  }

  private static Rejected noRow(@Nullable String why) {
    return new Rejected(
        Reason.SCHEMA,
        "REL-013",
        "this is no outbox row that could be translated again: %s. Only rows from a dead queue of an outbox belong here."
            .formatted(why));
  }
}
