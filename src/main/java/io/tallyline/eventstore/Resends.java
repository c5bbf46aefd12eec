package io.tallyline.eventstore;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages that somebody decided to send again, each to one queue and to nobody else. What is added
 * here is sent by the role store, confirmed, at least once, in the order it was added, and then
 * forgotten.
 */
public interface Resends {
  /**
   * A message to be sent again.
   *
   * @param queue the one that gets it
   * @param routingKey the key it was first routed by
   * @param mark who asked, for example {@code dead-letter:12}; the message carries it as the header
   *     hub-mark
   */
  record Again(
      String queue,
      String routingKey,
      String mark,
      JsonNode properties,
      JsonNode headers,
      byte[] body) {}

  /**
   * A message that the broker did not take; it is tried again.
   *
   * @param error its own words
   */
  record Stuck(long seq, String queue, String mark, int attempts, String error, Instant dueAt) {}

  /** Adds messages, in the transaction of the caller if there is one on the hub's database. */
  void add(List<Again> messages);

  /** Adds stored events, likewise. */
  void add(String queue, String mark, List<StoredEvent> events);

  /** How many of each mark are not sent yet. */
  Map<String, Long> waiting(List<String> marks);

  /** Which were refused by the broker at least once, oldest first. */
  List<Stuck> stuck(@Nullable String mark, int limit);

  /** Takes back what is not sent yet. @return how many */
  int withdraw(String mark);
}
