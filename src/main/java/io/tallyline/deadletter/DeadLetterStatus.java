package io.tallyline.deadletter;

/** What became of a dead letter. */
public enum DeadLetterStatus {
  /** Somebody has to decide. */
  OPEN,
  /** Was edited, and a second person has to agree. */
  WAITING_APPROVAL,
  /** Was sent again; nobody knows yet how it ends. */
  RETRYING,
  /** Its journal is in the ledger, or its event was published. */
  RESOLVED,
  /** Was sent again and came back; the dead letter it came back as stands for it now. */
  FAILED_AGAIN,
  /** Nobody needs it; can be undone for a while. */
  DISCARDED,
  /** Was sent to another queue, which is not the hub's to follow. */
  REDIRECTED
}
