package io.tallyline.finance;

import io.tallyline.contracts.Rejected;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;

/**
 * One message of a batch on its way to the ledger. Exactly one of journal and rejection is set once
 * it has been read; a rejection is final.
 */
final class Delivery {
  private final Message message;
  private @Nullable Journal journal;
  private @Nullable Rejected rejection;

  Delivery(Message message) {
    this.message = message;
  }

  Message message() {
    return message;
  }

  @Nullable Journal journal() {
    return rejection == null ? journal : null;
  }

  @Nullable Rejected rejection() {
    return rejection;
  }

  void read(Journal read) {
    journal = read;
  }

  void reject(Rejected rejected) {
    rejection = rejected;
  }
}
