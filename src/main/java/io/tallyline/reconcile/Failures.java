package io.tallyline.reconcile;

import java.util.Collection;
import java.util.Map;

/** Which messages lie in the dead letters. */
interface Failures {
  /**
   * @param status of the dead letter
   * @param queue that gave it up
   */
  record Failure(long id, String status, String queue, String reason) {
    /** Whether somebody has sent it on since. */
    boolean isSentAgain() {
      return status.equals("RETRYING") || status.equals("REDIRECTED");
    }
  }

  /** The newest of each message, by its id. */
  Map<String, Failure> of(Collection<String> messageIds);
}
