package io.tallyline.relay;

import io.tallyline.contracts.Names;

/**
 * One of the outboxes that are relayed, all by the same code.
 *
 * @param name of the module that owns it, as in logs and metrics
 * @param table with its schema; its columns are those of the contract
 * @param channel what its trigger notifies
 * @param lock number of the advisory lock that a relay which cannot share holds alone, and others
 *     together; of its own for each outbox, because both may be in one database
 * @param deadQueue where rows go that no mapping can translate
 * @param mandatory whether each of its messages must find a queue, or counts as not published
 * @param route the route that relays it
 */
public record RelayedOutbox(
    String name,
    String table,
    String channel,
    long lock,
    String deadQueue,
    boolean mandatory,
    String route) {

  /** The first of the two numbers by which relays lock the parts of the outbox; never negative. */
  int lockClass() {
    return (int) (lock & Integer.MAX_VALUE);
  }

  /** What the inventory module records. The lock spells "outbox" in ASCII. */
  public static final RelayedOutbox INVENTORY =
      new RelayedOutbox(
          "inventory",
          "inventory.outbox_event",
          "hub_outbox",
          0x6f_75_74_62_6f_78L,
          Names.OUTBOX_DEAD_QUEUE,
          true,
          "relay-outbox");

  /**
   * What finance announces. Nobody has to listen, so its messages need no queue. The lock spells
   * "finout".
   */
  public static final RelayedOutbox FINANCE =
      new RelayedOutbox(
          "finance",
          "finance.outbox_event",
          "hub_finance_outbox",
          0x66_69_6e_6f_75_74L,
          Names.FINANCE_OUTBOX_DEAD_QUEUE,
          false,
          "announce-journals");
}
