package io.tallyline.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.eventstore.EventFilter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which stored events go again; every condition that is given must hold. Of an event that was
 * corrected, its latest revision goes.
 *
 * @param names {@code <module>.<event>}, any of them; empty for all that the consumer handles
 * @param versions any of them; empty for all
 * @param aggregateIds any of them; empty for all
 * @param correlationIds any of them; empty for all
 * @param messageIds any of them; empty for all
 * @param from received at or after
 * @param to received before
 * @param last received within this time before the replay was made; for schedules, in place of
 *     {@code from}
 * @param withoutJournal only those whose transaction the ledger has not recorded
 */
public record Selection(
    List<String> names,
    List<Integer> versions,
    List<String> aggregateIds,
    List<String> correlationIds,
    List<String> messageIds,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable Duration last,
    boolean withoutJournal) {
  private static final List<String> FIELDS =
      List.of(
          "names",
          "versions",
          "aggregateIds",
          "correlationIds",
          "messageIds",
          "from",
          "to",
          "last",
          "withoutJournal");

  /** Most values of one condition. */
  public static final int MOST_VALUES = 10_000;

  /** Everything that the consumer handles. */
  public static final Selection ALL =
      new Selection(List.of(), List.of(), List.of(), List.of(), List.of(), null, null, null, false);

  /**
   * @throws ReplayRefused RPL-002 if it cannot select anything, or has too many values
   */
  public Selection {
    names = bounded("names", names);
    versions = bounded("versions", versions);
    aggregateIds = bounded("aggregateIds", aggregateIds);
    correlationIds = bounded("correlationIds", correlationIds);
    messageIds = bounded("messageIds", messageIds);
    if (from != null && to != null && !from.isBefore(to)) {
      throw refused("its window begins at %s and ends at %s".formatted(from, to));
    }
    if (last != null && (from != null || last.isNegative() || last.isZero())) {
      throw refused(
          "'last' (%s) must be longer than 0 and stands in place of 'from'".formatted(last));
    }
  }

  private static <T> List<T> bounded(String name, List<T> values) {
    if (values.size() > MOST_VALUES) {
      throw refused(
          "it has %d %s, at most %d are possible".formatted(values.size(), name, MOST_VALUES));
    }
    return List.copyOf(values);
  }

  private static ReplayRefused refused(String what) {
    return new ReplayRefused("RPL-002", "the selection cannot be used: " + what + ". Correct it.");
  }

  public Selection named(List<String> events) {
    return new Selection(
        events, versions, aggregateIds, correlationIds, messageIds, from, to, last, withoutJournal);
  }

  public Selection between(@Nullable Instant start, @Nullable Instant end) {
    return new Selection(
        names,
        versions,
        aggregateIds,
        correlationIds,
        messageIds,
        start,
        end,
        null,
        withoutJournal);
  }

  public Selection aboutAggregates(List<String> aggregates) {
    return new Selection(
        names, versions, aggregates, correlationIds, messageIds, from, to, last, withoutJournal);
  }

  public Selection withMessageIds(List<String> ids) {
    return new Selection(
        names, versions, aggregateIds, correlationIds, ids, from, to, last, withoutJournal);
  }

  public Selection onlyWithoutJournal() {
    return new Selection(
        names, versions, aggregateIds, correlationIds, messageIds, from, to, last, true);
  }

  /** With a window that is relative made absolute. */
  Selection asOf(Instant moment) {
    return last == null ? this : between(moment.minus(last), to);
  }

  EventFilter filter() {
    return new EventFilter(
        names, versions, aggregateIds, correlationIds, messageIds, from, to, null, true);
  }

  /** As it is kept and shown; conditions that are not given are left out. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    put(json, "names", names);
    put(json, "versions", versions);
    put(json, "aggregateIds", aggregateIds);
    put(json, "correlationIds", correlationIds);
    put(json, "messageIds", messageIds);
    put(json, "from", from);
    put(json, "to", to);
    put(json, "last", last);
    if (withoutJournal) {
      json.put("withoutJournal", true);
    }
    return json;
  }

  private static void put(ObjectNode json, String name, List<?> values) {
    if (!values.isEmpty()) {
      var array = json.putArray(name);
      values.forEach(
          value -> {
            if (value instanceof Integer number) {
              array.add(number);
            } else {
              array.add(value.toString());
            }
          });
    }
  }

  private static void put(ObjectNode json, String name, @Nullable Object value) {
    if (value != null) {
      json.put(name, value.toString());
    }
  }

  /**
   * The reverse of {@link #toJson}.
   *
   * @throws ReplayRefused RPL-002 if it has another form: a condition that is mistyped would
   *     otherwise select everything
   */
  public static Selection of(JsonNode json) {
    if (!json.isObject()) {
      throw refused("it is no JSON object");
    }
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                throw refused("it has no condition '%s', only %s".formatted(name, FIELDS));
              }
            });
    return new Selection(
        list(json, "names", JsonNode::isTextual, JsonNode::textValue),
        list(json, "versions", node -> node.isNumber() && node.canConvertToInt(), JsonNode::asInt),
        list(json, "aggregateIds", JsonNode::isTextual, JsonNode::textValue),
        list(json, "correlationIds", JsonNode::isTextual, JsonNode::textValue),
        list(json, "messageIds", JsonNode::isTextual, JsonNode::textValue),
        value(json, "from", Instant::parse),
        value(json, "to", Instant::parse),
        value(json, "last", Duration::parse),
        isTrue(json, "withoutJournal"));
  }

  private static <T> List<T> list(
      JsonNode json, String name, Predicate<JsonNode> fits, Function<JsonNode, T> value) {
    JsonNode array = json.path(name);
    if (array.isMissingNode() || array.isNull()) {
      return List.of();
    }
    List<T> values = new ArrayList<>();
    for (JsonNode node : array) {
      if (!fits.test(node)) {
        throw refused("'%s' has the value %s".formatted(name, node));
      }
      values.add(value.apply(node));
    }
    if (!array.isArray() || values.isEmpty()) {
      throw refused("'%s' must be a list with at least one value".formatted(name));
    }
    return values;
  }

  private static <T> @Nullable T value(JsonNode json, String name, Function<String, T> parse) {
    JsonNode node = json.path(name);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    try {
      return parse.apply(node.asText());
    } catch (DateTimeException wrong) {
      throw refused(
          "'%s' is '%s'; times look like 2026-03-01T00:00:00Z, durations like P1D"
              .formatted(name, node.asText()));
    }
  }

  private static boolean isTrue(JsonNode json, String name) {
    JsonNode node = json.path(name);
    if (!node.isMissingNode() && !node.isBoolean()) {
      throw refused("'%s' is %s, not true or false".formatted(name, node));
    }
    return node.asBoolean(false);
  }
}
