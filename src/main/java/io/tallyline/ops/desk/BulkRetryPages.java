package io.tallyline.ops.desk;

import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.BulkRetry;
import io.tallyline.ops.security.HttpProperties;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /desk/bulk-retries}: the plan of a bulk retry, its start, and how far it is. */
@Controller
final class BulkRetryPages implements DeskPage {
  private static final String PATH = "/desk/bulk-retries";
  private static final int ROWS = 50;

  private final BulkRetries bulks;
  private final HttpProperties http;

  BulkRetryPages(BulkRetries bulks, HttpProperties http) {
    this.bulks = bulks;
    this.http = http;
  }

  @GetMapping(PATH)
  String list(@RequestParam(defaultValue = "9223372036854775807") long before, Screen screen) {
    int rows = http.pageSize(ROWS);
    List<BulkRetry> found = bulks.list(before, rows);
    screen.put("bulks", found).put("section", "dead-letters");
    if (found.size() == rows) {
      screen.put("next", PATH + "?before=" + found.get(rows - 1).id());
    }
    return "desk/bulk-retries";
  }

  /**
   * @param hold whether the page stands still, so that somebody can fill in a form
   */
  @GetMapping(PATH + "/{id}")
  String one(
      @PathVariable long id, @RequestParam(defaultValue = "false") boolean hold, Screen screen) {
    BulkRetry bulk = bulks.one(id);
    boolean goes =
        bulk.status() == BulkRetry.Status.CANARY || bulk.status() == BulkRetry.Status.RUNNING;
    screen
        .put("section", "dead-letters")
        .put("bulk", bulk)
        .put("value", ShownValue.of(bulk.value()))
        .put("goes", goes)
        .refreshWhile(goes && !hold);
    return "desk/bulk-retry";
  }

  @PostMapping(PATH + "/{id}/start")
  String start(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return screen.act(
        () -> {
          Long approval = bulks.start(id, screen.who(), why).approval();
          return (approval == null ? Done.STARTED : Done.ASKED).at(PATH + "/" + id);
        },
        () -> one(id, true, screen));
  }

  @PostMapping(PATH + "/{id}/stop")
  String stop(@PathVariable long id, @RequestParam(defaultValue = "") String why, Screen screen) {
    return screen.act(
        () -> {
          bulks.stop(id, screen.who(), why);
          return Done.STOPPED.at(PATH + "/" + id);
        },
        () -> one(id, true, screen));
  }
}
