package io.tallyline.ops.desk;

import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.deadletter.Approval;
import io.tallyline.deadletter.Approvals;
import io.tallyline.ops.security.HttpProperties;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/approvals}: what waits for a second person. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
final class ApprovalsEndpoint {
  private final Approvals approvals;
  private final HttpProperties http;

  ApprovalsEndpoint(Approvals approvals, HttpProperties http) {
    this.approvals = approvals;
    this.http = http;
  }

  /** Why somebody agrees or does not. */
  public record Why(@Nullable String reason) {}

  /** What was decided. */
  public record Decided(long id, Approval.Status status) {}

  @Operation(summary = "What waits for a second person, the oldest first")
  @GetMapping("/api/approvals")
  Page<Approval> pending() {
    return new Page<>(approvals.pending(http.maxPageSize()), null);
  }

  @Operation(
      summary = "Agree, so that it goes on",
      description = "Whoever asked for it cannot agree to it.")
  @PostMapping("/api/approvals/{id}/approve")
  Decided approve(@PathVariable long id, @RequestBody Why why, Principal who) {
    approvals.approve(id, who.getName(), Given.reason(why.reason()));
    return new Decided(id, Approval.Status.APPROVED);
  }

  @Operation(summary = "Do not agree; it ends")
  @PostMapping("/api/approvals/{id}/reject")
  Decided reject(@PathVariable long id, @RequestBody Why why, Principal who) {
    approvals.reject(id, who.getName(), Given.reason(why.reason()));
    return new Decided(id, Approval.Status.REJECTED);
  }
}
