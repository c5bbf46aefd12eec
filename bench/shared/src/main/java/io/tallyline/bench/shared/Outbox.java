package io.tallyline.bench.shared;

/** An outbox library, seen by the code of a producer. */
public interface Outbox {
  /** Runs work in one transaction of the inventory's database and commits it. */
  void inTransaction(Runnable work);

  /** Records an event, by the library's own interface, in the transaction that runs. */
  void record(String reference, String payload);

  /** PostgreSQL's number of the transaction that runs. */
  long transaction();
}
