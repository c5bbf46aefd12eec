package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.ops.security.HttpProperties;
import io.tallyline.replay.By;
import io.tallyline.replay.PreviewReplays;
import io.tallyline.replay.Replay;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Selection;
import java.security.Principal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/replays}: stored events sent again to one consumer, after a dry run. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
final class ReplaysEndpoint {
  private static final String LARGEST_PAGE = "1000";
  private static final int LARGEST_PREVIEW = 200;

  private final Replays replays;
  private final PreviewReplays previews;
  private final HttpProperties http;
  private final InstantSource clock;

  ReplaysEndpoint(
      Replays replays, PreviewReplays previews, HttpProperties http, InstantSource clock) {
    this.replays = replays;
    this.previews = previews;
    this.http = http;
    this.clock = clock;
  }

  /**
   * @param queue one of the setting hub.replay.consumers
   * @param selection conditions names, versions, aggregateIds, correlationIds, messageIds, from,
   *     to, last, withoutJournal; {@code {}} for everything that the consumer handles
   * @param eventsPerSecond left out for the setting
   * @param startAt left out for now
   */
  public record Plan(
      @Nullable String queue,
      @Nullable JsonNode selection,
      @Nullable Integer eventsPerSecond,
      @Nullable Instant startAt,
      @Nullable String reason) {}

  /** What a dry run looks at; as for {@link Plan}. */
  public record DryRun(@Nullable String queue, @Nullable JsonNode selection) {
    Selection selected() {
      return Selection.of(Given.field("selection", selection));
    }
  }

  /** Why it is done. */
  public record Why(@Nullable String reason) {
    By by(Principal who) {
      return new By(who.getName(), Given.reason(reason));
    }
  }

  /**
   * How far it is, in events.
   *
   * @param endsAbout estimate; only while it runs
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Progress(
      long selected,
      long put,
      long skipped,
      long waiting,
      long withdrawn,
      long sent,
      long remaining,
      @Nullable Instant endsAbout) {
    static Progress of(Replay.Progress progress) {
      return new Progress(
          progress.selected(),
          progress.put(),
          progress.skipped(),
          progress.waiting(),
          progress.withdrawn(),
          progress.sent(),
          progress.remaining(),
          progress.endsAbout());
    }
  }

  /**
   * @param status planned, running, paused, done, cancelled or failed
   * @param mark header hub-mark of its messages
   * @param error why it failed, or what keeps it from going on
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Shown(
      long id,
      String status,
      @Nullable String schedule,
      String queue,
      JsonNode selection,
      int eventsPerSecond,
      Instant startAt,
      String createdBy,
      String reason,
      Instant createdAt,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      String mark,
      Progress progress,
      @Nullable String error) {
    static Shown of(Replay replay) {
      return new Shown(
          replay.id(),
          replay.status().text(),
          replay.schedule(),
          replay.queue(),
          replay.selection().toJson(),
          replay.eventsPerSecond(),
          replay.startAt(),
          replay.createdBy(),
          replay.reason(),
          replay.createdAt(),
          replay.startedAt(),
          replay.endedAt(),
          replay.mark(),
          Progress.of(replay.progress()),
          replay.error());
    }
  }

  @Operation(
      summary = "What a replay would do, counted; nothing is sent",
      description =
          "Looks at up to hub.replay.dry-run-most events; cut says whether there are more.")
  @PostMapping("/api/replays/preview")
  PreviewReplays.Summary preview(@RequestBody DryRun dryRun) {
    return previews.summarize(
        Given.text("queue", dryRun.queue()), dryRun.selected(), clock.instant());
  }

  @Operation(
      summary = "The same, event by event, with where a journal would differ",
      description = "The path of the next page takes the same body.")
  @PostMapping("/api/replays/preview/items")
  Page<PreviewReplays.Item> previewItems(
      @RequestBody DryRun dryRun,
      @RequestParam(required = false, defaultValue = "0") long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    int size = Math.min(http.pageSize(limit), LARGEST_PREVIEW);
    String queue = Given.text("queue", dryRun.queue());
    return NextPage.of(
        previews.page(queue, dryRun.selected(), clock.instant(), cursor, size),
        size,
        PreviewReplays.Item::place,
        item -> item);
  }

  @Operation(summary = "Plan a replay, for now or a time; it begins by itself")
  @PostMapping("/api/replays")
  Shown plan(@RequestBody Plan plan, Principal who) {
    By by = new Why(plan.reason()).by(who);
    return Shown.of(replays.one(replays.plan(request(plan), by)));
  }

  static Replays.Request request(Plan plan) {
    return new Replays.Request(
        Given.text("queue", plan.queue()),
        Selection.of(Given.field("selection", plan.selection())),
        plan.eventsPerSecond() == null ? 0 : plan.eventsPerSecond(),
        plan.startAt());
  }

  @Operation(summary = "Replays, the newest first")
  @GetMapping("/api/replays")
  Page<Shown> list(
      @RequestParam(required = false) @Nullable String status,
      @RequestParam(required = false) @Nullable String schedule,
      @RequestParam(required = false) @Nullable Long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    int size = Math.min(http.pageSize(limit), Replays.MOST);
    return NextPage.of(
        replays.list(
            status == null ? null : status(status),
            schedule,
            cursor == null ? Long.MAX_VALUE : cursor,
            size),
        size,
        Replay::id,
        Shown::of);
  }

  private static Replay.Status status(String text) {
    return Arrays.stream(Replay.Status.values())
        .filter(status -> status.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "OPS-242 '%s' is no status of a replay; there are %s."
                        .formatted(
                            text,
                            String.join(
                                ", ",
                                Arrays.stream(Replay.Status.values())
                                    .map(Replay.Status::text)
                                    .toList()))));
  }

  @Operation(summary = "One replay and how far it is")
  @GetMapping("/api/replays/{id}")
  Shown one(@PathVariable long id) {
    return Shown.of(replays.one(id));
  }

  @Operation(summary = "Pause it; what is in line already still goes out")
  @PostMapping("/api/replays/{id}/pause")
  Shown pause(@PathVariable long id, @RequestBody Why why, Principal who) {
    replays.pause(id, why.by(who));
    return one(id);
  }

  @Operation(summary = "Let a paused one go on")
  @PostMapping("/api/replays/{id}/resume")
  Shown resume(@PathVariable long id, @RequestBody Why why, Principal who) {
    replays.resume(id, why.by(who));
    return one(id);
  }

  @Operation(summary = "End it, and take back what is in line")
  @PostMapping("/api/replays/{id}/cancel")
  Shown cancel(@PathVariable long id, @RequestBody Why why, Principal who) {
    replays.cancel(id, why.by(who));
    return one(id);
  }
}
