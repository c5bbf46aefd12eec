package io.tallyline.workbench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.PostingDraft;
import io.tallyline.mapping.StrictJson;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an event would become, worked out from the files alone: the messages on the broker and the
 * journal in the ledger.
 *
 * @param eventType as in the outbox
 * @param messages in the order they would be published
 * @param posted null if finance understands none of the messages
 */
public record Preview(String eventType, List<Message> messages, @Nullable Posted posted) {
  /** Properties that hold the tables of the route files. */
  private static final String EVENTS = "events";

  private static final String POSTINGS = "postings";

  /** One version on the broker. */
  public record Message(MessageType type, JsonNode body) {}

  /**
   * The journal, which may have no lines.
   *
   * @param from the version that is handled
   * @param readAs the version it is brought up to
   */
  public record Posted(MessageType from, MessageType readAs, PostingDraft journal) {
    public BigDecimal totalDebit() {
      return journal.lines().stream()
          .map(PostingDraft.Line::debit)
          .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    public BigDecimal totalCredit() {
      return journal.lines().stream()
          .map(PostingDraft.Line::credit)
          .reduce(BigDecimal.ZERO, BigDecimal::add);
    }
  }

  /** The files that say what becomes of events. */
  public static final class Files {
    private final Mappings mappings;
    private final Map<String, String> events;
    private final Map<String, String> postings;

    /**
     * @throws StartRefused if the files cannot be read
     */
    public Files(Path routes, Path mappings) {
      this.mappings = Mappings.open(mappings);
      this.events = RouteFiles.tables(routes, EVENTS);
      this.postings = RouteFiles.tables(routes, POSTINGS);
    }

    /**
     * @param event an outbox row ({@code event_type}, {@code payload}, maybe {@code occurred_at}),
     *     the same as {@code outbox} of a larger document, or a domain event alone
     * @param type the event type of a domain event alone; null to find out
     * @throws Rejected what would make the row or the message a dead letter
     * @throws StartRefused WRK-311 if it cannot be told what the event is
     */
    public Preview of(JsonNode event, @Nullable String type) throws Rejected {
      JsonNode row = event.has("outbox") ? event.get("outbox") : event;
      JsonNode payload = row.path("payload").isObject() ? row.get("payload") : row;
      Instant occurredAt = moment(row.path("occurred_at").asText(""));
      String eventType = type != null ? type : row.path("event_type").asText("");
      if (eventType.isEmpty()) {
        eventType = find(payload);
      }
      String folders = events.get(eventType);
      if (folders == null) {
        throw new Rejected(
            Reason.UNSUPPORTED_TYPE,
            "WRK-312",
            "no line of a route's table names the event type '%s'; known are %s."
                .formatted(eventType, events.keySet()));
      }
      List<Message> messages = messages(MessageVersions.ofFolders(folders), payload, occurredAt);
      return new Preview(eventType, messages, posted(messages));
    }

    private static Instant moment(String text) {
      try {
        return text.isEmpty() ? Instant.now() : OffsetDateTime.parse(text).toInstant();
      } catch (DateTimeException wrong) {
        throw new StartRefused(
            "WRK-311", "occurred_at is '%s'; write it like 2025-03-04T05:06:07Z.".formatted(text));
      }
    }

    /** The only event type whose schema the event satisfies. */
    private String find(JsonNode payload) {
      List<String> fitting = new ArrayList<>();
      Map<String, String> why = new TreeMap<>();
      for (String eventType : events.keySet()) {
        try {
          messages(MessageVersions.ofFolders(events.get(eventType)), payload, Instant.EPOCH);
          fitting.add(eventType);
        } catch (Rejected other) {
          why.put(eventType, other.getMessage());
        }
      }
      if (fitting.size() == 1) {
        return fitting.get(0);
      }
      throw new StartRefused(
          "WRK-311",
          "this is neither an outbox row (event_type, payload) nor a domain event that %s known type accepts. Name its type with --type, one of %s."
              .formatted(fitting.isEmpty() ? "any" : "exactly one", events.keySet()));
    }

    private List<Message> messages(MessageVersions versions, JsonNode payload, Instant occurredAt)
        throws Rejected {
      List<Message> messages = new ArrayList<>();
      for (MessageType type : versions.types()) {
        byte[] body = mappings.translation(type.folder()).translate(payload, occurredAt);
        messages.add(0, new Message(type, StrictJson.parse(body, Names.LARGEST_BODY_BYTES)));
      }
      return messages;
    }

    private @Nullable Posted posted(List<Message> messages) throws Rejected {
      for (Map.Entry<String, String> line : postings.entrySet()) {
        MessageVersions understood = MessageVersions.ofRoutingKeys(line.getKey());
        NavigableSet<Integer> numbers = understood.numbers();
        for (Message message : messages) {
          if (message.type().name().equals(understood.name())
              && numbers.contains(message.type().version())) {
            JsonNode newest =
                mappings
                    .understood(understood)
                    .read(message.type().version(), message.body())
                    .body();
            PostingDraft journal = mappings.posting(line.getValue()).apply(newest);
            return balanced(new Posted(message.type(), understood.highest(), journal));
          }
        }
      }
      return null;
    }

    private static Posted balanced(Posted posted) throws Rejected {
      if (posted.totalDebit().compareTo(posted.totalCredit()) != 0) {
        throw new Rejected(
            Reason.EXHAUSTED,
            "WRK-313",
            "the journal does not balance: debits %s, credits %s %s; correct the mapping."
                .formatted(
                    posted.totalDebit().toPlainString(),
                    posted.totalCredit().toPlainString(),
                    posted.journal().currency()));
      }
      return posted;
    }
  }
}
