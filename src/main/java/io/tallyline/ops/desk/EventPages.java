package io.tallyline.ops.desk;

import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.Ledger;
import io.tallyline.ops.security.HttpProperties;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** {@code /desk/events}, {@code /desk/trace} and {@code /desk/trial-balance}: what happened. */
@Controller
final class EventPages implements DeskPage {
  private static final String PATH = "/desk/events";
  private static final int ROWS = 50;
  private static final int MOST_SHOWN = 100_000;

  private final Events events;
  private final Journey journey;
  private final Ledger ledger;
  private final HttpProperties http;
  private final InstantSource clock;

  EventPages(
      Events events, Journey journey, Ledger ledger, HttpProperties http, InstantSource clock) {
    this.events = events;
    this.journey = journey;
    this.ledger = ledger;
    this.http = http;
    this.clock = clock;
  }

  /** Comma- or space-separated. */
  static List<String> several(@Nullable String text) {
    return text == null
        ? List.of()
        : Arrays.stream(text.split("[,\\s]+")).filter(word -> !word.isEmpty()).toList();
  }

  static List<Integer> numbers(@Nullable String text) {
    return several(text).stream()
        .map(
            word -> {
              try {
                return Integer.valueOf(word.replaceFirst("^v", ""));
              } catch (NumberFormatException wrong) {
                throw new IllegalArgumentException(
                    "'%s' is no version; versions are numbers.".formatted(word), wrong);
              }
            })
        .toList();
  }

  @GetMapping(PATH)
  String search(
      @RequestParam Map<String, String> form,
      @RequestParam(defaultValue = "9223372036854775807") long before,
      Screen screen) {
    screen.put("form", form).put("events", List.of());
    screen.attempt(
        () -> {
          EventFilter filter =
              new EventFilter(
                  several(form.get("name")),
                  numbers(form.get("version")),
                  several(form.get("aggregate")),
                  several(form.get("correlation")),
                  several(form.get("message")),
                  Screen.time(form.get("from")),
                  Screen.time(form.get("to")),
                  Screen.given(form.get("text")),
                  form.containsKey("latest"));
          int rows = http.pageSize(ROWS);
          List<StoredEvent> found = events.newest(filter, before, rows);
          screen.put("events", found.stream().map(ShownEvent::brief).toList());
          if (found.size() == rows) {
            screen.put("next", next(form, filter, found.get(rows - 1)));
          }
        });
    return "desk/events";
  }

  /** A revision stands in its original's place, and the original's number counts. */
  private static String next(Map<String, String> form, EventFilter filter, StoredEvent last) {
    Long place = filter.latest() ? last.revisionOf() : null;
    UriComponentsBuilder path = UriComponentsBuilder.fromPath(PATH);
    Map<String, String> variables = new TreeMap<>(form);
    variables.put("before", Long.toString(place == null ? last.id() : place));
    variables.values().removeIf(String::isBlank);
    List<String> names =
        List.of(
            "name",
            "version",
            "aggregate",
            "correlation",
            "message",
            "from",
            "to",
            "text",
            "latest",
            "before");
    variables.keySet().retainAll(names);
    variables.keySet().forEach(name -> path.queryParam(name, "{" + name + "}"));
    return path.encode().buildAndExpand(variables).toUriString();
  }

  @GetMapping(PATH + "/{id}")
  String one(@PathVariable long id, Screen screen) {
    StoredEvent event = events.one(id).orElseThrow(() -> new NotFound("stored event", id));
    String text = new String(event.body(), StandardCharsets.UTF_8);
    screen
        .put("event", ShownEvent.whole(event))
        .put("original", text.substring(0, Math.min(text.length(), MOST_SHOWN)))
        .put("indented", IndentedJson.of(text, MOST_SHOWN))
        .put("cut", text.length() > MOST_SHOWN)
        .put("properties", IndentedJson.of(event.properties().toString(), MOST_SHOWN))
        .put("headers", IndentedJson.of(event.headers().toString(), MOST_SHOWN))
        .put("revisions", events.revisions(id).stream().map(ShownEvent::brief).toList());
    return "desk/event";
  }

  @GetMapping("/desk/trace")
  String trace(@RequestParam(defaultValue = "") String id, Screen screen) {
    screen.put("id", id.strip()).put("section", "trace");
    if (!id.isBlank()) {
      screen.put("told", journey.of(id.strip()));
    }
    return "desk/trace";
  }

  @GetMapping("/desk/trial-balance")
  String trialBalance(@RequestParam(required = false) @Nullable String at, Screen screen) {
    screen.put("balances", List.of());
    screen.attempt(
        () -> {
          Instant given = Screen.time(at);
          Instant before = given == null ? clock.instant() : given;
          screen.put("at", before).put("balances", ledger.trialBalance(before));
        });
    return "desk/trial-balance";
  }
}
