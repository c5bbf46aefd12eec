package io.tallyline.ops.desk;

import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.AuditEntry;
import io.tallyline.audit.AuditHead;
import io.tallyline.audit.VerifyAudit;
import io.tallyline.ops.security.HttpProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /desk/audit}: who did what and why, and whether all of it is still there. */
@Controller
final class AuditPages implements DeskPage {
  private static final String PATH = "/desk/audit";
  private static final int ROWS = 100;

  private final AuditEntries entries;
  private final VerifyAudit verify;
  private final HttpProperties http;

  AuditPages(AuditEntries entries, VerifyAudit verify, HttpProperties http) {
    this.entries = entries;
    this.verify = verify;
    this.http = http;
  }

  @GetMapping(PATH)
  String list(
      @RequestParam(defaultValue = "9223372036854775807") long before,
      @RequestParam(defaultValue = "") String subject,
      Screen screen) {
    int rows = http.pageSize(ROWS);
    String about = subject.strip();
    List<AuditEntry> found =
        about.isEmpty() ? entries.newest(before, rows) : entries.about(List.of(about), rows);
    screen.put("entries", found).put("subject", about);
    if (about.isEmpty() && found.size() == rows) {
      screen.put("next", PATH + "?before=" + found.get(rows - 1).number());
    }
    return "desk/audit";
  }

  /**
   * @param head that was logged or written down, so that a cut tail is seen
   */
  @GetMapping(PATH + "/verify")
  String verify(@RequestParam(required = false) @Nullable String head, Screen screen) {
    list(Long.MAX_VALUE, "", screen);
    screen.put("head", head);
    screen.attempt(
        () ->
            screen.put(
                "verified",
                verify.verify(Screen.given(head) == null ? null : AuditHead.parse(head))));
    return "desk/audit";
  }
}
