package io.tallyline.relay;

import io.tallyline.delivery.Outgoing;
import java.util.List;

/**
 * The rows that one transaction claimed, in {@code seq} order, and what becomes of each on the
 * broker: {@code messages} is empty until they are translated, then the messages i come from row i,
 * one for each version, the highest first.
 *
 * @param more whether rows were left for the next batch
 */
public record OutboxBatch(List<OutboxRow> rows, List<List<Outgoing>> messages, boolean more) {
  static final OutboxBatch NONE = new OutboxBatch(List.of(), List.of(), false);

  OutboxBatch translated(List<List<Outgoing>> translations) {
    return new OutboxBatch(rows, translations, more);
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
