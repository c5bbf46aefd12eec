package io.tallyline.bridge;

import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Outgoing;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * One message on its way across the bridge. Once it has been read it has what it becomes, a
 * rejection, which is final, or a failure, which may pass.
 */
final class Crossing {
  private final Message message;
  private @Nullable Outgoing outgoing;
  private @Nullable Rejected rejection;
  private @Nullable String failure;

  Crossing(Message message) {
    this.message = message;
  }

  Message message() {
    return message;
  }

  /** Null unless it is to be published. */
  @Nullable Outgoing outgoing() {
    return rejection == null && failure == null ? outgoing : null;
  }

  /** Why it goes to the dead letters, or null. */
  @Nullable Rejected rejection() {
    return rejection;
  }

  /** Why it has to wait for its next attempt, or null. */
  @Nullable String failure() {
    return rejection == null ? failure : null;
  }

  void translated(Outgoing translation) {
    outgoing = translation;
  }

  void reject(Rejected rejected) {
    rejection = rejected;
  }

  void fail(String sentence) {
    failure = sentence;
  }
}
