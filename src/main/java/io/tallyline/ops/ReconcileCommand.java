package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Names;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub reconcile}: whether the ledger has what the events say. */
@Command(
    name = "reconcile",
    mixinStandardHelpOptions = true,
    description = {
      "Compare the events of a window with the journals, look at what differs, replay what is",
      "missing. Looking needs a token of the role viewer, acting operator."
    },
    subcommands = {
      ReconcileCommand.Run.class,
      ReconcileCommand.ListThem.class,
      ReconcileCommand.Show.class,
      ReconcileCommand.Export.class,
      ReconcileCommand.ReplayMissing.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  ./hub reconcile run --from 2026-03-01T00:00:00Z --to 2026-03-02T00:00:00Z --wait \\",
      "    --reason 'daily check'",
      "  ./hub reconcile export 7 --csv differences.csv",
      "  ./hub reconcile replay-missing 7 --reason 'lost in the outage'",
      "Exit status: 0 done and clean, 1 something differs, 2 the hub cannot be reached or refuses."
    })
final class ReconcileCommand implements Runnable {
  private static final String PATH = "/api/reconciliations";

  @Spec private CommandSpec command;

  @Override
  public void run() {
    command.commandLine().usage(command.commandLine().getOut());
  }

  private static List<String> lines(JsonNode one) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "Reconciliation %s is %s."
            .formatted(
                one.path("id").asText(),
                one.path("clean").asBoolean() ? "clean" : one.path("status").asText()));
    lines.addAll(
        DeskText.fields(
            one,
            "error",
            "from",
            "to",
            "createdBy",
            "reason",
            "events",
            "copies",
            "repeats",
            "journals",
            "accountErrors"));
    one.path("differences")
        .properties()
        .forEach(kind -> lines.add("%-24s %s".formatted(kind.getKey(), kind.getValue().asText())));
    return lines;
  }

  /** One that runs has shown nothing wrong yet. */
  private static int result(JsonNode one) {
    return one.path("clean").asBoolean() || one.path("status").asText().equals("running")
        ? Hub.DONE
        : Hub.NOT_AS_IT_SHOULD_BE;
  }

  @Command(
      name = "run",
      mixinStandardHelpOptions = true,
      description = "Compare a window.",
      footer = {
        "",
        "Example:",
        "  ./hub reconcile run --from 2026-03-01T00:00:00Z --to 2026-03-02T00:00:00Z --wait \\",
        "    --reason 'daily check'"
      })
  static final class Run extends DeskCommand.Acting {
    @Option(names = "--from", required = true, paramLabel = "TIME", description = "RFC 3339")
    private String from = "";

    @Option(names = "--to", required = true, paramLabel = "TIME", description = "and before this")
    private String to = "";

    @Option(names = "--wait", description = "until it ends; the status then says how it went")
    private boolean wait;

    @Override
    public Integer call() {
      JsonNode started = hub().post(PATH, why().put("from", from).put("to", to));
      long id = started.path("id").asLong();
      JsonNode ended =
          wait
              ? new Watch("Reconciliation " + id)
                  .until(
                      started,
                      () -> hub().get(PATH + "/" + id),
                      one -> !one.path("status").asText().equals("running"),
                      one -> one.path("events").asLong(),
                      one -> one.path("events").asLong())
              : started;
      show(ended, ReconcileCommand::lines);
      return result(ended);
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List reconciliations, the newest first.",
      footer = {"", "Example:", "  ./hub reconcile list"})
  static final class ListThem extends DeskCommand {
    @Override
    public Integer call() {
      show(hub().get(PATH + "?limit=50"), ListThem::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table = new TextTable("number", "from", "to", "result", "events", "differences");
      for (JsonNode one : page.path("items")) {
        long differences = 0;
        for (JsonNode count : one.path("differences")) {
          differences += count.asLong();
        }
        table.row(
            one.path("id").asText(),
            DeskText.time(one.path("from")),
            DeskText.time(one.path("to")),
            one.path("clean").asBoolean() ? "clean" : one.path("status").asText(),
            one.path("events").asText(),
            Long.toString(differences));
      }
      return DeskText.page(page, table);
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one with the first of its differences.",
      footer = {"", "Example:", "  ./hub reconcile show 7 --kind event-missing"})
  static final class Show extends DeskCommand {
    @Parameters(paramLabel = "NUMBER", description = "of the reconciliation")
    private long number;

    @Option(names = "--kind", description = "event-missing, journal-differs, ...")
    private @Nullable String kind;

    @Option(
        names = "--limit",
        defaultValue = "20",
        description = "most differences that are shown (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Override
    public Integer call() {
      String path = PATH + "/" + number;
      JsonNode one = hub().get(path);
      JsonNode page =
          hub()
              .get(
                  path
                      + "/differences"
                      + new HubConnection.Query().with("kind", kind).with("limit", limit));
      ObjectNode both = (ObjectNode) one;
      both.set("firstDifferences", page.path("items"));
      show(both, Show::lines);
      return result(one);
    }

    private static List<String> lines(JsonNode one) {
      List<String> lines = new ArrayList<>(ReconcileCommand.lines(one));
      if (!one.path("firstDifferences").isEmpty()) {
        TextTable table = new TextTable("no", "kind", "transaction", "event", "journal");
        one.path("firstDifferences")
            .forEach(
                difference ->
                    table.row(
                        difference.path("no").asText(),
                        difference.path("kind").asText(),
                        DeskText.cut(difference.path("transactionId").asText(), 36),
                        difference.path("eventId").asText("-"),
                        difference.path("journalId").asText("-")));
        lines.add("");
        lines.addAll(table.lines());
      }
      return lines;
    }
  }

  @Command(
      name = "export",
      mixinStandardHelpOptions = true,
      description = "Write one as CSV.",
      footer = {"", "Example:", "  ./hub reconcile export 7 --table accounts --csv accounts.csv"})
  static final class Export extends DeskCommand {
    /** The tables of a reconciliation. */
    enum Table {
      differences,
      accounts,
      items
    }

    @Parameters(paramLabel = "NUMBER", description = "of the reconciliation")
    private long number;

    @Option(names = "--csv", required = true, paramLabel = "FILE", description = "where it goes")
    private Path csv = Path.of("");

    @Option(
        names = "--table",
        defaultValue = "differences",
        description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    private Table table = Table.differences;

    @Override
    public Integer call() {
      long bytes = hub().download(PATH + "/" + number + "/" + table + ".csv", csv);
      ObjectNode written = JsonNodeFactory.instance.objectNode();
      written.put("file", csv.toString()).put("bytes", bytes);
      show(written, file -> List.of("%s: %d bytes.".formatted(csv, bytes)));
      return Hub.DONE;
    }
  }

  @Command(
      name = "replay-missing",
      mixinStandardHelpOptions = true,
      description = "Replay the events that nobody has, after showing what that would write.",
      footer = {"", "Example:", "  ./hub reconcile replay-missing 7 --reason 'lost in the outage'"})
  static final class ReplayMissing extends DeskCommand.Acting {
    @Mixin private Confirmation confirmation = new Confirmation();

    @Parameters(paramLabel = "NUMBER", description = "of the reconciliation")
    private long number;

    @Option(names = "--rate", paramLabel = "N", description = "most events a second")
    private @Nullable Integer rate;

    @Option(names = "--watch", description = "until the replay ends, with its progress")
    private boolean watch;

    @Override
    public Integer call() {
      String path = PATH + "/" + number;
      ArrayNode missing = missing(path);
      if (!missing.isEmpty() && !confirmation.isGiven(aside(), DeskText.dryRun(dryRun(missing)))) {
        return Hub.NOT_AS_IT_SHOULD_BE;
      }
      JsonNode planned = hub().post(path + "/replay-missing", why().put("eventsPerSecond", rate));
      long replay = planned.path("replay").asLong();
      JsonNode first = hub().get("/api/replays/" + replay);
      JsonNode last = watch ? ReplaysCommand.watch(this, replay, first) : first;
      show(last, ReplaysCommand::lines);
      if (planned.path("left").asLong() > 0) {
        aside().printf("%s missing events are left.%n", planned.path("left").asText());
      }
      return ReplaysCommand.result(last);
    }

    private ArrayNode missing(String path) {
      ArrayNode ids = JsonNodeFactory.instance.arrayNode();
      String next = path + "/differences?kind=event-missing";
      while (next != null && ids.size() < io.tallyline.replay.Selection.MOST_VALUES) {
        JsonNode page = hub().get(next);
        page.path("items")
            .forEach(
                difference -> {
                  if (difference.hasNonNull("messageId")
                      && ids.size() < io.tallyline.replay.Selection.MOST_VALUES) {
                    ids.add(difference.path("messageId").asText());
                  }
                });
        next = page.hasNonNull("next") ? page.path("next").asText() : null;
      }
      return ids;
    }

    private JsonNode dryRun(ArrayNode missing) {
      ObjectNode body = JsonNodeFactory.instance.objectNode().put("queue", Names.JOURNAL_QUEUE);
      body.putObject("selection").put("withoutJournal", true).set("messageIds", missing);
      return hub().post("/api/replays/preview", body);
    }
  }
}
