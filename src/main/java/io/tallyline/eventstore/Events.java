package io.tallyline.eventstore;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reading the event store. */
public interface Events {
  /** Most events that one call returns. */
  int MOST = 1_000;

  /**
   * Events in the order they were stored, a page at a time.
   *
   * @param after number of the last event of the page before; 0 for the first page
   * @param upTo no event with a higher number; {@link Long#MAX_VALUE} for all
   * @param limit 1 to {@link #MOST}
   */
  List<StoredEvent> find(EventFilter filter, long after, long upTo, int limit);

  /** The same from the newest backwards; {@code before} is exclusive. */
  List<StoredEvent> newest(EventFilter filter, long before, int limit);

  /** How many, counted up to a bound. */
  long count(EventFilter filter, long upTo, long most);

  /** By its number. */
  Optional<StoredEvent> one(long id);

  /** An event's corrected copies, oldest first; without the event itself. */
  List<StoredEvent> revisions(long id);

  /**
   * The highest number of which it is certain that no lower one will appear any more; empty if
   * nothing is stored.
   */
  OptionalLong settledUpTo();

  /**
   * Appends a corrected copy of an event: same properties, headers and routing key, another body.
   *
   * @return the copy's number
   */
  long revise(long id, byte[] body);
}
