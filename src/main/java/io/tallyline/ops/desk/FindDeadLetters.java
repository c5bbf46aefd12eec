package io.tallyline.ops.desk;

import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.AuditEntry;
import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.ops.desk.Journey.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The dead letters of a journey, with what people did about them. */
final class FindDeadLetters implements Journey.FoundDeadLetters {
  /** Most dead letters, and most actions, of one journey. */
  private static final int MOST = 200;

  private static final Map<String, String> STEPS =
      Map.of(
          "retry-dead-letter", "retried",
          "start-bulk-retry", "retried",
          "edit-dead-letter", "edited",
          "discard-dead-letter", "discarded",
          "undo-discard-dead-letter", "taken-back",
          "reopen-dead-letter", "reopened",
          "redirect-dead-letter", "redirected",
          "approved-approval", "approved",
          "rejected-approval", "rejected",
          "expired-approval", "expired");

  private final DeadLetterDesk desk;
  private final BulkRetries bulks;
  private final AuditEntries audit;

  FindDeadLetters(DeadLetterDesk desk, BulkRetries bulks, AuditEntries audit) {
    this.desk = desk;
    this.bulks = bulks;
    this.audit = audit;
  }

  @Override
  public Journey.DeadLettersFound of(Set<String> ids) {
    List<DeadLetter> letters = desk.about(ids, MOST);
    List<Step> steps = new ArrayList<>();
    letters.forEach(letter -> steps.addAll(steps(letter)));
    if (!letters.isEmpty()) {
      List<String> subjects = new ArrayList<>(letters.stream().map(DeadLetter::subject).toList());
      subjects.addAll(bulks.thatSent(letters.stream().map(DeadLetter::id).toList()));
      audit.about(subjects, MOST).stream()
          .filter(entry -> STEPS.containsKey(entry.action()))
          .forEach(entry -> steps.add(acted(entry)));
    }
    return new Journey.DeadLettersFound(steps, state(letters));
  }

  private static List<Step> steps(DeadLetter letter) {
    Step died =
        new Step(
            letter.lastFailedAt(),
            "dead-lettered",
            "at %s after %s, %s: %s"
                .formatted(
                    letter.queue(),
                    Shown.INSTANCE.count(letter.attempts(), "attempt", "attempts"),
                    letter.reason(),
                    letter.error()),
            letter.subject());
    return switch (letter.status()) {
      case RESOLVED ->
          List.of(
              died,
              new Step(letter.changedAt(), "resolved", "the retry went well", letter.subject()));
      case FAILED_AGAIN ->
          List.of(
              died,
              new Step(letter.changedAt(), "failed-again", "the retry failed", letter.subject()));
      default -> List.of(died);
    };
  }

  private static Step acted(AuditEntry entry) {
    return new Step(
        entry.at(),
        java.util.Objects.requireNonNull(STEPS.get(entry.action())),
        "by %s: %s".formatted(entry.who(), entry.reason() == null ? "-" : entry.reason()),
        entry.subject());
  }

  /** What needs somebody comes first. One that failed again is spoken for by its successor. */
  private static @Nullable String state(List<DeadLetter> letters) {
    List<DeadLetterStatus> statuses = letters.stream().map(DeadLetter::status).toList();
    if (statuses.contains(DeadLetterStatus.OPEN)
        || statuses.contains(DeadLetterStatus.WAITING_APPROVAL)) {
      return "dead-lettered";
    } else if (statuses.contains(DeadLetterStatus.RETRYING)) {
      return "retrying";
    } else if (statuses.contains(DeadLetterStatus.REDIRECTED)) {
      return "redirected";
    }
    return statuses.contains(DeadLetterStatus.DISCARDED) ? "discarded" : null;
  }
}
