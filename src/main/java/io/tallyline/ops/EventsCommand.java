package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyline.ops.HubConnection.Query;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub events}: what was on the broker, from the event store of a running hub. */
@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = {
      "Search the event store of a running hub, newest first; or show one event by its number.",
      "Needs a token of the role viewer."
    },
    footer = {
      "",
      "Examples:",
      "  ./hub events --correlation request-17",
      "  ./hub events --aggregate 6f1c... --to 2026-03-01T00:00:00Z   what was known by then",
      "  ./hub events 4711",
      "Exit status: 0 done, 1 nothing was found, 2 the hub cannot be reached or refuses."
    })
final class EventsCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private HubConnection hub = new HubConnection();

  @Parameters(arity = "0..1", paramLabel = "NUMBER", description = "show this event whole")
  private @Nullable Long number;

  @Option(names = "--name", description = "<module>.<event>; may be given several times")
  private List<String> names = List.of();

  @Option(names = "--version-of-event", paramLabel = "N", description = "its major version")
  private @Nullable Integer version;

  @Option(names = "--aggregate", description = "what it is about, for example a transaction's id")
  private @Nullable String aggregate;

  @Option(names = "--correlation", description = "the request that caused it")
  private @Nullable String correlation;

  @Option(names = "--message", description = "its message id, which is the event's id")
  private @Nullable String message;

  @Option(names = "--from", paramLabel = "TIME", description = "received at or after, RFC 3339")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "received before")
  private @Nullable String to;

  @Option(names = "--text", description = "in its body, exactly as written")
  private @Nullable String text;

  @Option(names = "--latest", description = "corrected copies in the place of their originals")
  private boolean latest;

  @Option(
      names = "--limit",
      defaultValue = "20",
      description = "most events shown (default: ${DEFAULT-VALUE})")
  private int limit = 20;

  @Option(names = "--json", description = "the hub's answer as it is, for programs")
  private boolean json;

  @Override
  public Integer call() {
    return number == null ? search() : show(number);
  }

  private int search() {
    Query query = new Query();
    names.forEach(name -> query.with("name", name));
    query
        .with("version", version)
        .with("aggregate", aggregate)
        .with("correlation", correlation)
        .with("message", message)
        .with("from", from)
        .with("to", to)
        .with("text", text)
        .with("latest", latest ? "true" : null)
        .with("limit", limit);
    JsonNode page = hub.get("/api/events" + query);
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(page);
    } else {
      table(page).forEach(out::println);
    }
    return page.path("items").isEmpty() ? Hub.NOT_AS_IT_SHOULD_BE : Hub.DONE;
  }

  private static List<String> table(JsonNode page) {
    if (page.path("items").isEmpty()) {
      return List.of("Nothing was found.");
    }
    TextTable table = new TextTable("number", "received", "event", "aggregate");
    for (JsonNode event : page.path("items")) {
      table.row(
          event.path("id").asText(),
          event.path("receivedAt").asText().replaceFirst("[.][0-9]+Z$", "Z"),
          event.path("routingKey").asText(),
          event.path("aggregateId").asText("-"));
    }
    List<String> lines = table.lines();
    return page.path("next").isNull()
        ? lines
        : java.util.stream.Stream.concat(
                lines.stream(), java.util.stream.Stream.of("", "There are more; --limit, --to."))
            .toList();
  }

  private int show(long id) {
    JsonNode event = hub.get("/api/events/" + id);
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(event);
      return Hub.DONE;
    }
    for (String field :
        List.of(
            "id",
            "routingKey",
            "receivedAt",
            "occurredAt",
            "messageId",
            "correlationId",
            "aggregateId",
            "revisionOf")) {
      if (event.hasNonNull(field)) {
        out.printf("%-14s %s%n", field, event.get(field).asText());
      }
    }
    print(out, "properties", event.path("properties"));
    print(out, "headers", event.path("headers"));
    out.println();
    out.println(event.path("body").asText(event.path("bodyBase64").asText()));
    return Hub.DONE;
  }

  private static void print(PrintWriter out, String what, JsonNode values) {
    out.println();
    out.println(what);
    values
        .properties()
        .forEach(
            value ->
                out.printf(
                    "  %-26s %s%n",
                    value.getKey(),
                    value.getValue().isTextual() ? value.getValue().asText() : value.getValue()));
  }
}
