package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.Names;
import io.tallyline.ops.HubConnection.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub replays}: stored events sent again to one consumer. */
@Command(
    name = "replays",
    mixinStandardHelpOptions = true,
    description = {
      "Send stored events again to one consumer: look what it would do, start it, watch it.",
      "Looking needs a token of the role viewer, acting operator."
    },
    subcommands = {
      ReplaysCommand.Preview.class,
      ReplaysCommand.Start.class,
      ReplaysCommand.ListThem.class,
      ReplaysCommand.Show.class,
      ReplaysCommand.Pause.class,
      ReplaysCommand.Resume.class,
      ReplaysCommand.Cancel.class,
      ReplaySchedulesCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  ./hub replays preview --without-journal --from 2026-03-01T00:00:00Z",
      "  ./hub replays start --without-journal --reason 'ledger was restored'",
      "  ./hub replays show 4 --watch",
      "Exit status: 0 done, 1 not all is as it should be, 2 the hub cannot be reached or refuses."
    })
final class ReplaysCommand implements Runnable {
  private static final String PATH = "/api/replays";
  private static final Set<String> OVER = Set.of("done", "cancelled", "failed");

  @Spec private CommandSpec command;

  @Override
  public void run() {
    command.commandLine().usage(command.commandLine().getOut());
  }

  /** Which events go where. */
  static final class Wanted {
    @Option(
        names = "--queue",
        defaultValue = Names.JOURNAL_QUEUE,
        description = "the consumer's (default: ${DEFAULT-VALUE})")
    private String queue = Names.JOURNAL_QUEUE;

    @Option(names = "--name", description = "<module>.<event>; may be given several times")
    private List<String> names = List.of();

    @Option(names = "--version-of-event", paramLabel = "N", description = "its major version")
    private List<Integer> versions = List.of();

    @Option(names = "--aggregate", description = "for example a transaction's id")
    private List<String> aggregates = List.of();

    @Option(names = "--correlation", description = "the request that caused it")
    private List<String> correlations = List.of();

    @Option(names = "--message", description = "its message id")
    private List<String> messages = List.of();

    @Option(names = "--from", paramLabel = "TIME", description = "received at or after, RFC 3339")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "received before")
    private @Nullable String to;

    @Option(names = "--last", paramLabel = "DURATION", description = "received within: P1D, PT6H")
    private @Nullable String last;

    @Option(names = "--without-journal", description = "only those that the ledger does not have")
    private boolean withoutJournal;

    ObjectNode into(ObjectNode body) {
      ObjectNode selection = body.put("queue", queue).putObject("selection");
      put(selection, "names", names);
      put(selection, "aggregateIds", aggregates);
      put(selection, "correlationIds", correlations);
      put(selection, "messageIds", messages);
      versions.forEach(version -> selection.withArray("versions").add(version));
      put(selection, "from", from);
      put(selection, "to", to);
      put(selection, "last", last);
      if (withoutJournal) {
        selection.put("withoutJournal", true);
      }
      return body;
    }

    private static void put(ObjectNode selection, String name, List<String> values) {
      values.forEach(value -> selection.withArray(name).add(value));
    }

    private static void put(ObjectNode selection, String name, @Nullable String value) {
      if (value != null) {
        selection.put(name, value);
      }
    }

    JsonNode dryRun(HubConnection hub) {
      return hub.post(PATH + "/preview", into(JsonNodeFactory.instance.objectNode()));
    }
  }

  static List<String> lines(JsonNode replay) {
    List<String> lines =
        new ArrayList<>(
            DeskText.fields(
                replay,
                "id",
                "status",
                "error",
                "schedule",
                "queue",
                "selection",
                "eventsPerSecond",
                "startAt",
                "createdBy",
                "reason",
                "startedAt",
                "endedAt"));
    lines.addAll(
        DeskText.fields(
            replay.path("progress"),
            "selected",
            "sent",
            "skipped",
            "waiting",
            "withdrawn",
            "remaining",
            "endsAbout"));
    return lines;
  }

  static JsonNode watch(DeskCommand command, long number, JsonNode first) {
    return new Watch("Replay " + number)
        .until(
            first,
            () -> command.hub().get(PATH + "/" + number),
            replay -> OVER.contains(replay.path("status").asText()),
            replay -> replay.path("progress").path("sent").asLong(),
            replay ->
                replay.path("progress").path("sent").asLong()
                    + replay.path("progress").path("remaining").asLong());
  }

  static int result(JsonNode replay) {
    return replay.path("status").asText().equals("failed") ? Hub.NOT_AS_IT_SHOULD_BE : Hub.DONE;
  }

  @Command(
      name = "preview",
      mixinStandardHelpOptions = true,
      description = "Say what a replay would do, without doing it.",
      footer = {"", "Example:", "  ./hub replays preview --without-journal --last P1D"})
  static final class Preview extends DeskCommand {
    @Mixin private Wanted wanted = new Wanted();

    @Override
    public Integer call() {
      show(wanted.dryRun(hub()), DeskText::dryRun);
      return Hub.DONE;
    }
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = "Replay a selection once, now or at a time, after showing what it would write.",
      footer = {
        "",
        "Examples:",
        "  ./hub replays start --without-journal --reason 'ledger was restored' --watch",
        "  ./hub replays start --last P1D --at 2026-03-02T01:00:00Z --rate 50 --reason 'new mapping'"
      })
  static final class Start extends DeskCommand.Acting {
    @Mixin private Wanted wanted = new Wanted();
    @Mixin private Confirmation confirmation = new Confirmation();

    @Option(names = "--rate", paramLabel = "N", description = "most events a second")
    private @Nullable Integer rate;

    @Option(names = "--at", paramLabel = "TIME", description = "not before this, RFC 3339")
    private @Nullable String at;

    @Option(names = "--watch", description = "until it ends, with its progress")
    private boolean watch;

    @Override
    public Integer call() {
      if (!confirmation.isGiven(aside(), DeskText.dryRun(wanted.dryRun(hub())))) {
        return Hub.NOT_AS_IT_SHOULD_BE;
      }
      ObjectNode plan = wanted.into(why());
      JsonNode planned = hub().post(PATH, plan.put("eventsPerSecond", rate).put("startAt", at));
      JsonNode replay = watch ? watch(this, planned.path("id").asLong(), planned) : planned;
      show(replay, ReplaysCommand::lines);
      return result(replay);
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List replays, the newest first.",
      footer = {"", "Example:", "  ./hub replays list --status running"})
  static final class ListThem extends DeskCommand {
    @Option(names = "--status", description = "planned, running, paused, done, cancelled or failed")
    private @Nullable String status;

    @Option(names = "--schedule", description = "runs of this schedule")
    private @Nullable String schedule;

    @Option(names = "--before", paramLabel = "N", description = "with lower numbers than this")
    private @Nullable Long before;

    @Option(
        names = "--limit",
        defaultValue = "20",
        description = "most that are shown (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Override
    public Integer call() {
      Query query =
          new Query()
              .with("status", status)
              .with("schedule", schedule)
              .with("cursor", before)
              .with("limit", limit);
      show(hub().get(PATH + query), ListThem::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table = new TextTable("number", "start", "by", "status", "selected", "sent");
      page.path("items")
          .forEach(
              replay ->
                  table.row(
                      replay.path("id").asText(),
                      DeskText.time(replay.path("startAt")),
                      DeskText.cut(replay.path("createdBy").asText(), 30),
                      replay.path("status").asText(),
                      replay.path("progress").path("selected").asText(),
                      replay.path("progress").path("sent").asText()));
      return DeskText.page(page, table);
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one and how far it is.",
      footer = {"", "Example:", "  ./hub replays show 4 --watch"})
  static final class Show extends DeskCommand {
    @Parameters(paramLabel = "NUMBER", description = "of the replay")
    private long number;

    @Option(names = "--watch", description = "until it ends, with its progress")
    private boolean watch;

    @Override
    public Integer call() {
      JsonNode first = hub().get(PATH + "/" + number);
      JsonNode replay = watch ? watch(this, number, first) : first;
      show(replay, ReplaysCommand::lines);
      return result(replay);
    }
  }

  /** Something that is done with one replay. */
  abstract static class OfOne extends DeskCommand.Acting {
    @Parameters(paramLabel = "NUMBER", description = "of the replay")
    private long number;

    final int act(String action) {
      show(hub().post(PATH + "/" + number + "/" + action, why()), ReplaysCommand::lines);
      return Hub.DONE;
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Pause it; what is in line already still goes out.",
      footer = {"", "Example:", "  ./hub replays pause 4 --reason 'month is being closed'"})
  static final class Pause extends OfOne {
    @Override
    public Integer call() {
      return act("pause");
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Let a paused one go on.",
      footer = {"", "Example:", "  ./hub replays resume 4 --reason 'month is closed'"})
  static final class Resume extends OfOne {
    @Override
    public Integer call() {
      return act("resume");
    }
  }

  @Command(
      name = "cancel",
      mixinStandardHelpOptions = true,
      description = "End it, and take back what is in line.",
      footer = {"", "Example:", "  ./hub replays cancel 4 --reason 'wrong selection'"})
  static final class Cancel extends OfOne {
    @Override
    public Integer call() {
      return act("cancel");
    }
  }
}
