package io.tallyline.ops.desk;

import io.tallyline.deadletter.Approvals;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.ops.alerts.CurrentAlerts;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.replay.Replay;
import io.tallyline.replay.Replays;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** {@code /desk}: what waits for somebody, and the style of all pages. */
@Controller
final class HomePages implements DeskPage {
  private static final int FEW = 8;

  private final DeadLetterDesk letters;
  private final Approvals approvals;
  private final Replays replays;
  private final ReconcileLedger reconciliations;
  private final ObjectProvider<CurrentAlerts> alerts;
  private final String style = style();

  HomePages(
      DeadLetterDesk letters,
      Approvals approvals,
      Replays replays,
      ReconcileLedger reconciliations,
      ObjectProvider<CurrentAlerts> alerts) {
    this.letters = letters;
    this.approvals = approvals;
    this.replays = replays;
    this.reconciliations = reconciliations;
    this.alerts = alerts;
  }

  @GetMapping("/desk")
  String home(Screen screen) {
    screen
        .put("groups", letters.groups(DeadLetterFilter.OPEN, FEW))
        .put("approvals", approvals.pending(FEW))
        .put("replays", replays.list(Replay.Status.RUNNING, null, Long.MAX_VALUE, FEW))
        .put(
            "reconciliation",
            reconciliations.list(Long.MAX_VALUE, 1).stream().findFirst().orElse(null));
    CurrentAlerts current = alerts.getIfAvailable();
    screen.put("alerts", current == null ? null : current.report());
    return "desk/home";
  }

  @GetMapping("/desk/desk.css")
  ResponseEntity<String> stylesheet() {
    return ResponseEntity.ok()
        .contentType(new MediaType("text", "css", StandardCharsets.UTF_8))
        .body(style);
  }

  private static String style() {
    try (InputStream found = HomePages.class.getResourceAsStream("/templates/desk/desk.css")) {
      if (found == null) {
        throw new IllegalStateException("the jar lacks templates/desk/desk.css");
      }
      return new String(found.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}
