package io.tallyline.ops.desk;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.BulkRetry;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.deadletter.RetryValue;
import io.tallyline.ops.security.HttpProperties;
import java.security.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/bulk-retries}: a selection or a group of dead letters, planned and then retried. */
@RestController
@RequestMapping(produces = MediaType.APPLICATION_JSON_VALUE)
final class BulkRetriesEndpoint {
  private static final String LARGEST_PAGE = "1000";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final BulkRetries bulks;
  private final HttpProperties http;

  BulkRetriesEndpoint(BulkRetries bulks, HttpProperties http) {
    this.bulks = bulks;
    this.http = http;
  }

  /** Which open dead letters; every condition that is given must hold. */
  public record Filter(
      @Nullable String queue,
      @Nullable String reason,
      @Nullable String code,
      @Nullable String name,
      @Nullable String text,
      @Nullable Instant from,
      @Nullable Instant to) {
    DeadLetterFilter open() {
      return new DeadLetterFilter(
          List.of(DeadLetterStatus.OPEN), queue, reason, code, name, text, from, to);
    }
  }

  /**
   * Either numbers or a filter; {@code {}} is a filter too, for all that are open.
   *
   * @param reason why it is done
   */
  public record Plan(@Nullable List<Long> ids, @Nullable Filter filter, @Nullable String reason) {}

  /** Why it is done. */
  public record Why(@Nullable String reason) {}

  /**
   * A bulk retry.
   *
   * @param value what it would post when it was planned or started
   * @param note why it stopped
   * @param approval number of the approval that the start waits for
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Shown(
      long id,
      BulkRetry.Status status,
      String requestedBy,
      String reason,
      RetryValue value,
      Instant plannedAt,
      @Nullable Instant endedAt,
      @Nullable String note,
      long letters,
      long waiting,
      long sent,
      long resolved,
      long failed,
      long skipped,
      @Nullable Long approval) {
    static Shown of(BulkRetry bulk) {
      return of(bulk, null);
    }

    static Shown of(BulkRetry bulk, @Nullable Long approval) {
      return new Shown(
          bulk.id(),
          bulk.status(),
          bulk.requestedBy(),
          bulk.reason(),
          value(bulk),
          bulk.plannedAt(),
          bulk.endedAt(),
          bulk.note(),
          bulk.letters(),
          bulk.waiting(),
          bulk.sent(),
          bulk.resolved(),
          bulk.failed(),
          bulk.skipped(),
          approval);
    }

    /** The table keeps amounts as text, which is exact. */
    private static RetryValue value(BulkRetry bulk) {
      try {
        return JSON.treeToValue(bulk.value(), RetryValue.class);
      } catch (JsonProcessingException damaged) {
        throw new IllegalStateException("bulk retry " + bulk.id() + " has no value", damaged);
      }
    }
  }

  @Operation(
      summary = "Plan a bulk retry: how many, and what value per account it would post",
      description = "Nothing is sent before it is started.")
  @PostMapping("/api/bulk-retries")
  Shown plan(@RequestBody Plan plan, Principal who) {
    String reason = Given.reason(plan.reason());
    if (plan.ids() != null && plan.filter() != null) {
      throw new IllegalArgumentException(
          "OPS-241 the request has both 'ids' and 'filter', and one of the two is possible. Leave one out.");
    }
    BulkRetry bulk =
        plan.ids() != null
            ? bulks.plan(plan.ids(), who.getName(), reason)
            : bulks.plan(Given.field("filter", plan.filter()).open(), who.getName(), reason);
    return Shown.of(bulk);
  }

  @Operation(summary = "Bulk retries, the newest first")
  @GetMapping("/api/bulk-retries")
  Page<Shown> list(
      @RequestParam(required = false) @Nullable Long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    int size = Math.min(http.pageSize(limit), DeadLetterDesk.MOST);
    return NextPage.of(
        bulks.list(cursor == null ? Long.MAX_VALUE : cursor, size), size, BulkRetry::id, Shown::of);
  }

  @Operation(summary = "One bulk retry and how far it is")
  @GetMapping("/api/bulk-retries/{id}")
  Shown one(@PathVariable long id) {
    return Shown.of(bulks.one(id));
  }

  @Operation(
      summary = "Start it: a few first, then the rest at a bounded rate",
      description = "Above hub.dead-letters.approval-above a second person has to agree first.")
  @PostMapping("/api/bulk-retries/{id}/start")
  Shown start(@PathVariable long id, @RequestBody Why why, Principal who) {
    BulkRetries.Started started = bulks.start(id, who.getName(), Given.reason(why.reason()));
    return Shown.of(started.bulk(), started.approval());
  }

  @Operation(summary = "Send no more of it")
  @PostMapping("/api/bulk-retries/{id}/stop")
  Shown stop(@PathVariable long id, @RequestBody Why why, Principal who) {
    bulks.stop(id, who.getName(), Given.reason(why.reason()));
    return Shown.of(bulks.one(id));
  }
}
