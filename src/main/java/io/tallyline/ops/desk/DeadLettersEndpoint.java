package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.deadletter.DeadLetterGroup;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.deadletter.RetryValue;
import io.tallyline.ops.security.HttpProperties;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/dead-letters}: what gave up, and what people do about it, one by one. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
final class DeadLettersEndpoint {
  private static final String LARGEST_PAGE = "1000";

  private final DeadLetterDesk desk;
  private final HttpProperties http;

  DeadLettersEndpoint(DeadLetterDesk desk, HttpProperties http) {
    this.desk = desk;
    this.http = http;
  }

  /** Why it is done. */
  public record Why(@Nullable String reason) {}

  /**
   * @param queue one of the setting hub.dead-letters.redirect-queues
   */
  public record Redirect(@Nullable String queue, @Nullable String reason) {}

  /**
   * An edited body, in one of two forms.
   *
   * @param reason not needed for a preview
   */
  public record Edit(@Nullable String body, @Nullable String bodyBase64, @Nullable String reason) {
    byte[] bytes() {
      if (bodyBase64 == null) {
        return Given.field("body", body).getBytes(StandardCharsets.UTF_8);
      }
      return Base64.getDecoder().decode(bodyBase64);
    }
  }

  /**
   * @param value what a retry of the whole group would post, if it was asked for
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Group(
      String queue,
      String reason,
      String code,
      String name,
      long letters,
      Instant firstFailedAt,
      Instant lastFailedAt,
      @Nullable RetryValue value) {}

  /**
   * What an edit would change and post.
   *
   * @param diff array of {@code {pointer, before, after}}
   * @param changesAmount so that a second person has to agree
   */
  public record EditShown(JsonNode diff, boolean changesAmount, ShownPreview preview) {}

  /**
   * @param approval number of the approval that it waits for; left out if it was sent
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Done(ShownDeadLetter letter, @Nullable JsonNode diff, @Nullable Long approval) {}

  @Operation(
      summary = "Dead letters, the newest first",
      description =
          "Every condition that is given must hold. Without status only those that are OPEN;"
              + " all=true for all. Text is looked for in the error, the body and the ids.")
  @GetMapping("/api/dead-letters")
  Page<ShownDeadLetter> list(
      @RequestParam(required = false, defaultValue = "OPEN") List<DeadLetterStatus> status,
      @RequestParam(required = false, defaultValue = "false") boolean all,
      @RequestParam(required = false) @Nullable String queue,
      @RequestParam(required = false) @Nullable String reason,
      @RequestParam(required = false) @Nullable String code,
      @RequestParam(required = false) @Nullable String name,
      @RequestParam(required = false) @Nullable String text,
      @RequestParam(required = false) @Nullable Instant from,
      @RequestParam(required = false) @Nullable Instant to,
      @RequestParam(required = false) @Nullable Long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    var filter =
        new DeadLetterFilter(all ? List.of() : status, queue, reason, code, name, text, from, to);
    int size = Math.min(http.pageSize(limit), DeadLetterDesk.MOST);
    return NextPage.of(
        desk.list(filter, cursor == null ? Long.MAX_VALUE : cursor, size),
        size,
        DeadLetter::id,
        ShownDeadLetter::of);
  }

  @Operation(
      summary = "Open dead letters by queue, reason, code and event, the largest group first",
      description =
          "With value=true each has the sum of what its retry would post, per account; that reads"
              + " the messages, up to hub.dead-letters.preview-most of each group.")
  @GetMapping("/api/dead-letters/groups")
  Page<Group> groups(
      @RequestParam(required = false) @Nullable String queue,
      @RequestParam(required = false) @Nullable String reason,
      @RequestParam(required = false) @Nullable String code,
      @RequestParam(required = false) @Nullable String name,
      @RequestParam(required = false, defaultValue = "false") boolean value,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    var filter =
        new DeadLetterFilter(
            List.of(DeadLetterStatus.OPEN), queue, reason, code, name, null, null, null);
    return new Page<>(
        desk.groups(filter, http.pageSize(limit)).stream()
            .map(group -> shown(group, value))
            .toList(),
        null);
  }

  private Group shown(DeadLetterGroup group, boolean value) {
    return new Group(
        group.queue(),
        group.reason(),
        group.code(),
        group.name(),
        group.letters(),
        group.firstFailedAt(),
        group.lastFailedAt(),
        value
            ? desk.value(
                DeadLetterFilter.group(group.queue(), group.reason(), group.code(), group.name()))
            : null);
  }

  @Operation(summary = "One dead letter with body, history, actions and the journal of a retry")
  @GetMapping("/api/dead-letters/{id}")
  ShownDeadLetter.Whole one(@PathVariable long id) {
    return ShownDeadLetter.Whole.of(desk.open(id));
  }

  @Operation(summary = "Send it again to where it failed")
  @PostMapping("/api/dead-letters/{id}/retry")
  Done retry(@PathVariable long id, @RequestBody Why why, Principal who) {
    desk.retry(id, who.getName(), Given.reason(why.reason()));
    return done(id);
  }

  @Operation(summary = "What an edit would change and post; nothing is written")
  @PostMapping("/api/dead-letters/{id}/preview-edit")
  EditShown previewEdit(@PathVariable long id, @RequestBody Edit edit) {
    DeadLetterDesk.EditPreview preview = desk.previewEdit(id, edit.bytes());
    return new EditShown(
        preview.edit().diff(), preview.edit().changesAmount(), ShownPreview.of(preview.preview()));
  }

  @Operation(
      summary = "Keep an edited copy and send that",
      description = "If an amount changes, it waits until a second person agrees.")
  @PostMapping("/api/dead-letters/{id}/edit")
  Done edit(@PathVariable long id, @RequestBody Edit edit, Principal who) {
    String reason = Given.reason(edit.reason());
    DeadLetterDesk.Edited edited = desk.editAndRetry(id, edit.bytes(), who.getName(), reason);
    return new Done(
        ShownDeadLetter.of(desk.open(id).letter()), edited.edit().diff(), edited.approval());
  }

  @Operation(summary = "Nobody needs it; can be undone for a while")
  @PostMapping("/api/dead-letters/{id}/discard")
  Done discard(@PathVariable long id, @RequestBody Why why, Principal who) {
    desk.discard(id, who.getName(), Given.reason(why.reason()));
    return done(id);
  }

  @Operation(summary = "Take a discarded one back")
  @PostMapping("/api/dead-letters/{id}/undo-discard")
  Done undoDiscard(@PathVariable long id, @RequestBody Why why, Principal who) {
    desk.undoDiscard(id, who.getName(), Given.reason(why.reason()));
    return done(id);
  }

  @Operation(summary = "Take back a retry that does not end")
  @PostMapping("/api/dead-letters/{id}/reopen")
  Done reopen(@PathVariable long id, @RequestBody Why why, Principal who) {
    desk.reopen(id, who.getName(), Given.reason(why.reason()));
    return done(id);
  }

  @Operation(summary = "Send it to another of the allowed queues")
  @PostMapping("/api/dead-letters/{id}/redirect")
  Done redirect(@PathVariable long id, @RequestBody Redirect redirect, Principal who) {
    String reason = Given.reason(redirect.reason());
    desk.redirect(id, Given.text("queue", redirect.queue()), who.getName(), reason);
    return done(id);
  }

  private Done done(long id) {
    return new Done(ShownDeadLetter.of(desk.open(id).letter()), null, null);
  }
}
