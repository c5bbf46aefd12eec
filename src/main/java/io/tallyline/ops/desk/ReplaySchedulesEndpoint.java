package io.tallyline.ops.desk;

import com.fasterxml.jackson.databind.JsonNode;
import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.ops.desk.ReplaysEndpoint.Why;
import io.tallyline.replay.By;
import io.tallyline.replay.ReplaySchedules;
import java.security.Principal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/replay-schedules}: replays that come again. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
final class ReplaySchedulesEndpoint {
  private final ReplaySchedules schedules;

  ReplaySchedulesEndpoint(ReplaySchedules schedules) {
    this.schedules = schedules;
  }

  /**
   * @param cron second minute hour day-of-month month day-of-week, as Quartz has it
   * @param zone for example Europe/Berlin; left out for UTC
   * @param selection as for a replay
   */
  public record Create(
      @Nullable String name,
      @Nullable String cron,
      @Nullable String zone,
      @Nullable String queue,
      @Nullable JsonNode selection,
      @Nullable Integer eventsPerSecond,
      @Nullable String reason) {}

  /**
   * @param nextTicks the next few; empty while it is paused
   */
  public record Shown(
      String name,
      String cron,
      String zone,
      String queue,
      JsonNode selection,
      int eventsPerSecond,
      boolean paused,
      String createdBy,
      String reason,
      Instant createdAt,
      List<Instant> nextTicks) {
    static Shown of(ReplaySchedules.Schedule schedule) {
      return new Shown(
          schedule.name(),
          schedule.cron(),
          schedule.zone().getId(),
          schedule.queue(),
          schedule.selection().toJson(),
          schedule.eventsPerSecond(),
          schedule.paused(),
          schedule.createdBy(),
          schedule.reason(),
          schedule.createdAt(),
          schedule.nextTicks());
    }
  }

  /** A schedule that is no more. */
  public record Deleted(String name) {}

  @Operation(summary = "Make a schedule; one run of it at a time, on however many hubs")
  @PostMapping("/api/replay-schedules")
  Shown create(@RequestBody Create create, Principal who) {
    By by = new Why(create.reason()).by(who);
    return Shown.of(
        schedules.create(
            Given.text("name", create.name()),
            Given.text("cron", create.cron()),
            zone(create.zone()),
            ReplaysEndpoint.request(
                new ReplaysEndpoint.Plan(
                    create.queue(), create.selection(), create.eventsPerSecond(), null, null)),
            by));
  }

  private static ZoneId zone(@Nullable String zone) {
    try {
      return ZoneId.of(zone == null ? "UTC" : zone);
    } catch (DateTimeException unknown) {
      throw new IllegalArgumentException(
          "OPS-242 '%s' is no time zone; one looks like Europe/Berlin or UTC.".formatted(zone));
    }
  }

  @Operation(summary = "All schedules by name, with their next ticks")
  @GetMapping("/api/replay-schedules")
  Page<Shown> list() {
    return new Page<>(schedules.list().stream().map(Shown::of).toList(), null);
  }

  @Operation(summary = "One schedule")
  @GetMapping("/api/replay-schedules/{name}")
  Shown one(@PathVariable String name) {
    return Shown.of(schedules.one(name));
  }

  @Operation(summary = "No further runs until it is resumed")
  @PostMapping("/api/replay-schedules/{name}/pause")
  Shown pause(@PathVariable String name, @RequestBody Why why, Principal who) {
    schedules.pause(name, why.by(who));
    return one(name);
  }

  @Operation(summary = "Let it run again")
  @PostMapping("/api/replay-schedules/{name}/resume")
  Shown resume(@PathVariable String name, @RequestBody Why why, Principal who) {
    schedules.resume(name, why.by(who));
    return one(name);
  }

  @Operation(summary = "End it; its runs stay listed")
  @PostMapping("/api/replay-schedules/{name}/delete")
  Deleted delete(@PathVariable String name, @RequestBody Why why, Principal who) {
    schedules.delete(name, why.by(who));
    return new Deleted(name);
  }
}
