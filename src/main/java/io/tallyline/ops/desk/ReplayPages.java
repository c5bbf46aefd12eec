package io.tallyline.ops.desk;

import io.tallyline.ops.security.HttpProperties;
import io.tallyline.replay.By;
import io.tallyline.replay.PreviewReplays;
import io.tallyline.replay.Replay;
import io.tallyline.replay.ReplaySchedules;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Schedules;
import io.tallyline.replay.Selection;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /desk/replays}: the list, a new one with its dry run, one, and schedules. */
@Controller
final class ReplayPages implements DeskPage {
  private static final String PATH = "/desk/replays";
  private static final int ROWS = 50;
  private static final int FIRST_ITEMS = 20;
  private static final int TICKS = 5;

  private final Replays replays;
  private final ReplaySchedules schedules;
  private final PreviewReplays previews;
  private final HttpProperties http;
  private final InstantSource clock;

  ReplayPages(
      Replays replays,
      ReplaySchedules schedules,
      PreviewReplays previews,
      HttpProperties http,
      InstantSource clock) {
    this.replays = replays;
    this.schedules = schedules;
    this.previews = previews;
    this.http = http;
    this.clock = clock;
  }

  @GetMapping(PATH)
  String list(@RequestParam(defaultValue = "9223372036854775807") long before, Screen screen) {
    int rows = http.pageSize(ROWS);
    List<Replay> found = replays.list(null, null, before, rows);
    screen.put("replays", found).put("schedules", schedules.list());
    if (found.size() == rows) {
      screen.put("next", PATH + "?before=" + found.get(rows - 1).id());
    }
    return "desk/replays";
  }

  @GetMapping(PATH + "/new")
  String form(@RequestParam Map<String, String> form, Screen screen) {
    screen.put("form", form).put("queues", replays.consumers());
    return "desk/replay-new";
  }

  /** Reads and writes nothing, so that whoever may look may try. */
  @GetMapping(PATH + "/dry-run")
  String dryRun(@RequestParam Map<String, String> form, Screen screen) {
    form(form, screen);
    screen.attempt(() -> preview(form, screen));
    return "desk/replay-new";
  }

  private void preview(Map<String, String> form, Screen screen) {
    Replays.Request request = request(form);
    Instant now = clock.instant();
    String cron = Screen.given(form.get("cron"));
    if (cron != null) {
      screen.put("ticks", Schedules.ticks(cron, zone(form), now, TICKS)).put("zone", zone(form));
    }
    screen
        .put("items", previews.page(request.queue(), request.selection(), now, 0, FIRST_ITEMS))
        .put("summary", previews.summarize(request.queue(), request.selection(), now));
  }

  private static Replays.Request request(Map<String, String> form) {
    String last = Screen.given(form.get("last"));
    Selection selection =
        new Selection(
            EventPages.several(form.get("names")),
            EventPages.numbers(form.get("versions")),
            EventPages.several(form.get("aggregates")),
            EventPages.several(form.get("correlations")),
            EventPages.several(form.get("messages")),
            Screen.time(form.get("from")),
            Screen.time(form.get("to")),
            last == null ? null : duration(last),
            form.containsKey("without"));
    return new Replays.Request(
        String.valueOf(form.get("queue")),
        selection,
        rate(Screen.given(form.get("rate"))),
        Screen.time(form.get("start")));
  }

  private static Duration duration(String last) {
    try {
      return Duration.parse(last);
    } catch (DateTimeException wrong) {
      throw new IllegalArgumentException(
          "'%s' is no duration; write it as PT1H or P1D.".formatted(last), wrong);
    }
  }

  private static int rate(@Nullable String rate) {
    try {
      return rate == null ? 0 : Integer.parseInt(rate);
    } catch (NumberFormatException wrong) {
      throw new IllegalArgumentException(
          "'%s' is no rate; it is a number of events per second.".formatted(rate), wrong);
    }
  }

  private static ZoneId zone(Map<String, String> form) {
    String zone = Screen.given(form.get("zone"));
    try {
      return ZoneId.of(zone == null ? "UTC" : zone);
    } catch (DateTimeException wrong) {
      throw new IllegalArgumentException(
          "'%s' is no time zone; write it as Europe/Berlin or UTC.".formatted(zone), wrong);
    }
  }

  @PostMapping(PATH)
  String plan(@RequestParam Map<String, String> form, Screen screen) {
    return screen.act(
        () -> {
          By by = by(screen, form.getOrDefault("why", ""));
          String cron = Screen.given(form.get("cron"));
          if (cron == null) {
            return Done.REPLAY_PLANNED.at(PATH + "/" + replays.plan(request(form), by));
          }
          String name = form.getOrDefault("schedule", "").strip();
          schedules.create(name, cron, zone(form), request(form), by);
          return Done.SCHEDULED.at(PATH);
        },
        () -> {
          form(form, screen);
          return "desk/replay-new";
        });
  }

  private static By by(Screen screen, String why) {
    return new By(screen.who(), why);
  }

  /**
   * @param hold whether the page stands still, so that somebody can fill in a form
   */
  @GetMapping(PATH + "/{id}")
  String one(
      @PathVariable long id, @RequestParam(defaultValue = "false") boolean hold, Screen screen) {
    Replay replay = replays.one(id);
    screen
        .put("replay", replay)
        .put("selection", IndentedJson.of(replay.selection().toJson().toString(), 10_000))
        .refreshWhile(
            !hold
                && (replay.status() == Replay.Status.RUNNING
                    || replay.status() == Replay.Status.PLANNED
                        && !replay.startAt().isAfter(clock.instant())));
    return "desk/replay";
  }

  @PostMapping(PATH + "/{id}/pause")
  String pause(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return change(id, Done.PAUSED, () -> replays.pause(id, by(screen, why)), screen);
  }

  @PostMapping(PATH + "/{id}/resume")
  String resume(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return change(id, Done.RESUMED, () -> replays.resume(id, by(screen, why)), screen);
  }

  @PostMapping(PATH + "/{id}/cancel")
  String cancel(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return change(id, Done.CANCELLED, () -> replays.cancel(id, by(screen, why)), screen);
  }

  private String change(long id, Done done, Runnable action, Screen screen) {
    return screen.act(
        () -> {
          action.run();
          return done.at(PATH + "/" + id);
        },
        () -> one(id, true, screen));
  }

  /**
   * @param what pause, resume or delete
   */
  @PostMapping(PATH + "/schedules/{name}")
  String schedule(
      @PathVariable String name,
      @RequestParam(defaultValue = "") String what,
      @RequestParam(defaultValue = "") String why,
      Screen screen) {
    return screen.act(
        () -> {
          By by = by(screen, why);
          switch (what) {
            case "pause" -> schedules.pause(name, by);
            case "resume" -> schedules.resume(name, by);
            case "delete" -> schedules.delete(name, by);
            default -> throw new IllegalArgumentException("Choose what is to be done.");
          }
          Done done =
              what.equals("pause")
                  ? Done.PAUSED
                  : what.equals("resume") ? Done.RESUMED : Done.DELETED;
          return done.at(PATH);
        },
        () -> list(Long.MAX_VALUE, screen));
  }
}
