package io.tallyline.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One recorded action.
 *
 * @param number from 1, without gaps
 * @param at to the microsecond
 * @param before JSON text as it was recorded
 * @param after JSON text as it was recorded
 * @param previous hash of the entry before; zeros for the first
 * @param hash over all fields and {@code previous}, with the key of the audit
 */
public record AuditEntry(
    long number,
    Instant at,
    String who,
    String action,
    String subject,
    @Nullable String reason,
    @Nullable String before,
    @Nullable String after,
    byte[] previous,
    byte[] hash) {}
