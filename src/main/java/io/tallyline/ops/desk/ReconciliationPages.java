package io.tallyline.ops.desk;

import io.tallyline.ops.security.HttpProperties;
import io.tallyline.reconcile.Kind;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.reconcile.Reconciliation;
import io.tallyline.reconcile.Reconciliation.Difference;
import io.tallyline.reconcile.Reconciliation.ItemTotal;
import io.tallyline.replay.By;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /desk/reconciliations}: whether the books agree with the events. */
@Controller
final class ReconciliationPages implements DeskPage {
  private static final String PATH = "/desk/reconciliations";
  private static final int ROWS = 50;
  private static final Duration DAY = Duration.ofDays(1);

  private final ReconcileLedger reconciliations;
  private final HttpProperties http;
  private final InstantSource clock;

  ReconciliationPages(ReconcileLedger reconciliations, HttpProperties http, InstantSource clock) {
    this.reconciliations = reconciliations;
    this.http = http;
    this.clock = clock;
  }

  @GetMapping(PATH)
  String list(@RequestParam(defaultValue = "9223372036854775807") long before, Screen screen) {
    int rows = http.pageSize(ROWS);
    List<Reconciliation> found = reconciliations.list(before, rows);
    Instant now = clock.instant();
    screen.put("reconciliations", found).put("from", now.minus(DAY)).put("to", now.plusSeconds(1));
    if (found.size() == rows) {
      screen.put("next", PATH + "?before=" + found.get(rows - 1).id());
    }
    return "desk/reconciliations";
  }

  @PostMapping(PATH)
  String run(
      @RequestParam(defaultValue = "") String from,
      @RequestParam(defaultValue = "") String to,
      @RequestParam(defaultValue = "") String why,
      Screen screen) {
    return screen.act(
        () -> {
          long id = reconciliations.start(given("from", from), given("to", to), by(screen, why));
          return Done.RECONCILING.at(PATH + "/" + id);
        },
        () -> list(Long.MAX_VALUE, screen));
  }

  private static By by(Screen screen, String why) {
    return new By(screen.who(), why);
  }

  private static Instant given(String what, String text) {
    Instant at = Screen.time(text);
    if (at == null) {
      throw new IllegalArgumentException("The window needs a time for '%s'.".formatted(what));
    }
    return at;
  }

  @GetMapping(PATH + "/{id}")
  String one(
      @PathVariable long id,
      @RequestParam(required = false) @Nullable String kind,
      @RequestParam(defaultValue = "0") long after,
      @RequestParam(defaultValue = "0") int offset,
      Screen screen) {
    Reconciliation found = reconciliations.one(id);
    int rows = http.pageSize(ROWS);
    List<Difference> differences =
        reconciliations.differences(
            id, Screen.given(kind) == null ? null : Kind.of(kind), after, rows);
    List<ItemTotal> items = reconciliations.items(id, offset, rows);
    screen
        .put("reconciliation", found)
        .put("kinds", Kind.values())
        .put("missing", found.differences().getOrDefault(Kind.EVENT_MISSING, 0L))
        .put("differences", differences)
        .put("accounts", reconciliations.accounts(id))
        .put("items", items)
        .refreshWhile(found.status().equals("running"));
    if (differences.size() == rows) {
      String of = Screen.given(kind) == null ? "" : "&kind=" + Kind.of(kind).text();
      screen.put("next", PATH + "/" + id + "?after=" + differences.get(rows - 1).no() + of);
    }
    if (items.size() == rows) {
      screen.put("nextItems", PATH + "/" + id + "?offset=" + (offset + rows));
    }
    return "desk/reconciliation";
  }

  @PostMapping(PATH + "/{id}/replay-missing")
  String replayMissing(
      @PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return screen.act(
        () ->
            Done.REPLAY_PLANNED.at(
                "/desk/replays/" + reconciliations.replayMissing(id, 0, by(screen, why)).replay()),
        () -> one(id, null, 0, 0, screen));
  }
}
