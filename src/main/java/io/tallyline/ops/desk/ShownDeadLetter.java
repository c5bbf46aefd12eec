package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.deadletter.Revision;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dead letter as a list shows it.
 *
 * @param queue the work queue or outbox that it failed in
 * @param ofDeadLetter first failure of the message, if this is a later one
 * @param undoUntil until when a discarded one can be taken back
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ShownDeadLetter(
    long id,
    DeadLetterStatus status,
    Instant changedAt,
    @Nullable Instant undoUntil,
    String queue,
    String deadQueue,
    String routingKey,
    String name,
    @Nullable String messageId,
    @Nullable String correlationId,
    @Nullable String aggregateId,
    String reason,
    String code,
    String error,
    int attempts,
    Instant firstFailedAt,
    Instant lastFailedAt,
    Instant takenAt,
    @Nullable Long ofDeadLetter) {

  static ShownDeadLetter of(DeadLetter letter) {
    return new ShownDeadLetter(
        letter.id(),
        letter.status(),
        letter.changedAt(),
        letter.undoUntil(),
        letter.queue(),
        letter.deadQueue(),
        letter.routingKey(),
        letter.name(),
        letter.messageId(),
        letter.correlationId(),
        letter.aggregateId(),
        letter.reason(),
        letter.code(),
        letter.error(),
        letter.attempts(),
        letter.firstFailedAt(),
        letter.lastFailedAt(),
        letter.takenAt(),
        letter.ofDeadLetter());
  }

  /**
   * With all that is known of it.
   *
   * @param body as it was received
   * @param latest what a retry would send
   * @param revisions edited copies, oldest first
   * @param failures of the same message, oldest first, this one among them
   * @param actions what people did with any of them
   * @param preview what a retry would post
   */
  public record Whole(
      ShownDeadLetter letter,
      JsonNode properties,
      JsonNode headers,
      ShownBody body,
      ShownBody latest,
      List<ShownRevision> revisions,
      List<ShownDeadLetter> failures,
      List<ShownEntry> actions,
      ShownPreview preview) {
    static Whole of(DeadLetterDesk.Opened opened) {
      return new Whole(
          ShownDeadLetter.of(opened.letter()),
          opened.letter().properties(),
          opened.letter().headers(),
          ShownBody.of(opened.body()),
          ShownBody.of(opened.latestBody()),
          opened.revisions().stream().map(ShownRevision::of).toList(),
          opened.failures().stream().map(ShownDeadLetter::of).toList(),
          opened.actions().stream().map(ShownEntry::of).toList(),
          ShownPreview.of(opened.preview()));
    }
  }

  /**
   * An edited copy.
   *
   * @param diff array of {@code {pointer, before, after}}
   */
  public record ShownRevision(
      long id, String madeBy, Instant madeAt, JsonNode diff, ShownBody body) {
    static ShownRevision of(Revision revision) {
      return new ShownRevision(
          revision.id(),
          revision.madeBy(),
          revision.madeAt(),
          revision.diff(),
          ShownBody.of(revision.body()));
    }
  }
}
