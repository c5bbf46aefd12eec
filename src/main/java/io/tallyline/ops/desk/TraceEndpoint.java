package io.tallyline.ops.desk;

import io.swagger.v3.oas.annotations.Operation;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/trace/<id>}: the journey of one transaction. */
@RestController
final class TraceEndpoint {
  private final Journey journey;

  TraceEndpoint(Journey journey) {
    this.journey = journey;
  }

  @Operation(
      summary = "Every step of a transaction",
      description = "By the id of a transaction, an event (message) or a correlation.")
  @GetMapping(path = "/api/trace/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  Journey.Told trace(@PathVariable String id) {
    return journey.of(id);
  }
}
