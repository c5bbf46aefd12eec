package io.tallyline.finance;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.MessageVersions;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.MessageLog;
import io.tallyline.delivery.Portions;
import io.tallyline.delivery.Traces;
import io.tallyline.mapping.CompiledTables;
import io.tallyline.mapping.FollowsMappings;
import io.tallyline.mapping.Mappings;
import io.tallyline.mapping.Posting;
import io.tallyline.mapping.PostingDraft;
import io.tallyline.mapping.StrictJson;
import io.tallyline.mapping.UnderstoodVersions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
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
public final class ReadMessages implements FollowsMappings {
  /** Name of the exchange property that holds the table of the route file. */
  public static final String TABLE = "postings";

  static final String SOURCE = "Inventory";
  private static final int LONGEST_CORRELATION_ID = 255;
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern VERSIONED = Pattern.compile("(.+)\\.v[0-9]+");
  private static final Pattern JSON =
      Pattern.compile(
          "application/json\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?", Pattern.CASE_INSENSITIVE);

  private static final Logger log = LoggerFactory.getLogger(ReadMessages.class);

  private final CompiledTables<Understood, Postings> tables;
  private final FinanceMeters meters;
  private final InstantSource clock;
  private final Attempted attempted;

  public ReadMessages(Mappings mappings, FinanceMeters meters, InstantSource clock, Traces traces) {
    this.meters = meters;
    this.clock = clock;
    this.attempted = new Attempted(traces);
    this.tables = new CompiledTables<>(mappings, ReadMessages::compile, ReadMessages::postings);
  }

  /** For those who only want to know: nothing is counted, traced or logged. */
  static ReadMessages quiet(Mappings mappings) {
    return new ReadMessages(
        mappings,
        new FinanceMeters(new io.micrometer.core.instrument.composite.CompositeMeterRegistry()),
        java.time.Clock.systemUTC(),
        Traces.OFF);
  }

  /** One message with what reading made of it. */
  Delivery readOne(Message message, String table) {
    Delivery delivery = new Delivery(message);
    try {
      read(delivery, tables.get(table));
    } catch (Rejected rejected) {
      delivery.reject(rejected);
    } catch (RuntimeException | StackOverflowError | LinkageError unexpected) {
      delivery.reject(
          new Rejected(
              Reason.EXHAUSTED, "FIN-018", "the message could not be read: " + unexpected));
    }
    return delivery;
  }

  /** What a table posts: names of events with the versions that are understood. */
  Map<String, List<Integer>> posts(String table) {
    Map<String, List<Integer>> posts = new java.util.TreeMap<>();
    tables
        .get(table)
        .byName()
        .forEach((name, understood) -> posts.put(name, List.copyOf(understood.numbers())));
    return posts;
  }

  /** What a table says, by the event's name. */
  private record Postings(Map<String, Understood> byName) {
    /** As the table names them, for errors. */
    List<String> understood() {
      return byName.values().stream()
          .map(understood -> understood.versions().versions().toString())
          .sorted()
          .toList();
    }
  }

  private record Understood(UnderstoodVersions versions, Posting posting) {
    NavigableSet<Integer> numbers() {
      return versions.versions().numbers();
    }

    Delivery.Event event(MessageType type) {
      return new Delivery.Event(
          type.name(), numbers().contains(type.version()) ? "v" + type.version() : "other");
    }
  }

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
   * @param table lines {@code <routing key> -> <posting mapping>}; a line that names several
   *     versions, {@code ….v1,v2}, has them brought up to the highest, which the mapping reads
   */
  public Deliveries read(
      List<Message> messages, @ExchangeProperty(TABLE) String table, Exchange exchange) {
    Postings postings = tables.get(table);
    Instant now = clock.instant();
    meters.batch(messages.size());
    boolean lines = MessageLog.showsAttempts();
    List<Delivery> deliveries =
        List.of(
            Portions.of(
                messages.size(),
                place -> attempt(messages.get(place), postings, now),
                Delivery[]::new));
    for (Delivery delivery : deliveries) {
      if (delivery.isFirstAttempt()) {
        meters.consumed(delivery, Times.published(delivery.message()), now);
      }
      if (lines) {
        attempted.log(delivery);
      }
    }
    if (attempted.isTraced()) {
      attempted.endWith(exchange, deliveries);
    }
    return new Deliveries(deliveries);
  }

  private Delivery attempt(Message message, Postings postings, Instant now) {
    Delivery delivery = new Delivery(message);
    attempted.begin(delivery, now);
    try {
      read(delivery, postings);
    } catch (Rejected rejected) {
      delivery.reject(rejected);
    } catch (RuntimeException | StackOverflowError | LinkageError unexpected) {
      // Ours to mend; meanwhile the message waits on its ladder and harms no other.
      log.error("FIN-018 a message could not be read", unexpected);
      delivery.fail("FIN-018 the message could not be read: " + unexpected);
    }
    return delivery;
  }

  private static Understood compile(Mappings mappings, CompiledTables.Line line, String where) {
    MessageVersions versions = versions(line.left(), where);
    return new Understood(mappings.understood(versions), mappings.posting(line.right()));
  }

  private static Postings postings(Map<String, Understood> byRoutingKeys) {
    Map<String, Understood> byName = new HashMap<>();
    for (Understood understood : byRoutingKeys.values()) {
      String name = understood.versions().versions().name();
      if (byName.put(name, understood) != null) {
        throw new StartRefused(
            "FIN-022",
            "two lines of the table of postings name %1$s. Name its versions in one, as in %1$s.v1,v2; older ones are brought up to the highest."
                .formatted(name));
      }
    }
    return new Postings(byName);
  }

  private static MessageVersions versions(String routingKeys, String where) {
    try {
      return MessageVersions.ofRoutingKeys(routingKeys);
    } catch (IllegalArgumentException wrong) {
      throw new StartRefused("FIN-020", where + ": " + wrong.getMessage() + ".");
    }
  }

  private static void read(Delivery delivery, Postings postings) throws Rejected {
    MessageProperties properties = delivery.message().getMessageProperties();
    MessageType type = type(delivery.before().routingKey(), postings);
    Understood understood = Objects.requireNonNull(postings.byName().get(type.name()));
    delivery.isAbout(understood.event(type));
    NavigableSet<Integer> published =
        MessageVersions.published(properties.getHeaders().get(Names.HUB_VERSIONS), type.version());
    int handled = handled(type, published, understood);
    checkContentType(properties.getContentType());
    JsonNode body = StrictJson.parse(delivery.message().getBody(), Names.LARGEST_BODY_BYTES);
    if (!understood.numbers().contains(type.version())) {
      delivery.isCopy(new Delivery.Copy(type, reference(body, type, understood), handled));
      return;
    }
    UnderstoodVersions.Newest newest = understood.versions().read(type.version(), body);
    PostingDraft draft = understood.posting().apply(newest.body());
    if (handled == type.version()) {
      delivery.read(journal(properties, type, draft, newest, published));
    } else {
      delivery.isCopy(new Delivery.Copy(type, draft.reference(), handled));
    }
  }

  /** Of the versions an event was published in, the highest that is understood here. */
  private static int handled(
      MessageType type, NavigableSet<Integer> published, Understood understood) throws Rejected {
    for (int version : published.descendingSet()) {
      if (understood.numbers().contains(version)) {
        return version;
      }
    }
    throw unsupported(type.routingKey(), List.of(understood.versions().versions().toString()));
  }

  private static Journal journal(
      MessageProperties properties,
      MessageType type,
      PostingDraft draft,
      UnderstoodVersions.Newest newest,
      Set<Integer> published)
      throws Rejected {
    List<JournalLine> lines = new ArrayList<>(draft.lines().size());
    for (PostingDraft.Line line : draft.lines()) {
      lines.add(new JournalLine(line.account(), line.debit(), line.credit(), line.description()));
    }
    try {
      return new Journal(
          SOURCE,
          draft.reference(),
          draft.date().atZone(ZoneOffset.UTC).toLocalDate(),
          draft.description(),
          draft.currency(),
          eventId(properties.getMessageId(), draft.reference()),
          type.name(),
          type.version(),
          correlationId(properties.getCorrelationId()),
          new Journal.Content(newest.contentHash(), newest.olderHashes(), published),
          lines);
    } catch (IllegalArgumentException wrong) {
      throw new Rejected(Reason.EXHAUSTED, "FIN-002", wrong.getMessage());
    }
  }

  private static MessageType type(String key, Postings postings) throws Rejected {
    var versioned = VERSIONED.matcher(key);
    boolean known = versioned.matches() && postings.byName().containsKey(versioned.group(1));
    if (!known) {
      throw new Rejected(
          Reason.UNSUPPORTED_TYPE,
          "FIN-010",
          "no line of the route post-journals names '%s'; known are %s. Add a line with its posting mapping, then retry the dead letter."
              .formatted(key, postings.understood()));
    }
    try {
      return MessageType.ofRoutingKey(key);
    } catch (IllegalArgumentException noVersion) {
      throw unsupported(key, postings.understood());
    }
  }

  private static Rejected unsupported(String key, List<String> understood) {
    return new Rejected(
        Reason.UNSUPPORTED_VERSION,
        "FIN-011",
        "this hub understands %s, not '%s'. Upgrade it, or add the version to its line in the route post-journals, then retry the dead letter."
            .formatted(understood, key));
  }

  /** Of a version that nothing is known about but that it was published beside another one. */
  private static String reference(JsonNode body, MessageType type, Understood understood)
      throws Rejected {
    String id = body.path("transactionId").asText("");
    if (!UUID_TEXT.matcher(id).matches()) {
      throw unsupported(type.routingKey(), List.of(understood.versions().versions().toString()));
    }
    return id.toLowerCase(Locale.ROOT);
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
