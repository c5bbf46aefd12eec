package io.tallyline.ops.desk;

import io.tallyline.finance.Journal;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A journal that would be written. */
public record ShownJournal(
    String transaction,
    LocalDate date,
    String currency,
    String description,
    List<Journey.Line> lines) {
  static @Nullable ShownJournal of(@Nullable Journal journal) {
    return journal == null
        ? null
        : new ShownJournal(
            journal.externalRef(),
            journal.date(),
            journal.currency(),
            journal.description(),
            journal.lines().stream().map(Journey.Line::of).toList());
  }
}
