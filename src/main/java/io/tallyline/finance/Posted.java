package io.tallyline.finance;

/** What became of a journal. */
public enum Posted {
  /** It is in the ledger now. */
  WRITTEN,
  /** The same content was there before; nothing was written. */
  DUPLICATE,
  /**
   * The same event was there before, in another of the versions it was published in; nothing was
   * written.
   */
  SUPERSEDED,
  /**
   * The transaction was there before with other content; nothing was written, and someone has to
   * decide which one is right (reason {@code conflict}).
   */
  CONFLICT,
  /**
   * A line names an account the ledger does not have; nothing was written (reason {@code
   * unknown-account}). Succeeds once the account exists.
   */
  UNKNOWN_ACCOUNT
}
