package io.tallyline.deadletter;

import java.time.Instant;

/** Dead letters that failed in the same queue, for the same reason and code, of the same event. */
public record DeadLetterGroup(
    String queue,
    String reason,
    String code,
    String name,
    long letters,
    Instant firstFailedAt,
    Instant lastFailedAt) {}
