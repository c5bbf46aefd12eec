package io.tallyline.relay;

import org.jspecify.annotations.Nullable;

/**
 * The outbox could not be read or cleared; the transaction rolls back and the relay tries again.
 */
final class OutboxUnavailable extends RuntimeException {
  private OutboxUnavailable(String message, Throwable cause) {
    super(message, cause);
  }

  static OutboxUnavailable because(
      RelayedOutbox outbox, @Nullable Exception translated, Exception failure) {
    return new OutboxUnavailable(
        "REL-001 the %s outbox cannot be read: ".formatted(outbox.name())
            + failure.getMessage()
            + ". Nothing is lost; the relay tries again by itself.",
        translated == null ? failure : translated);
  }

  static OutboxUnavailable notCleared(RelayedOutbox outbox, int claimed, int cleared) {
    return new OutboxUnavailable(
        "REL-002 %d %s outbox rows were claimed but %d could be cleared: something else deletes from %s. The batch rolls back and is sent again."
            .formatted(claimed, outbox.name(), cleared, outbox.table()),
        new IllegalStateException("rows vanished from the outbox"));
  }
}
