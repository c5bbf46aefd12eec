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
    return new ReplayRefused("RPL-002", "the selection selects nothing: " + what + ". Correct it.");
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
   * @throws ReplayRefused RPL-002 if it has another form
   */
  public static Selection of(JsonNode json) {
    try {
      return new Selection(
          list(json.path("names"), JsonNode::asText),
          list(json.path("versions"), JsonNode::asInt),
          list(json.path("aggregateIds"), JsonNode::asText),
          list(json.path("correlationIds"), JsonNode::asText),
          list(json.path("messageIds"), JsonNode::asText),
          value(json.path("from"), Instant::parse),
          value(json.path("to"), Instant::parse),
          value(json.path("last"), Duration::parse),
          json.path("withoutJournal").asBoolean(false));
    } catch (DateTimeException wrong) {
      throw refused(
          wrong.getMessage() + "; times look like 2026-03-01T00:00:00Z, durations like P1D");
    }
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> value) {
    List<T> values = new ArrayList<>();
    array.forEach(node -> values.add(value.apply(node)));
    return values;
  }

  private static <T> @Nullable T value(JsonNode node, Function<String, T> parse) {
    return node.isTextual() ? parse.apply(node.textValue()) : null;
  }
}
