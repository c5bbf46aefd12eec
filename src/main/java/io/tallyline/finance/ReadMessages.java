package io.tallyline.finance;

import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.RouteTable;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.Attempts;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.MessageContract;
import io.tallyline.mapping.Posting;
import io.tallyline.mapping.PostingDraft;
import io.tallyline.mapping.StrictJson;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.apache.camel.ExchangeProperty;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * Reads each message of a batch as the contract demands, and drafts its journal. Nothing is
 * believed but the routing key, the message id, the correlation id, the content type and the body;
 * on a redelivery the routing key is the one that the hub noted itself.
 */
public final class ReadMessages {
  /** Name of the exchange property that holds the table of the route file. */
  public static final String TABLE = "postings";

  private static final String SOURCE = "Inventory";
  private static final int LONGEST_CORRELATION_ID = 255;
  private static final Pattern VERSIONED = Pattern.compile("(.+)\\.v[0-9]+");
  private static final Pattern JSON =
      Pattern.compile(
          "application/json\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?", Pattern.CASE_INSENSITIVE);

  private static final Logger log = LoggerFactory.getLogger(ReadMessages.class);

  private final Mappings mappings;
  private final Map<String, Postings> tables = new ConcurrentHashMap<>();

  public ReadMessages(Mappings mappings) {
    this.mappings = mappings;
  }

  private record Postings(Map<String, Understood> byRoutingKey, Set<String> names) {}

  private record Understood(MessageType type, MessageContract contract, Posting posting) {}

  /**
   * Loads everything a table names, so that a broken file is found at start and not by a message.
   *
   * @throws StartRefused if the table or a file it names is wrong
   */
  public void check(String table, String where) {
    postings(table, where);
  }

  /**
   * @param table lines {@code <routing key> -> <posting mapping>}
   */
  public Deliveries read(List<Message> messages, @ExchangeProperty(TABLE) String table) {
    Postings postings =
        tables.computeIfAbsent(table, text -> postings(text, "the table of postings"));
    List<Delivery> deliveries = new ArrayList<>(messages.size());
    for (Message message : messages) {
      Delivery delivery = new Delivery(message);
      try {
        delivery.read(journal(message, postings));
      } catch (Rejected rejected) {
        delivery.reject(rejected);
      } catch (RuntimeException | StackOverflowError | LinkageError unexpected) {
        // Ours to mend; meanwhile the message waits on its ladder and harms no other.
        log.error("FIN-018 a message could not be read", unexpected);
        delivery.fail("FIN-018 the message could not be read: " + unexpected);
      }
      deliveries.add(delivery);
    }
    return new Deliveries(deliveries);
  }

  private Postings postings(String table, String where) {
    Map<String, Understood> byRoutingKey = new HashMap<>();
    Set<String> names = new TreeSet<>();
    RouteTable.parse(table, where)
        .entries()
        .forEach(
            (routingKey, file) -> {
              try {
                MessageType type = MessageType.ofRoutingKey(routingKey);
                byRoutingKey.put(
                    routingKey,
                    new Understood(type, mappings.contract(type.folder()), mappings.posting(file)));
                names.add(type.name());
              } catch (IllegalArgumentException wrong) {
                throw new StartRefused("FIN-020", where + ": " + wrong.getMessage() + ".");
              }
            });
    return new Postings(byRoutingKey, names);
  }

  private static Journal journal(Message message, Postings postings) throws Rejected {
    MessageProperties properties = message.getMessageProperties();
    Understood understood = understood(Attempts.before(message).routingKey(), postings);
    checkContentType(properties.getContentType());
    var body = StrictJson.parse(message.getBody(), Names.LARGEST_BODY_BYTES);
    understood.contract().check(body);
    PostingDraft draft = understood.posting().apply(body);
    List<JournalLine> lines = new ArrayList<>(draft.lines().size());
    for (PostingDraft.Line line : draft.lines()) {
      lines.add(new JournalLine(line.account(), line.debit(), line.credit(), line.description()));
    }
    try {
      return new Journal(
          SOURCE,
          draft.reference().toLowerCase(Locale.ROOT),
          draft.date().atZone(ZoneOffset.UTC).toLocalDate(),
          draft.description(),
          draft.currency(),
          eventId(properties.getMessageId(), draft.reference()),
          understood.type().name(),
          understood.type().version(),
          correlationId(properties.getCorrelationId()),
          understood.contract().contentHash(body),
          lines);
    } catch (IllegalArgumentException wrong) {
      throw new Rejected(Reason.EXHAUSTED, "FIN-002", wrong.getMessage());
    }
  }

  private static Understood understood(String key, Postings postings) throws Rejected {
    Understood understood = postings.byRoutingKey().get(key);
    if (understood != null) {
      return understood;
    }
    var versioned = VERSIONED.matcher(key);
    if (versioned.matches() && postings.names().contains(versioned.group(1))) {
      throw new Rejected(
          Reason.UNSUPPORTED_VERSION,
          "FIN-011",
          "this hub understands %s, not '%s'. Upgrade it, or add a line to the route post-journals, then retry the dead letter."
              .formatted(new TreeSet<>(postings.byRoutingKey().keySet()), key));
    }
    throw new Rejected(
        Reason.UNSUPPORTED_TYPE,
        "FIN-010",
        "no line of the route post-journals names '%s'; known are %s. Add a line with its posting mapping, then retry the dead letter."
            .formatted(key, new TreeSet<>(postings.byRoutingKey().keySet())));
  }

  private static void checkContentType(@Nullable String contentType) throws Rejected {
    if (contentType == null || !JSON.matcher(contentType.strip()).matches()) {
      throw new Rejected(
          Reason.WRONG_CONTENT_TYPE,
          "FIN-012",
          "the content type is '%s'; only application/json in UTF-8 is read. Correct the publisher."
              .formatted(contentType));
    }
  }

  /**
   * A publisher of another make may number its messages as it likes; the ledger still traces them.
   */
  private static UUID eventId(@Nullable String messageId, String reference) {
    try {
      return UUID.fromString(String.valueOf(messageId));
    } catch (IllegalArgumentException notAnId) {
      return UUID.nameUUIDFromBytes(
          (SOURCE + "/" + reference + "/" + messageId).getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Kept for tracing only, so what the ledger cannot hold is left out, never refused. */
  private static @Nullable String correlationId(@Nullable String correlationId) {
    return correlationId == null
            || correlationId.getBytes(StandardCharsets.UTF_8).length > LONGEST_CORRELATION_ID
            || correlationId.chars().anyMatch(Character::isISOControl)
        ? null
        : correlationId;
  }
}
