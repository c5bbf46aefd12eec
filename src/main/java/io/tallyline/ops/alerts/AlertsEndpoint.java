package io.tallyline.ops.alerts;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/alerts}: what is wrong, what this hub cannot say, what is fine. */
@RestController
final class AlertsEndpoint {
  private final EvaluateAlerts alerts;

  AlertsEndpoint(EvaluateAlerts alerts) {
    this.alerts = alerts;
  }

  @GetMapping(path = "/api/alerts", produces = "application/json")
  AlertReport alerts() {
    return alerts.report();
  }
}
