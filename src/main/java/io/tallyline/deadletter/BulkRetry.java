package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Many dead letters retried together.
 *
 * @param value what it would post when it was planned; see {@link RetryValue}
 * @param note why it stopped
 * @param letters how many it has
 * @param waiting not sent yet
 * @param sent sent, outcome not known yet
 * @param skipped somebody did something else with them meanwhile
 */
public record BulkRetry(
    long id,
    Status status,
    String requestedBy,
    String reason,
    JsonNode value,
    Instant plannedAt,
    Instant pacedAt,
    @Nullable Instant endedAt,
    @Nullable String note,
    long letters,
    long waiting,
    long sent,
    long resolved,
    long failed,
    long skipped) {

  /** Where it stands. */
  public enum Status {
    /** Worked out, and waits for somebody to start it. */
    PLANNED,
    /** Started, and a second person has to agree. */
    WAITING_APPROVAL,
    /** The first few are on their way. */
    CANARY,
    /** The rest is on its way. */
    RUNNING,
    /** Every message is settled. */
    DONE,
    /** By hand, or because too many failed again. */
    STOPPED,
    /** The second person did not agree, or nobody did in time. */
    REJECTED
  }

  public String subject() {
    return subject(id);
  }

  static String subject(long id) {
    return "bulk-retry:" + id;
  }
}
