package io.tallyline.faults;

import java.util.List;
import java.util.UUID;

/**
 * What goes in: rows of the inventory's outbox, and messages of a publisher that is not ours.
 *
 * @param rows in the order of their insertion
 * @param messages published straight to {@code erp.events}
 */
public record Load(List<Row> rows, List<Foreign> messages) {
  public Load {
    rows = List.copyOf(rows);
    messages = List.copyOf(messages);
  }

  /**
   * An outbox row.
   *
   * @param reason why it cannot be translated; empty for a good one
   */
  public record Row(
      UUID eventId, String aggregateId, String eventType, String payload, String reason) {}

  /**
   * A message that finance must refuse.
   *
   * @param reason as in the header hub-reason
   * @param after the transaction that must be in the ledger before it is sent; empty if none
   */
  public record Foreign(
      String messageId,
      String routingKey,
      String contentType,
      byte[] body,
      String reason,
      String after) {}
}
