package io.tallyline.audit;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Reading the audit. */
public interface AuditEntries {
  /** Most entries that one call returns. */
  int MOST = 1_000;

  /** The newest entries backwards; {@code before} is exclusive. */
  List<AuditEntry> newest(long before, int limit);

  /** What was done to any of the subjects, oldest first. */
  List<AuditEntry> about(Collection<String> subjects, int limit);

  /** The newest entry of all. */
  Optional<AuditEntry> head();
}
