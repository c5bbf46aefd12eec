package io.tallyline.deadletter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.AuditEntry;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Rejected;
import io.tallyline.deadletter.DeskRefused.Kind;
import io.tallyline.deadletter.JdbcDeadLetters.WithBody;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dead letters one by one: look, retry, edit, discard, redirect. Every action names who and why and
 * is recorded in the audit in the same transaction. {@link BulkRetries} is for many.
 */
public final class DeadLetterDesk {
  /** Most rows that one call returns. */
  public static final int MOST = 500;

  private final JdbcDeadLetters letters;
  private final JdbcApprovals approvals;
  private final PreviewRetries previews;
  private final SendAgain sendAgain;
  private final Resends resends;
  private final Events events;
  private final AuditEntries audit;
  private final DeskTransactions transactions;
  private final DeadLetterProperties properties;
  private final InstantSource clock;

  DeadLetterDesk(
      JdbcDeadLetters letters,
      JdbcApprovals approvals,
      PreviewRetries previews,
      Resends resends,
      Events events,
      AuditEntries audit,
      DeskTransactions transactions,
      DeadLetterProperties properties,
      InstantSource clock) {
    this.letters = letters;
    this.approvals = approvals;
    this.previews = previews;
    this.sendAgain = new SendAgain(resends);
    this.resends = resends;
    this.events = events;
    this.audit = audit;
    this.transactions = transactions;
    this.properties = properties;
    this.clock = clock;
  }

  /**
   * One with all that is known of it.
   *
   * @param body as it was received
   * @param latestBody what a retry would send
   * @param failures of the same message, oldest first, this one among them
   * @param actions what people did with any of them
   */
  public record Opened(
      DeadLetter letter,
      byte[] body,
      byte[] latestBody,
      List<Revision> revisions,
      List<DeadLetter> failures,
      List<AuditEntry> actions,
      JournalPreview preview) {}

  /** What an edit would change and post; nothing is written. */
  public record EditPreview(EditedBody edit, JournalPreview preview) {}

  /**
   * @param approval number of the approval that it waits for; null if it was sent
   */
  public record Edited(EditedBody edit, @Nullable Long approval) {}

  /** The newest first, a page at a time; {@code before} is exclusive. */
  public List<DeadLetter> list(DeadLetterFilter filter, long before, int limit) {
    return letters.newest(filter, before, bounded(limit));
  }

  /** Those of the messages with these ids, and those about what has these ids; oldest first. */
  public List<DeadLetter> about(Collection<String> ids, int limit) {
    return letters.about(ids, bounded(limit));
  }

  /** The largest first. */
  public List<DeadLetterGroup> groups(DeadLetterFilter filter, int limit) {
    return letters.groups(filter, bounded(limit));
  }

  /** What a retry of all that the filter finds would post; bounded, see {@link RetryValue}. */
  public RetryValue value(DeadLetterFilter filter) {
    return previews.of(letters.ids(filter, properties.bulkMost()));
  }

  /**
   * @throws DeskRefused DLQ-010 if there is none
   */
  public Opened open(long id) {
    WithBody one = withBody(id);
    DeadLetter letter = one.letter();
    List<DeadLetter> failures = letters.failures(letter, MOST);
    return new Opened(
        letter,
        letters.originalBody(id),
        one.body(),
        letters.revisions(id, MOST),
        failures,
        audit.about(failures.stream().map(DeadLetter::subject).toList(), MOST),
        previews.one(letter, one.body()));
  }

  /** Sends one again to where it failed. */
  public void retry(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          move(id, DeadLetterStatus.OPEN, DeadLetterStatus.RETRYING, null);
          sendAgain.retry(List.of(withBody(id)));
          record(
              who,
              "retry-dead-letter",
              id,
              reason,
              DeadLetterStatus.OPEN,
              DeadLetterStatus.RETRYING);
          return id;
        });
  }

  /** What {@link #editAndRetry} would do. */
  public EditPreview previewEdit(long id, byte[] body) {
    WithBody one = withBody(id);
    return new EditPreview(EditedBody.of(one.body(), body), previews.one(one.letter(), body));
  }

  /**
   * Keeps an edited copy and sends it, or asks a second person first if an amount changes. The
   * original stays.
   *
   * @throws DeskRefused DLQ-014 if the edited body changes nothing, is too large or would fail
   *     again
   */
  public Edited editAndRetry(long id, byte[] body, String who, String reason) {
    return transactions.act(
        who,
        reason,
        () -> {
          letters.lock(id);
          WithBody one = withBody(id);
          EditedBody edit = EditedBody.of(one.body(), body);
          checkEdit(one, edit, body);
          boolean asks = edit.changesAmount();
          DeadLetterStatus to =
              asks ? DeadLetterStatus.WAITING_APPROVAL : DeadLetterStatus.RETRYING;
          move(id, DeadLetterStatus.OPEN, to, null);
          Instant now = clock.instant();
          long revision = letters.revise(id, body, edit.diff(), who, now);
          Long approval = null;
          if (asks) {
            Instant expires = now.plus(properties.approvalWithin());
            approval = approvals.ask(id, revision, null, who, reason, now, expires);
          } else {
            sendEdited(id);
          }
          ObjectNode after = DeskTransactions.status(to).put("revision", revision);
          after.set("diff", edit.diff());
          transactions.record(
              who,
              "edit-dead-letter",
              DeadLetter.subject(id),
              reason,
              DeskTransactions.status(DeadLetterStatus.OPEN),
              after);
          return new Edited(edit, approval);
        });
  }

  private void checkEdit(WithBody one, EditedBody edit, byte[] body) {
    if (edit.diff().isEmpty()) {
      throw wrongEdit("the edited message says the same as before. Retry it without an edit");
    }
    if (body.length > Names.LARGEST_BODY_BYTES) {
      throw wrongEdit(
          "the edited message has %d bytes, and %d is the most. Shorten it"
              .formatted(body.length, Names.LARGEST_BODY_BYTES));
    }
    DraftJournals.Draft draft = previews.draft(one.letter(), body);
    Rejected rejected = draft == null ? null : draft.rejected();
    if (rejected != null) {
      throw wrongEdit(
          "the edited message would fail again (%s). Correct it".formatted(rejected.getMessage()));
    }
  }

  private static DeskRefused wrongEdit(String what) {
    return new DeskRefused(Kind.INVALID, "DLQ-014", what + ".");
  }

  /** The edited copy goes to the event store too, so that replays use it. */
  void sendEdited(long id) {
    WithBody one = withBody(id);
    String messageId = one.letter().messageId();
    if (messageId != null) {
      events
          .find(EventFilter.ALL.withMessageIds(List.of(messageId)), 0, Long.MAX_VALUE, Events.MOST)
          .stream()
          .filter(event -> event.revisionOf() == null)
          .filter(event -> event.routingKey().equals(one.letter().routingKey()))
          .findFirst()
          .map(StoredEvent::id)
          .ifPresent(event -> events.revise(event, one.body()));
    }
    sendAgain.retry(List.of(one));
  }

  /** Nobody needs it; {@link #undoDiscard} takes that back within {@code undo-within}. */
  public void discard(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          Instant until = clock.instant().plus(properties.undoWithin());
          move(id, DeadLetterStatus.OPEN, DeadLetterStatus.DISCARDED, until);
          record(
              who,
              "discard-dead-letter",
              id,
              reason,
              DeadLetterStatus.OPEN,
              DeadLetterStatus.DISCARDED);
          return id;
        });
  }

  /**
   * @throws DeskRefused DLQ-013 if it was discarded too long ago
   */
  public void undoDiscard(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          DeadLetter letter = letters.lock(id);
          Instant until = letter.undoUntil();
          if (until != null && !clock.instant().isBefore(until)) {
            throw new DeskRefused(
                Kind.CONFLICT,
                "DLQ-013",
                "dead letter %d could be taken back until %s (hub.dead-letters.undo-within). Its body is still here: send it in anew if it is needed."
                    .formatted(id, until));
          }
          move(id, DeadLetterStatus.DISCARDED, DeadLetterStatus.OPEN, null);
          record(
              who,
              "undo-discard-dead-letter",
              id,
              reason,
              DeadLetterStatus.DISCARDED,
              DeadLetterStatus.OPEN);
          return id;
        });
  }

  /** Takes back a retry that does not end, for example because somebody emptied the queue. */
  public void reopen(long id, String who, String reason) {
    transactions.act(
        who,
        reason,
        () -> {
          move(id, DeadLetterStatus.RETRYING, DeadLetterStatus.OPEN, null);
          resends.withdraw(DeadLetter.subject(id));
          record(
              who,
              "reopen-dead-letter",
              id,
              reason,
              DeadLetterStatus.RETRYING,
              DeadLetterStatus.OPEN);
          return id;
        });
  }

  /**
   * Sends it to another queue, which is not followed.
   *
   * @throws DeskRefused DLQ-015 if the queue is not among {@code hub.dead-letters.redirect-queues}
   */
  public void redirect(long id, String queue, String who, String reason) {
    if (!properties.redirectQueues().contains(queue)) {
      throw new DeskRefused(
          Kind.FORBIDDEN,
          "DLQ-015",
          "nothing may be redirected to '%s'. Allowed are %s; hub.dead-letters.redirect-queues names them."
              .formatted(queue, properties.redirectQueues()));
    }
    transactions.act(
        who,
        reason,
        () -> {
          move(id, DeadLetterStatus.OPEN, DeadLetterStatus.REDIRECTED, null);
          sendAgain.redirect(withBody(id), queue);
          transactions.record(
              who,
              "redirect-dead-letter",
              DeadLetter.subject(id),
              reason,
              DeskTransactions.status(DeadLetterStatus.OPEN),
              DeskTransactions.status(DeadLetterStatus.REDIRECTED).put("queue", queue));
          return id;
        });
  }

  public List<String> redirectQueues() {
    return properties.redirectQueues();
  }

  void move(long id, DeadLetterStatus from, DeadLetterStatus to, @Nullable Instant undoUntil) {
    DeadLetter letter = letters.lock(id);
    if (letters.change(List.of(id), from, to, clock.instant(), undoUntil) == 0) {
      throw new DeskRefused(
          Kind.CONFLICT,
          "DLQ-012",
          "dead letter %d is %s since %s, and only one that is %s can become %s. Look at it again."
              .formatted(id, letter.status(), letter.changedAt(), from, to));
    }
  }

  private WithBody withBody(long id) {
    return letters.withBodies(List.of(id)).stream()
        .findFirst()
        .orElseThrow(() -> DeskRefused.unknown("dead letter", id));
  }

  private void record(
      String who,
      String action,
      long id,
      String reason,
      DeadLetterStatus from,
      DeadLetterStatus to) {
    transactions.record(
        who,
        action,
        DeadLetter.subject(id),
        reason,
        DeskTransactions.status(from),
        DeskTransactions.status(to));
  }

  private static int bounded(int limit) {
    return Math.max(1, Math.min(limit, MOST));
  }
}
