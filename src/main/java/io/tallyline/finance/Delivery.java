package io.tallyline.finance;

import io.tallyline.contracts.MessageType;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Attempts;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * One message of a batch on its way to the ledger. Once it has been read it has a journal, is a
 * copy of an event that is posted in another version, or has a rejection, which is final, or a
 * failure, which may pass.
 */
final class Delivery {
  private final Message message;
  private @Nullable Journal journal;
  private @Nullable Rejected rejection;
  private @Nullable String failure;
  private @Nullable Copy copy;

  Delivery(Message message) {
    this.message = message;
  }

  Message message() {
    return message;
  }

  /** Whether it has not come back from a wait queue. */
  boolean isFirstAttempt() {
    return Attempts.before(message).failures() == 0;
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
