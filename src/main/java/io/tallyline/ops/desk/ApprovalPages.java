package io.tallyline.ops.desk;

import io.tallyline.deadletter.Approvals;
import io.tallyline.ops.security.HttpProperties;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /desk/approvals}: what waits for a second person. */
@Controller
final class ApprovalPages implements DeskPage {
  private static final String PATH = "/desk/approvals";
  private static final int ROWS = 100;

  private final Approvals approvals;
  private final HttpProperties http;

  ApprovalPages(Approvals approvals, HttpProperties http) {
    this.approvals = approvals;
    this.http = http;
  }

  @GetMapping(PATH)
  String list(Screen screen) {
    screen.put("approvals", approvals.pending(http.pageSize(ROWS)));
    return "desk/approvals";
  }

  @PostMapping(PATH + "/{id}/approve")
  String approve(
      @PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return screen.act(
        () -> {
          approvals.approve(id, screen.who(), why);
          return Done.APPROVED.at(PATH);
        },
        () -> list(screen));
  }

  @PostMapping(PATH + "/{id}/reject")
  String reject(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return screen.act(
        () -> {
          approvals.reject(id, screen.who(), why);
          return Done.REJECTED.at(PATH);
        },
        () -> list(screen));
  }
}
