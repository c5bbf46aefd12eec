package io.tallyline.ops.desk;

import io.swagger.v3.oas.annotations.Operation;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.ops.security.HttpProperties;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/** {@code /api/events}: the event store. */
@RestController
final class EventsEndpoint {
  private static final String LARGEST_PAGE = "1000";

  private final Events events;
  private final HttpProperties http;

  EventsEndpoint(Events events, HttpProperties http) {
    this.events = events;
    this.http = http;
  }

  @Operation(
      summary = "Search the event store",
      description =
          "Every condition that is given must hold. Newest first, or oldest first with oldest=true;"
              + " times are RFC 3339 and say when the hub received the event.")
  @GetMapping(path = "/api/events", produces = MediaType.APPLICATION_JSON_VALUE)
  Page<ShownEvent> search(
      @RequestParam(required = false, defaultValue = "") List<String> name,
      @RequestParam(required = false, defaultValue = "") List<Integer> version,
      @RequestParam(required = false, defaultValue = "") List<String> aggregate,
      @RequestParam(required = false, defaultValue = "") List<String> correlation,
      @RequestParam(required = false, defaultValue = "") List<String> message,
      @RequestParam(required = false) @Nullable Instant from,
      @RequestParam(required = false) @Nullable Instant to,
      @RequestParam(required = false) @Nullable String text,
      @RequestParam(required = false, defaultValue = "false") boolean latest,
      @RequestParam(required = false, defaultValue = "false") boolean oldest,
      @RequestParam(required = false) @Nullable Long cursor,
      @RequestParam(required = false, defaultValue = LARGEST_PAGE) int limit) {
    EventFilter filter =
        new EventFilter(
            name, version, aggregate, correlation, message, from, to, blankToNull(text), latest);
    int page = Math.min(http.pageSize(limit), Events.MOST);
    List<StoredEvent> found =
        oldest
            ? events.find(filter, cursor == null ? 0 : cursor, Long.MAX_VALUE, page)
            : events.newest(filter, cursor == null ? Long.MAX_VALUE : cursor, page);
    return new Page<>(
        found.stream().map(ShownEvent::brief).toList(), next(filter, oldest, found, page));
  }

  private static @Nullable String blankToNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  /** A revision stands in its original's place, and the original's number counts. */
  private static @Nullable String next(
      EventFilter filter, boolean oldest, List<StoredEvent> found, int page) {
    if (found.size() < page) {
      return null;
    }
    StoredEvent last = found.get(found.size() - 1);
    UriComponentsBuilder path =
        UriComponentsBuilder.fromPath("/api/events")
            .queryParam(
                "cursor",
                last.revisionOf() == null || !filter.latest() ? last.id() : last.revisionOf())
            .queryParam("limit", page);
    filter.names().forEach(name -> path.queryParam("name", name));
    filter.versions().forEach(version -> path.queryParam("version", version));
    filter.aggregateIds().forEach(id -> path.queryParam("aggregate", id));
    filter.correlationIds().forEach(id -> path.queryParam("correlation", id));
    filter.messageIds().forEach(id -> path.queryParam("message", id));
    if (filter.from() != null) {
      path.queryParam("from", filter.from());
    }
    if (filter.to() != null) {
      path.queryParam("to", filter.to());
    }
    if (filter.text() != null) {
      path.queryParam("text", filter.text());
    }
    if (filter.latest()) {
      path.queryParam("latest", true);
    }
    if (oldest) {
      path.queryParam("oldest", true);
    }
    return path.encode().toUriString();
  }

  @Operation(summary = "One event, with properties, headers and body")
  @GetMapping(path = "/api/events/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
  ShownEvent one(@PathVariable long id) {
    return ShownEvent.whole(stored(id));
  }

  @Operation(summary = "Its corrected copies, oldest first")
  @GetMapping(path = "/api/events/{id}/revisions", produces = MediaType.APPLICATION_JSON_VALUE)
  Page<ShownEvent> revisions(@PathVariable long id) {
    stored(id);
    return new Page<>(events.revisions(id).stream().map(ShownEvent::whole).toList(), null);
  }

  @Operation(summary = "Its body, byte for byte")
  @GetMapping(path = "/api/events/{id}/body", produces = MediaType.APPLICATION_OCTET_STREAM_VALUE)
  ResponseEntity<byte[]> body(@PathVariable long id) {
    return ResponseEntity.ok()
        .header("Content-Disposition", "attachment; filename=\"event-%d\"".formatted(id))
        .body(stored(id).body());
  }

  private StoredEvent stored(long id) {
    return events.one(id).orElseThrow(() -> new NotFound("stored event", id));
  }
}
