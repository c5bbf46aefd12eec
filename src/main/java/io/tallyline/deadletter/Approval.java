package io.tallyline.deadletter;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a second person has to agree to: either an edited dead letter or a bulk retry.
 *
 * @param deadLetterId whose edited copy is to be sent
 * @param bulkId the bulk retry that is to be started
 * @param requestedBy who may not agree
 */
public record Approval(
    long id,
    @Nullable Long deadLetterId,
    @Nullable Long revisionId,
    @Nullable Long bulkId,
    String requestedBy,
    Instant requestedAt,
    Instant expiresAt,
    String reason,
    Status status,
    @Nullable String decidedBy,
    @Nullable Instant decidedAt) {

  /** Where it stands. */
  public enum Status {
    PENDING,
    APPROVED,
    REJECTED,
    EXPIRED
  }
}
