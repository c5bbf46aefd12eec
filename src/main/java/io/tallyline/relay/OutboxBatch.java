package io.tallyline.relay;

import io.opentelemetry.api.trace.Span;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Outgoing;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows that one transaction claimed, in {@code seq} order, and what becomes of each on the
 * broker.
 *
 * @param translated empty until they are translated, then one for each row
 * @param more whether rows were left for the next batch
 * @param claimedAt when the transaction claimed them
 * @param confirmedAt when the broker had confirmed all of it
 */
public record OutboxBatch(
    List<OutboxRow> rows,
    List<Translated> translated,
    boolean more,
    Instant claimedAt,
    Instant confirmedAt) {
  static final OutboxBatch NONE = claimed(List.of(), false, Instant.MIN);

  /**
   * What one row becomes.
   *
   * @param messages one for each version, the highest first
   * @param what the messages' names, in words
   * @param error why it is a dead letter, else null
   * @param span of its way from claim to confirm
   */
  record Translated(
      List<Outgoing> messages,
      RelayMeters.Counts counts,
      String what,
      @Nullable Rejected error,
      Span span) {}

  static OutboxBatch claimed(List<OutboxRow> rows, boolean more, Instant now) {
    return new OutboxBatch(rows, List.of(), more, now, Instant.MIN);
  }

  OutboxBatch translated(List<Translated> translations) {
    return new OutboxBatch(rows, translations, more, claimedAt, Instant.MIN);
  }

  OutboxBatch confirmed(Instant at) {
    return new OutboxBatch(rows, translated, more, claimedAt, at);
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  public int size() {
    return rows.size();
  }

  /**
   * The claimed rows as a PostgreSQL array literal, {@code {17,18,21}}: for the step that clears.
   */
  public String seqs() {
    StringBuilder literal = new StringBuilder(rows.size() * 8).append('{');
    for (OutboxRow row : rows) {
      if (literal.length() > 1) {
        literal.append(',');
      }
      literal.append(row.seq());
    }
    return literal.append('}').toString();
  }
}
