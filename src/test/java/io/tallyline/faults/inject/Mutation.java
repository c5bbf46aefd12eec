package io.tallyline.faults.inject;

/** A guarantee taken out of the running hub, to see whether the checker notices. */
public enum Mutation {
  /** Messages count as confirmed when they are written to the socket. */
  CONFIRMS_OFF,
  /** Messages no queue is bound for are not returned. */
  RETURNS_IGNORED,
  /** The broker forgets messages when it has sent them. */
  ACK_BEFORE_COMMIT,
  /** Journals are inserted without looking for the transaction; the key itself is dropped too. */
  UNIQUE_KEY_DROPPED,
  /** Message ids are remembered on receipt, and a remembered one is acknowledged unread. */
  KEY_BEFORE_WORK,
  /** Wait queues are declared without the arguments that make dead-lettering safe. */
  UNSAFE_WAIT_QUEUES
}
