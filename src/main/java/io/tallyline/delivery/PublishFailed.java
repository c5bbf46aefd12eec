package io.tallyline.delivery;

import java.util.BitSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Not every message of a batch is safe with the broker. Indices are those of the batch, from 0.
 * Whatever {@link #isConfirmed} does not name may or may not have arrived: publish it again, and
 * rely on consumers to recognise the same message twice.
 */
public final class PublishFailed extends Exception {
  /** What went wrong, and so whether waiting helps. */
  public enum Kind {
    /** No connection, or it broke: wait and publish again. */
    BROKER_AWAY("DEL-001"),
    /** No answer in time: wait and publish again. */
    TIMEOUT("DEL-002"),
    /** The broker takes no messages until its memory or disk alarm ends: wait. */
    BROKER_BLOCKED("DEL-003"),
    /** A queue is full or cannot store: wait, or make room. */
    NACKED("DEL-004"),
    /** No queue is bound for a message: bind one, then publish again. */
    RETURNED("DEL-005"),
    /** The broker will never take it as it is: mend the message, the exchange or the permission. */
    REFUSED("DEL-006"),
    /** The publisher was closed or its thread interrupted. */
    STOPPED("DEL-007");

    private final String code;

    Kind(String code) {
      this.code = code;
    }

    public String code() {
      return code;
    }
  }

  /**
   * The broker's answer to a message that no queue is bound for, for example 312 NO_ROUTE.
   *
   * @param code AMQP reply code
   */
  public record Return(int code, String text) {}

  private final Kind kind;
  private final BitSet confirmed;
  private final BitSet nacked;
  private final TreeMap<Integer, Return> returned;
  private final int refused;

  PublishFailed(
      Kind kind,
      String sentence,
      BitSet confirmed,
      BitSet nacked,
      SortedMap<Integer, Return> returned,
      int refused,
      @Nullable Throwable cause) {
    super(kind.code() + " " + sentence, cause);
    this.kind = kind;
    this.confirmed = (BitSet) confirmed.clone();
    this.nacked = (BitSet) nacked.clone();
    this.returned = new TreeMap<>(returned);
    this.refused = refused;
  }

  public Kind kind() {
    return kind;
  }

  /** The error code, for example {@code DEL-001}. */
  public String code() {
    return kind.code();
  }

  /** True if the message is stored in every queue that is bound for it. */
  public boolean isConfirmed(int index) {
    return confirmed.get(index);
  }

  public BitSet confirmed() {
    return (BitSet) confirmed.clone();
  }

  public BitSet nacked() {
    return (BitSet) nacked.clone();
  }

  public Map<Integer, Return> returned() {
    return Map.copyOf(returned);
  }

  /**
   * The message that was refused, or -1 where the broker does not tell which it was: then publish
   * those that are not confirmed one by one.
   */
  public int refused() {
    return refused;
  }
}
