package io.tallyline.ops.alerts;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The state of all alerts, as {@code GET /api/alerts} shows it.
 *
 * @param evaluatedAt when the meters were last looked at; null if never
 * @param lastChange when an alert last began or ended; null if never
 * @param firing what is wrong now, the oldest first
 * @param unknown what this hub cannot say, and why; not the same as fine
 * @param fine ids of the alerts that were looked at and do not hold
 */
public record AlertReport(
    @Nullable Instant evaluatedAt,
    @Nullable Instant lastChange,
    List<Firing> firing,
    List<Unknown> unknown,
    List<String> fine) {

  /**
   * An alert that was told and is not over.
   *
   * @param alert the rule's id
   * @param code number in {@code src/docs/errors.md}
   * @param severity {@code critical} or {@code warning}
   * @param labels what tells it from others of the rule
   * @param summary what is wrong, with the value now
   * @param action what to do first
   * @param since when it was told
   */
  public record Firing(
      String alert,
      String code,
      String severity,
      Map<String, String> labels,
      String summary,
      String action,
      Instant since) {}

  /**
   * An alert that cannot be evaluated here.
   *
   * @param alert the rule's id
   * @param why for example that the hub does not have the role
   */
  public record Unknown(String alert, String why) {}
}
