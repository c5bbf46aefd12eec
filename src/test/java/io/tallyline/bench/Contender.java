package io.tallyline.bench;

/** Something that carries sales from the outbox into the ledger. */
interface Contender {
  /** A few letters for the table. */
  String name();

  /** One line that says what it is. */
  String what();

  /** Whether relay and consumer can run alone, so that each can be measured. */
  boolean hasStages();

  /**
   * Starts it and waits until it works.
   *
   * @param part {@code relay}, {@code finance}, or {@code relay,finance} for both
   */
  Program start(Site site, String part);

  /**
   * Lets a producer commit so many sales in one transaction.
   *
   * @param beforeCommit run when all is written and nothing committed
   * @return the commit's time, microseconds since 1970
   */
  default long record(Site site, Program program, int rows, Runnable beforeCommit)
      throws Exception {
    return site.record(rows, beforeCommit);
  }

  /** Lets producers commit a sale each at moments that are fixed in advance. */
  default OpenLoop.Produced produce(Site site, Program program, int perSecond, int seconds)
      throws Exception {
    return OpenLoop.run(site, perSecond, seconds);
  }
}
