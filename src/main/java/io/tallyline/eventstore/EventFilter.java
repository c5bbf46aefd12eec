package io.tallyline.eventstore;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which stored events are wanted; every condition that is given must hold.
 *
 * @param names {@code <module>.<event>}, any of them; empty for all
 * @param versions any of them; empty for all
 * @param aggregateIds any of them; empty for all
 * @param correlationIds any of them; empty for all
 * @param messageIds any of them; empty for all
 * @param from received at or after
 * @param to received before
 * @param text in the body, exactly as written
 * @param latest only the latest revision of each event, under the place of its original
 */
public record EventFilter(
    List<String> names,
    List<Integer> versions,
    List<String> aggregateIds,
    List<String> correlationIds,
    List<String> messageIds,
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable String text,
    boolean latest) {
  /** Everything. */
  public static final EventFilter ALL =
      new EventFilter(
          List.of(), List.of(), List.of(), List.of(), List.of(), null, null, null, false);

  public EventFilter {
    names = List.copyOf(names);
    versions = List.copyOf(versions);
    aggregateIds = List.copyOf(aggregateIds);
    correlationIds = List.copyOf(correlationIds);
    messageIds = List.copyOf(messageIds);
  }

  public EventFilter between(@Nullable Instant start, @Nullable Instant end) {
    return new EventFilter(
        names, versions, aggregateIds, correlationIds, messageIds, start, end, text, latest);
  }

  public EventFilter named(List<String> events) {
    return new EventFilter(
        events, versions, aggregateIds, correlationIds, messageIds, from, to, text, latest);
  }

  public EventFilter aboutAggregates(List<String> aggregates) {
    return new EventFilter(
        names, versions, aggregates, correlationIds, messageIds, from, to, text, latest);
  }

  public EventFilter causedBy(List<String> correlations) {
    return new EventFilter(
        names, versions, aggregateIds, correlations, messageIds, from, to, text, latest);
  }

  public EventFilter withMessageIds(List<String> ids) {
    return new EventFilter(
        names, versions, aggregateIds, correlationIds, ids, from, to, text, latest);
  }

  public EventFilter containing(@Nullable String inBody) {
    return new EventFilter(
        names, versions, aggregateIds, correlationIds, messageIds, from, to, inBody, latest);
  }

  public EventFilter latestRevisions() {
    return new EventFilter(
        names, versions, aggregateIds, correlationIds, messageIds, from, to, text, true);
  }
}
