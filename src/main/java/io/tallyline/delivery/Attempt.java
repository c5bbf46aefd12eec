package io.tallyline.delivery;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import io.tallyline.delivery.PublishFailed.Kind;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.AmqpAuthenticationException;

/** One batch on its way, and what the broker has said about each of its messages. */
final class Attempt {
  private static final long NOT_STARTED = Long.MAX_VALUE;
  private static final int CONNECTION_FORCED = 320;
  private static final int RESOURCE_ERROR = 506;
  private static final int INTERNAL_ERROR = 541;

  private final List<Outgoing> batch;
  private final long deadline;
  private final BitSet settled = new BitSet();
  private final BitSet nacked = new BitSet();
  private final TreeMap<Integer, PublishFailed.Return> returned = new TreeMap<>();
  private long firstTag = NOT_STARTED;
  private int sending = -1;
  private boolean sentAll;
  private @Nullable ShutdownSignalException broken;
  private volatile boolean givenUp;

  Attempt(List<Outgoing> batch, long deadline) {
    this.batch = batch;
    this.deadline = deadline;
  }

  int size() {
    return batch.size();
  }

  long nanosLeft() {
    return Math.max(0, deadline - System.nanoTime());
  }

  boolean isGivenUp() {
    return givenUp;
  }

  synchronized void giveUp() {
    givenUp = true;
  }

  synchronized void startsAt(long tag) {
    firstTag = tag;
  }

  synchronized Outgoing sending(int index) {
    sending = index;
    return batch.get(index);
  }

  synchronized void sentAll() {
    sentAll = true;
  }

  synchronized void settled(long tag, boolean multiple, boolean stored) {
    int last = (int) Math.min(tag - firstTag, batch.size() - 1L);
    if (givenUp || last < 0) {
      return;
    }
    int from = multiple ? settled.nextClearBit(0) : last;
    for (int index = from; index >= 0 && index <= last; index = settled.nextClearBit(index + 1)) {
      settled.set(index);
      nacked.set(index, !stored);
    }
    if (settled.cardinality() == batch.size()) {
      notifyAll();
    }
  }

  /**
   * A return names no publish number. Returns keep the order of the publishes and come before the
   * confirm, so it is the first unsettled message that looks the same; two that look the same in
   * all of this go to the same queues, so either is right.
   */
  synchronized void returned(Return message) {
    var answer = new PublishFailed.Return(message.getReplyCode(), message.getReplyText());
    int start = returned.isEmpty() ? 0 : returned.lastKey() + 1;
    for (int step = 0; step < batch.size(); step++) {
      int index = (start + step) % batch.size();
      if (!settled.get(index) && !returned.containsKey(index) && isSame(index, message)) {
        returned.put(index, answer);
        return;
      }
    }
    // Cannot be told apart: better to publish too many again than one too few.
    for (int index = 0; index < batch.size(); index++) {
      if (batch.get(index).mandatory()) {
        returned.putIfAbsent(index, answer);
      }
    }
  }

  private boolean isSame(int index, Return message) {
    Outgoing sent = batch.get(index);
    return sent.mandatory()
        && sent.routingKey().equals(message.getRoutingKey())
        && sent.exchange().equals(message.getExchange())
        && Objects.equals(sent.properties().getMessageId(), message.getProperties().getMessageId())
        && Arrays.equals(sent.body(), message.getBody());
  }

  synchronized void broken(ShutdownSignalException reason) {
    broken = reason;
    notifyAll();
  }

  synchronized void awaitSettled() throws TimeoutException, InterruptedException {
    while (settled.cardinality() < batch.size()) {
      if (broken != null) {
        throw broken;
      }
      long left = nanosLeft();
      if (left == 0) {
        throw new TimeoutException();
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  void refuseTooLarge(int largest) throws PublishFailed {
    for (int index = 0; index < batch.size(); index++) {
      int bytes = batch.get(index).body().length;
      if (bytes > largest) {
        throw refused(index, "its body has " + bytes + " bytes, at most " + largest, null);
      }
    }
  }

  synchronized void requireAllSafe() throws PublishFailed {
    if (!nacked.isEmpty()) {
      throw failed(
          Kind.NACKED, nacked.cardinality() + " nacked, the first is " + called(first()), null);
    }
    if (!returned.isEmpty()) {
      PublishFailed.Return why = returned.firstEntry().getValue();
      throw failed(
          Kind.RETURNED,
          "%d returned, the first is %s (%d %s)"
              .formatted(returned.size(), called(first()), why.code(), why.text()),
          null);
    }
  }

  private int first() {
    return nacked.isEmpty() ? returned.firstKey() : nacked.nextSetBit(0);
  }

  /** What an exception while connecting, writing or waiting means. */
  synchronized PublishFailed classified(Exception failure) {
    ShutdownSignalException signal = broken == null ? signalIn(failure) : broken;
    if (signal != null) {
      return classified(signal);
    }
    if (failure instanceof IllegalArgumentException && !sentAll && sending >= 0) {
      return refused(sending, "it does not fit into AMQP: " + failure.getMessage(), failure);
    }
    if (failure instanceof java.util.concurrent.CancellationException) {
      return failed(Kind.STOPPED, "the publisher was closed", failure);
    }
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof AmqpAuthenticationException) {
        return failed(Kind.BROKER_AWAY, "it refuses the login of spring.rabbitmq", failure);
      }
    }
    return failed(Kind.BROKER_AWAY, String.valueOf(failure.getMessage()), failure);
  }

  private PublishFailed classified(ShutdownSignalException signal) {
    int code = 0;
    String text = "the connection broke";
    Method reason = signal.getReason();
    if (reason instanceof AMQP.Channel.Close close) {
      code = close.getReplyCode();
      text = close.getReplyText();
    } else if (reason instanceof AMQP.Connection.Close close) {
      code = close.getReplyCode();
      text = close.getReplyText();
    }
    boolean away =
        signal.isInitiatedByApplication()
            || code < 300
            || code == CONNECTION_FORCED
            || code == RESOURCE_ERROR
            || code == INTERNAL_ERROR;
    if (away) {
      return failed(Kind.BROKER_AWAY, text, signal);
    }
    return refused(batch.size() == 1 ? 0 : -1, text, signal);
  }

  synchronized PublishFailed failed(Kind kind, String detail, @Nullable Throwable cause) {
    return failure(kind, detail, -1, cause);
  }

  private synchronized PublishFailed refused(int index, String detail, @Nullable Throwable cause) {
    String which = index < 0 ? "one of these messages" : called(index);
    return failure(Kind.REFUSED, which + ": " + detail, index, cause);
  }

  private PublishFailed failure(Kind kind, String detail, int refused, @Nullable Throwable cause) {
    var confirmed = (BitSet) settled.clone();
    confirmed.andNot(nacked);
    returned.keySet().forEach(confirmed::clear);
    String sentence =
        "%s: %s. %d of %d messages to '%s' are confirmed. %s"
            .formatted(
                what(kind),
                detail,
                confirmed.cardinality(),
                batch.size(),
                batch.get(0).exchange(),
                advice(kind));
    return new PublishFailed(kind, sentence, confirmed, nacked, returned, refused, cause);
  }

  private String called(int index) {
    Outgoing message = batch.get(index);
    return "message %s with routing key '%s'"
        .formatted(message.properties().getMessageId(), message.routingKey());
  }

  private static @Nullable ShutdownSignalException signalIn(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof ShutdownSignalException signal) {
        return signal;
      }
    }
    return null;
  }

  private static String what(Kind kind) {
    return switch (kind) {
      case BROKER_AWAY -> "the broker is away";
      case TIMEOUT -> "the broker does not confirm";
      case BROKER_BLOCKED -> "the broker takes no messages for now";
      case NACKED -> "the broker could not store everything";
      case RETURNED -> "no queue is bound for a message";
      case REFUSED -> "the broker refuses";
      case STOPPED -> "publishing was stopped";
    };
  }

  private static String advice(Kind kind) {
    return switch (kind) {
      case BROKER_AWAY -> "Check that it runs and can be reached; the others are published again.";
      case TIMEOUT -> "Check its load and network; the others are published again.";
      case BROKER_BLOCKED -> "Free memory or disk on the broker; the others are published again.";
      case NACKED -> "Make room in the queue or raise its limit; the others are published again.";
      case RETURNED -> "Bind a queue to the exchange for that routing key, then publish again.";
      case REFUSED -> "Mend the message, the exchange or the permission, then publish again.";
      case STOPPED -> "The others are published again after the next start.";
    };
  }
}
