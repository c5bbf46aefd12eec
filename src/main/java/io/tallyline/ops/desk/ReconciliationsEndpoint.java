package io.tallyline.ops.desk;

import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.ops.desk.ReplaysEndpoint.Why;
import io.tallyline.ops.security.HttpProperties;
import io.tallyline.reconcile.ExportReconciliation;
import io.tallyline.reconcile.Kind;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.reconcile.Reconciliation;
import io.tallyline.replay.By;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/reconciliations}: whether the ledger has what the events say. */
@RestController
final class ReconciliationsEndpoint {
  private static final String LARGEST_PAGE = "1000";
  private static final String JSON = MediaType.APPLICATION_JSON_VALUE;
  private static final String CSV = "text/csv";

  private final ReconcileLedger reconciliations;
  private final ExportReconciliation export;
  private final HttpProperties http;

  ReconciliationsEndpoint(
      ReconcileLedger reconciliations, ExportReconciliation export, HttpProperties http) {
    this.reconciliations = reconciliations;
    this.export = export;
    this.http = http;
  }

  /**
   * @param from events received and journals recorded at or after
   * @param to and before
   */
  public record Window(@Nullable Instant from, @Nullable Instant to, @Nullable String reason) {}

  /**
   * @param eventsPerSecond left out for the setting
   */
  public record Missing(@Nullable Integer eventsPerSecond, @Nullable String reason) {}

  /** Writes one of the three tables. */
  private interface Table {
    void write(long id, Appendable to) throws IOException;
  }

  @Operation(summary = "Compare a window; goes on in the background")
  @PostMapping(path = "/api/reconciliations", produces = JSON)
  ShownReconciliation start(@RequestBody Window window, Principal who) {
    By by = new Why(window.reason()).by(who);
    return one(
        reconciliations.start(
            Given.field("from", window.from()), Given.field("to", window.to()), by));
  }

  @Operation(summary = "Reconciliations, the newest first")
  @GetMapping(path = "/api/reconciliations", produces = JSON)
  Page<ShownReconciliation> list(
      @RequestParam(required = false) @Nullable Long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    int size = size(limit);
    return NextPage.of(
        reconciliations.list(cursor == null ? Long.MAX_VALUE : cursor, size),
        size,
        Reconciliation::id,
        ShownReconciliation::of);
  }

  private int size(int limit) {
    return Math.min(http.pageSize(limit), ReconcileLedger.MOST);
  }

  @Operation(summary = "One reconciliation: its counts, and whether everything agrees")
  @GetMapping(path = "/api/reconciliations/{id}", produces = JSON)
  ShownReconciliation one(@PathVariable long id) {
    return ShownReconciliation.of(reconciliations.one(id));
  }

  @Operation(summary = "What differs, in the order it was found")
  @GetMapping(path = "/api/reconciliations/{id}/differences", produces = JSON)
  Page<ShownReconciliation.Difference> differences(
      @PathVariable long id,
      @RequestParam(required = false) @Nullable String kind,
      @RequestParam(required = false, defaultValue = "0") long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    reconciliations.one(id);
    int size = size(limit);
    return NextPage.of(
        reconciliations.differences(id, kind == null ? null : kind(kind), cursor, size),
        size,
        Reconciliation.Difference::no,
        ShownReconciliation.Difference::of);
  }

  private static Kind kind(String text) {
    return Arrays.stream(Kind.values())
        .filter(kind -> kind.text().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "OPS-242 '%s' is no kind of difference; there are %s."
                        .formatted(
                            text,
                            String.join(
                                ", ", Arrays.stream(Kind.values()).map(Kind::text).toList()))));
  }

  @Operation(summary = "Totals per account: of the events, and of the ledger")
  @GetMapping(path = "/api/reconciliations/{id}/accounts", produces = JSON)
  Page<ShownReconciliation.Account> accounts(@PathVariable long id) {
    reconciliations.one(id);
    return new Page<>(
        reconciliations.accounts(id).stream().map(ShownReconciliation.Account::of).toList(), null);
  }

  @Operation(summary = "Quantities and amounts per item")
  @GetMapping(path = "/api/reconciliations/{id}/items", produces = JSON)
  Page<ShownReconciliation.Item> items(
      @PathVariable long id,
      @RequestParam(required = false, defaultValue = "0") int cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    reconciliations.one(id);
    int size = size(limit);
    List<Reconciliation.ItemTotal> found = reconciliations.items(id, cursor, size);
    return NextPage.of(
        found, size, last -> cursor + (long) found.size(), ShownReconciliation.Item::of);
  }

  @Operation(summary = "What differs as CSV, a row for every line")
  @GetMapping(path = "/api/reconciliations/{id}/differences.csv", produces = CSV)
  void differencesCsv(@PathVariable long id, HttpServletResponse response) throws IOException {
    csv(id, "differences", export::differences, response);
  }

  @Operation(summary = "Totals per account as CSV")
  @GetMapping(path = "/api/reconciliations/{id}/accounts.csv", produces = CSV)
  void accountsCsv(@PathVariable long id, HttpServletResponse response) throws IOException {
    csv(id, "accounts", export::accounts, response);
  }

  @Operation(summary = "Totals per item as CSV")
  @GetMapping(path = "/api/reconciliations/{id}/items.csv", produces = CSV)
  void itemsCsv(@PathVariable long id, HttpServletResponse response) throws IOException {
    csv(id, "items", export::items, response);
  }

  /** What is refused must be known before the first byte goes out. */
  private void csv(long id, String what, Table table, HttpServletResponse response)
      throws IOException {
    reconciliations.one(id);
    response.setContentType(CSV);
    response.setCharacterEncoding(StandardCharsets.UTF_8.name());
    response.setHeader(
        HttpHeaders.CONTENT_DISPOSITION,
        "attachment; filename=\"reconciliation-%d-%s.csv\"".formatted(id, what));
    table.write(id, response.getWriter());
    response.flushBuffer();
  }

  @Operation(summary = "Replay the events that nobody has; those that got a journal since stay out")
  @PostMapping(path = "/api/reconciliations/{id}/replay-missing", produces = JSON)
  ReconcileLedger.MissingReplay replayMissing(
      @PathVariable long id, @RequestBody Missing missing, Principal who) {
    By by = new Why(missing.reason()).by(who);
    return reconciliations.replayMissing(
        id, missing.eventsPerSecond() == null ? 0 : missing.eventsPerSecond(), by);
  }
}
