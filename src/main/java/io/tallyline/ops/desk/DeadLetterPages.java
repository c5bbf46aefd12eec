package io.tallyline.ops.desk;

import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.deadletter.DeadLetterStatus;
import io.tallyline.deadletter.DeskRefused;
import io.tallyline.ops.security.HttpProperties;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** {@code /desk/dead-letters}: groups, one group, one letter, and what can be done with them. */
@Controller
final class DeadLetterPages implements DeskPage {
  private static final String PATH = "/desk/dead-letters";

  /** Each tick is a parameter of the form, and server.tomcat.max-parameter-count is 100. */
  private static final int ROWS = 50;

  private static final int GROUPS = 100;

  /** Of a body that is shown; forms hold 64 KB, in which most characters of JSON count thrice. */
  private static final int MOST_SHOWN = 100_000;

  private static final int MOST_EDITED = 20_000;

  private final DeadLetterDesk letters;
  private final BulkRetries bulks;
  private final HttpProperties http;
  private final InstantSource clock;

  DeadLetterPages(
      DeadLetterDesk letters, BulkRetries bulks, HttpProperties http, InstantSource clock) {
    this.letters = letters;
    this.bulks = bulks;
    this.http = http;
    this.clock = clock;
  }

  /** The conditions of the search form. */
  public record Search(
      @Nullable List<DeadLetterStatus> status,
      @Nullable String queue,
      @Nullable String reason,
      @Nullable String code,
      @Nullable String name,
      @Nullable String text,
      @Nullable String from,
      @Nullable String to) {
    DeadLetterFilter filter() {
      return new DeadLetterFilter(
          status == null ? List.of(DeadLetterStatus.OPEN) : status,
          Screen.given(queue),
          Screen.given(reason),
          Screen.given(code),
          Screen.given(name),
          Screen.given(text),
          Screen.time(from),
          Screen.time(to));
    }

    private String after(long id) {
      Map<String, Object> variables = new TreeMap<>();
      UriComponentsBuilder path = UriComponentsBuilder.fromPath(PATH).queryParam("before", id);
      filter().statuses().forEach(one -> path.queryParam("status", one.name()));
      add(path, variables, "queue", queue);
      add(path, variables, "reason", reason);
      add(path, variables, "code", code);
      add(path, variables, "name", name);
      add(path, variables, "text", text);
      add(path, variables, "from", from);
      add(path, variables, "to", to);
      return path.encode().buildAndExpand(variables).toUriString();
    }

    /** As a variable: else a plus or an ampersand would mean something. */
    private static void add(
        UriComponentsBuilder path,
        Map<String, Object> variables,
        String name,
        @Nullable String value) {
      if (value != null && !value.isBlank()) {
        path.queryParam(name, "{" + name + "}");
        variables.put(name, value);
      }
    }
  }

  @GetMapping(PATH)
  String list(
      @RequestParam(required = false) @Nullable List<DeadLetterStatus> status,
      @RequestParam(required = false) @Nullable String queue,
      @RequestParam(required = false) @Nullable String reason,
      @RequestParam(required = false) @Nullable String code,
      @RequestParam(required = false) @Nullable String name,
      @RequestParam(required = false) @Nullable String text,
      @RequestParam(required = false) @Nullable String from,
      @RequestParam(required = false) @Nullable String to,
      @RequestParam(defaultValue = "9223372036854775807") long before,
      Screen screen) {
    Search search = new Search(status, queue, reason, code, name, text, from, to);
    screen
        .put("search", search)
        .put("chosen", status == null ? List.of(DeadLetterStatus.OPEN) : status)
        .put("statuses", DeadLetterStatus.values())
        .put("groups", List.of())
        .put("letters", List.of())
        .put("bulks", bulks.list(Long.MAX_VALUE, 5));
    screen.attempt(
        () -> {
          DeadLetterFilter filter = search.filter();
          screen.put("groups", letters.groups(filter, http.pageSize(GROUPS)));
          page(screen, filter, before, last -> search.after(last));
        });
    return "desk/dead-letters";
  }

  private void page(
      Screen screen,
      DeadLetterFilter filter,
      long before,
      java.util.function.LongFunction<String> next) {
    int rows = http.pageSize(ROWS);
    List<DeadLetter> found = letters.list(filter, before, rows);
    screen.put("letters", found);
    if (found.size() == rows) {
      screen.put("next", next.apply(found.get(rows - 1).id()));
    }
  }

  @GetMapping(PATH + "/group")
  String group(
      @RequestParam String queue,
      @RequestParam String reason,
      @RequestParam(defaultValue = "") String code,
      @RequestParam String name,
      @RequestParam(defaultValue = "9223372036854775807") long before,
      Screen screen) {
    DeadLetterFilter filter = DeadLetterFilter.group(queue, reason, code, name);
    screen
        .put("group", filter)
        .put("found", letters.groups(filter, 1).stream().findFirst().orElse(null))
        .put("letters", List.of());
    screen.attempt(
        () -> {
          screen.put("value", ShownValue.of(letters.value(filter)));
          page(
              screen,
              filter,
              before,
              last -> groupPath(queue, reason, code, name) + "&before=" + last);
        });
    return "desk/group";
  }

  private static String groupPath(String queue, String reason, String code, String name) {
    return UriComponentsBuilder.fromPath(PATH + "/group")
        .queryParam("queue", "{queue}")
        .queryParam("reason", "{reason}")
        .queryParam("code", "{code}")
        .queryParam("name", "{name}")
        .encode()
        .buildAndExpand(queue, reason, code, name)
        .toUriString();
  }

  /**
   * What is done with a group, or with those of it that are ticked.
   *
   * @param what all, ticked or discard
   */
  @PostMapping(PATH + "/group")
  String act(
      @RequestParam String queue,
      @RequestParam String reason,
      @RequestParam(defaultValue = "") String code,
      @RequestParam String name,
      @RequestParam(defaultValue = "") String what,
      @RequestParam(defaultValue = "") List<Long> id,
      @RequestParam(defaultValue = "") String why,
      Screen screen) {
    return screen.act(
        () ->
            switch (what) {
              case "all" ->
                  planned(
                      bulks
                          .plan(
                              DeadLetterFilter.group(queue, reason, code, name), screen.who(), why)
                          .id());
              case "ticked" -> planned(bulks.plan(id, screen.who(), why).id());
              case "discard" -> {
                discard(id, screen.who(), why);
                yield Done.DISCARDED.at(groupPath(queue, reason, code, name));
              }
              default -> throw new IllegalArgumentException("Choose what is to be done.");
            },
        () -> group(queue, reason, code, name, Long.MAX_VALUE, screen.put("why", why)));
  }

  private static String planned(long bulk) {
    return Done.PLANNED.at("/desk/bulk-retries/" + bulk);
  }

  private void discard(List<Long> ids, String who, String why) {
    if (ids.isEmpty()) {
      throw new IllegalArgumentException("No dead letter is ticked. Tick those to discard.");
    }
    ids.forEach(id -> letters.discard(id, who, why));
  }

  @GetMapping(PATH + "/{id}")
  String one(@PathVariable long id, Screen screen) {
    DeadLetterDesk.Opened opened = letters.open(id);
    DeadLetter letter = opened.letter();
    screen
        .put("opened", opened)
        .put("letter", letter)
        .put("original", text(opened.body()))
        .put("indented", IndentedJson.of(opened.latestBody(), MOST_SHOWN))
        .put("cut", opened.body().length > MOST_SHOWN)
        .put("properties", IndentedJson.of(letter.properties().toString(), MOST_SHOWN))
        .put("headers", IndentedJson.of(letter.headers().toString(), MOST_SHOWN))
        .put("editable", isEditable(opened.latestBody()))
        .put("queues", letters.redirectQueues())
        .put(
            "undoable",
            letter.status() == DeadLetterStatus.DISCARDED
                && letter.undoUntil() != null
                && clock.instant().isBefore(letter.undoUntil()));
    return "desk/dead-letter";
  }

  private static String text(byte[] body) {
    String whole = new String(body, StandardCharsets.UTF_8);
    return whole.substring(0, Math.min(whole.length(), MOST_SHOWN));
  }

  private static boolean isEditable(byte[] body) {
    return body.length <= MOST_EDITED && ShownEvent.text(body) != null;
  }

  @PostMapping(PATH + "/{id}/retry")
  String retry(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return act(id, Done.RETRIED, () -> letters.retry(id, screen.who(), why), screen);
  }

  @PostMapping(PATH + "/{id}/discard")
  String discard(
      @PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return act(id, Done.DISCARDED, () -> letters.discard(id, screen.who(), why), screen);
  }

  @PostMapping(PATH + "/{id}/undo")
  String undo(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return act(id, Done.UNDONE, () -> letters.undoDiscard(id, screen.who(), why), screen);
  }

  @PostMapping(PATH + "/{id}/reopen")
  String reopen(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return act(id, Done.REOPENED, () -> letters.reopen(id, screen.who(), why), screen);
  }

  @PostMapping(PATH + "/{id}/redirect")
  String redirect(
      @PathVariable long id,
      @RequestParam(defaultValue = "") String queue,
      @RequestParam(defaultValue = "") String why,
      Screen screen) {
    return act(id, Done.REDIRECTED, () -> letters.redirect(id, queue, screen.who(), why), screen);
  }

  private String act(long id, Done done, Runnable action, Screen screen) {
    return screen.act(
        () -> {
          action.run();
          return done.at(PATH + "/" + id);
        },
        () -> one(id, screen));
  }

  @GetMapping(PATH + "/{id}/edit")
  String edit(@PathVariable long id, Screen screen) {
    DeadLetterDesk.Opened opened = letters.open(id);
    return editing(opened, IndentedJson.of(opened.latestBody(), MOST_SHOWN), screen);
  }

  private static String editing(DeadLetterDesk.Opened opened, String body, Screen screen) {
    screen
        .put("letter", opened.letter())
        .put("original", text(opened.body()))
        .put("editable", isEditable(opened.latestBody()))
        .put("body", body);
    return "desk/edit";
  }

  /**
   * @param what preview, send or further
   */
  @PostMapping(PATH + "/{id}/edit")
  String edited(
      @PathVariable long id,
      @RequestParam(defaultValue = "") String body,
      @RequestParam(defaultValue = "preview") String what,
      @RequestParam(defaultValue = "") String why,
      Screen screen) {
    // A browser sends the lines of a text with CR LF.
    String written = body.replace("\r\n", "\n");
    byte[] bytes = written.getBytes(StandardCharsets.UTF_8);
    screen.put("why", why);
    if (what.equals("send")) {
      return screen.act(
          () -> {
            Long approval = letters.editAndRetry(id, bytes, screen.who(), why).approval();
            return (approval == null ? Done.EDITED : Done.ASKED).at(PATH + "/" + id);
          },
          () -> previewed(id, written, bytes, screen));
    }
    return what.equals("preview")
        ? previewed(id, written, bytes, screen)
        : editing(letters.open(id), written, screen);
  }

  private String previewed(long id, String written, byte[] bytes, Screen screen) {
    DeadLetterDesk.Opened opened = letters.open(id);
    try {
      screen.put("edit", letters.previewEdit(id, bytes));
    } catch (DeskRefused refused) {
      screen.refuse(refused);
    }
    return editing(opened, written, screen);
  }
}
