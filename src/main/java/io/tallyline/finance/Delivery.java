package io.tallyline.finance;

import io.opentelemetry.api.trace.Span;
import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Attempts;
import io.tallyline.delivery.MessageLog.About;
import io.tallyline.delivery.Traceparent;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * One message of a batch on its way to the ledger. Once it has been read it has a journal, is a
 * copy of an event that is posted in another version, or has a rejection, which is final, or a
 * failure, which may pass.
 */
final class Delivery {
  private final Message message;
  private final Attempts before;
  private Event event = Event.UNKNOWN;
  private @Nullable Journal journal;
  private @Nullable Rejected rejection;
  private @Nullable String failure;
  private @Nullable Copy copy;
  private final @Nullable String traceparent;
  private Span span = Span.getInvalid();
  private @Nullable String outcome;

  Delivery(Message message) {
    this.message = message;
    this.before = Attempts.before(message);
    this.traceparent =
        Traceparent.valid(message.getMessageProperties().getHeaders().get(Names.TRACEPARENT));
  }

  Message message() {
    return message;
  }

  /** Whether it has not come back from a wait queue. */
  boolean isFirstAttempt() {
    return before.failures() == 0;
  }

  /** What happened to it before this delivery. */
  Attempts before() {
    return before;
  }

  /** Which attempt this delivery is, from 1. */
  int attempt() {
    return before.failures() + 1;
  }

  /**
   * What it is about, in words that a table of the hub names; nothing that only its sender knows.
   *
   * @param name {@code <module>.<event>}
   * @param version {@code v<major>}, or {@code other} if this hub does not understand it
   */
  record Event(String name, String version) {
    static final Event UNKNOWN = new Event("none", "none");
  }

  /** The trace its publisher put it into, or null. */
  @Nullable String traceparent() {
    return traceparent;
  }

  /** Of this attempt. */
  Span span() {
    return span;
  }

  void started(Span attempt) {
    span = attempt;
  }

  /** What became of it in this attempt; null while that is open. */
  @Nullable String outcome() {
    return outcome;
  }

  void settled(String as) {
    outcome = as;
  }

  /** Who it is, for a line in the log. */
  About about() {
    MessageProperties properties = message.getMessageProperties();
    return new About(properties.getMessageId(), properties.getCorrelationId(), span, traceparent);
  }

  Event event() {
    return event;
  }

  void isAbout(Event known) {
    event = known;
  }

  /** Null unless it is to be posted. */
  @Nullable Journal journal() {
    return rejection == null && failure == null ? journal : null;
  }

  /** Why it goes to the dead letters, or null. */
  @Nullable Rejected rejection() {
    return rejection;
  }

  /** Why it has to wait for its next attempt, or null. */
  @Nullable String failure() {
    return rejection == null ? failure : null;
  }

  /**
   * One of several versions of an event, of which another is to be posted.
   *
   * @param type of this copy
   * @param externalRef the transaction's
   * @param handled the version that is posted instead
   */
  record Copy(MessageType type, String externalRef, int handled) {}

  /** Not null if it has only to wait until another version of its event is recorded. */
  @Nullable Copy copy() {
    return rejection == null && failure == null ? copy : null;
  }

  void isCopy(Copy of) {
    copy = of;
  }

  void read(Journal read) {
    journal = read;
  }

  void reject(Rejected rejected) {
    rejection = rejected;
  }

  void fail(String sentence) {
    failure = sentence;
  }
}
