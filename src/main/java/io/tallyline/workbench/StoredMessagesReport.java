package io.tallyline.workbench;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which stored messages would fail.
 *
 * @param checked number of messages by routing key or event type
 * @param refused how many of them would fail, by the same names
 * @param first the first that would fail, at most {@value CheckStoredMessages#MOST_SHOWN}
 */
public record StoredMessagesReport(
    SortedMap<String, Long> checked, SortedMap<String, Long> refused, List<Refusal> first) {
  /**
   * One that would fail.
   *
   * @param place where it is kept
   * @param name routing key or event type
   * @param error code and sentence
   */
  public record Refusal(String place, String name, String error) {}

  public StoredMessagesReport {
    checked = new TreeMap<>(checked);
    refused = new TreeMap<>(refused);
    first = List.copyOf(first);
  }

  public long checkedInAll() {
    return checked.values().stream().mapToLong(Long::longValue).sum();
  }

  public long refusedInAll() {
    return refused.values().stream().mapToLong(Long::longValue).sum();
  }
}
