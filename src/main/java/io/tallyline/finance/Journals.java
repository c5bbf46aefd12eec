package io.tallyline.finance;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** The ledger, as far as the hub may touch it: journals are appended and never changed. */
public interface Journals {
  /**
   * Writes what is new, all in one transaction: after a return every {@link Posted#WRITTEN} is
   * durable, after an exception nothing was written.
   *
   * <p>A transaction (source and external reference) is recorded once. Where a call holds it twice,
   * the first with known accounts counts, and the others are compared with it.
   *
   * @return one outcome for each journal, in the same order
   */
  List<Posted> post(List<Journal> journals);

  /**
   * Which of these transactions are recorded, with a journal or as seen, read now.
   *
   * @param externalRefs as in {@link Journal#externalRef}
   */
  Set<String> recorded(String source, Collection<String> externalRefs);

  /** Codes of all accounts, read now. */
  Set<String> accounts();
}
