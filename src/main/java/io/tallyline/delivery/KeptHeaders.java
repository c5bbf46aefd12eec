package io.tallyline.delivery;

import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.ValueWriter;
import io.tallyline.contracts.Names;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * A sender's headers on their way to a wait or dead queue: as they came, but for those that would
 * steer the broker or the hub, and as many as fit into one frame.
 *
 * @param headers to be published; the hub's own are not among them yet
 * @param dropped which did not fit, in words; empty if all did
 */
record KeptHeaders(Map<String, Object> headers, String dropped) {
  private static final int MOST_NAMED = 5;
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_NOTE = 600;

  /** Headers by which a sender makes the broker copy a message into other queues. */
  private static final List<String> COPYING = List.of("CC", "BCC");

  private static final String DELIVERY_COUNT = "x-delivery-count";

  /**
   * What the broker counts by. A forged entry could make it drop a message that leaves a wait
   * queue, for a cycle that never was.
   */
  private static final List<String> COUNTING =
      List.of("x-death", "x-first-death-", "x-last-death-", DELIVERY_COUNT);

  /** For a wait queue: what steers the broker waits under another name. */
  static KeptHeaders waiting(Message message) {
    return of(message, true);
  }

  /** For a dead queue, where nothing is copied or counted: counting headers have their names. */
  static KeptHeaders dead(Message message) {
    return of(message, false);
  }

  private static KeptHeaders of(Message message, boolean waiting) {
    MessageProperties properties = message.getMessageProperties();
    boolean returned = Attempts.isReturned(properties);
    var kept = new LinkedHashMap<String, Object>();
    properties.getHeaders().forEach((name, value) -> keep(kept, name, value, returned, waiting));
    // Spring takes this header out of the map.
    if (properties.getReceivedDelayLong() != null) {
      kept.put(MessageProperties.X_DELAY, properties.getReceivedDelayLong());
    }
    Object note = properties.getHeaders().get(Names.HUB_DROPPED_HEADERS);
    String before = returned && note != null ? note.toString() : "";
    String now = dropLargest(kept);
    String separator = before.isEmpty() || now.isEmpty() ? "" : ", ";
    return new KeptHeaders(kept, Printable.bounded(before + separator + now, LONGEST_NOTE));
  }

  private static void keep(
      Map<String, Object> kept, String name, Object value, boolean returned, boolean waiting) {
    boolean counting = COUNTING.stream().anyMatch(name::startsWith);
    if (COPYING.contains(name)) {
      kept.put(senders(name), value);
    } else if (counting) {
      // On the way back from a wait queue the broker itself wrote them, and this one always.
      if (!returned && !name.equals(DELIVERY_COUNT)) {
        kept.put(waiting ? senders(name) : name, value);
      }
    } else if (name.equals(Names.HUB_VERSIONS)
        || (returned && name.equals(Names.HUB_MARK))
        || !name.toLowerCase(Locale.ROOT).startsWith(Names.HUB_PREFIX)) {
      kept.put(name, value);
    } else if (returned && name.startsWith(Names.HUB_SENDER_PREFIX)) {
      String senders = name.substring(Names.HUB_SENDER_PREFIX.length());
      boolean restored = !waiting && COUNTING.stream().anyMatch(senders::startsWith);
      kept.put(restored ? senders : name, value);
    }
  }

  private static String senders(String name) {
    return Names.HUB_SENDER_PREFIX + name.toLowerCase(Locale.ROOT);
  }

  /** Makes the headers fit and says what went, or nothing. */
  private static String dropLargest(Map<String, Object> headers) {
    record Sized(String name, long bytes) {}
    List<Sized> sizes = new ArrayList<>();
    long total = 0;
    for (Map.Entry<String, Object> header : headers.entrySet()) {
      // Tells as enormous what AMQP cannot carry, such as a name of more than 255 bytes.
      long bytes = size(header.getKey(), header.getValue());
      sizes.add(new Sized(header.getKey(), bytes));
      total += bytes;
    }
    if (total <= DeadLetters.LARGEST_HEADERS_BYTES) {
      return "";
    }
    sizes.sort(Comparator.comparingLong(Sized::bytes).reversed());
    List<String> dropped = new ArrayList<>();
    int count = 0;
    for (Sized largest : sizes) {
      if (total <= DeadLetters.LARGEST_HEADERS_BYTES) {
        break;
      }
      headers.remove(largest.name());
      total -= largest.bytes();
      count++;
      if (dropped.size() < MOST_NAMED) {
        dropped.add(
            "%s (%d bytes)"
                .formatted(
                    Printable.bounded(Printable.text(largest.name()), LONGEST_NAME),
                    largest.bytes()));
      }
    }
    String more = count > dropped.size() ? " and %d more".formatted(count - dropped.size()) : "";
    return String.join(", ", dropped) + more;
  }

  private static long size(String name, Object value) {
    try {
      var one = new LinkedHashMap<String, Object>();
      one.put(name, value);
      new ValueWriter(new DataOutputStream(OutputStream.nullOutputStream())).writeTable(one);
      return Frame.tableSize(one);
    } catch (IOException | IllegalArgumentException e) {
      // Not a type of AMQP: must not stop the message either.
      return Long.MAX_VALUE / 1_000_000;
    }
  }
}
