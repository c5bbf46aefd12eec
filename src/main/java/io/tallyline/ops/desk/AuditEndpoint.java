package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.AuditEntry;
import io.tallyline.audit.AuditHead;
import io.tallyline.audit.VerifyAudit;
import io.tallyline.ops.security.HttpProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/audit}: who did what, and whether that record is whole. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
final class AuditEndpoint {
  private static final String LARGEST_PAGE = "1000";

  private final AuditEntries entries;
  private final VerifyAudit verify;
  private final HttpProperties http;

  AuditEndpoint(AuditEntries entries, VerifyAudit verify, HttpProperties http) {
    this.entries = entries;
    this.verify = verify;
    this.http = http;
  }

  /**
   * @param head {@code <number>:<hash>} from a line 'Audit head' of the log; left out if there is
   *     none, and then a cut tail is not seen
   */
  public record Known(@Nullable String head) {}

  /**
   * @param head the newest entry's {@code <number>:<hash>}
   * @param broken places in the order of their numbers; the first thousand
   * @param brokenPlaces how many there are in all
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Verified(
      boolean whole,
      long entries,
      @Nullable String head,
      List<VerifyAudit.Broken> broken,
      long brokenPlaces) {}

  @Operation(
      summary = "Entries of the audit, the newest first",
      description =
          "With about=<subject>, for example dead-letter:12, those of one or several subjects, the"
              + " oldest first and in one page.")
  @GetMapping("/api/audit")
  Page<ShownEntry> list(
      @RequestParam(required = false, defaultValue = "") List<String> about,
      @RequestParam(required = false) @Nullable Long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    int size = Math.min(http.pageSize(limit), AuditEntries.MOST);
    if (!about.isEmpty()) {
      return new Page<>(entries.about(about, size).stream().map(ShownEntry::of).toList(), null);
    }
    return NextPage.of(
        entries.newest(cursor == null ? Long.MAX_VALUE : cursor, size),
        size,
        AuditEntry::number,
        ShownEntry::of);
  }

  @Operation(
      summary = "Read the whole chain and tell where it is broken",
      description = "With a head that was logged before, a cut tail is seen too.")
  @PostMapping("/api/audit/verify")
  Verified verify(@RequestBody Known known) {
    String head = known.head();
    VerifyAudit.Verified found =
        verify.verify(head == null || head.isBlank() ? null : AuditHead.parse(head));
    return new Verified(
        found.isWhole(),
        found.entries(),
        found.head() == null ? null : found.head().toString(),
        found.broken(),
        found.brokenPlaces());
  }
}
