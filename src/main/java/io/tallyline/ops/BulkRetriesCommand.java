package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub dead-letters bulk}: many dead letters together. */
@Command(
    name = "bulk",
    mixinStandardHelpOptions = true,
    description = "Retry a selection or a group: plan it, look at its value, start it.",
    subcommands = {
      BulkRetriesCommand.Plan.class,
      BulkRetriesCommand.Start.class,
      BulkRetriesCommand.Stop.class,
      BulkRetriesCommand.Show.class,
      BulkRetriesCommand.ListThem.class
    },
    synopsisSubcommandLabel = "COMMAND")
final class BulkRetriesCommand implements Runnable {
  private static final String PATH = "/api/bulk-retries";
  private static final Set<String> GOES_ON = Set.of("CANARY", "RUNNING");
  private static final Set<String> WENT_WRONG = Set.of("STOPPED", "REJECTED");

  @Spec private CommandSpec command;

  @Override
  public void run() {
    command.commandLine().usage(command.commandLine().getOut());
  }

  static List<String> lines(JsonNode bulk) {
    List<String> lines =
        new ArrayList<>(
            DeskText.fields(
                bulk,
                "id",
                "status",
                "note",
                "requestedBy",
                "reason",
                "letters",
                "waiting",
                "sent",
                "resolved",
                "failed",
                "skipped"));
    lines.addAll(DeskText.value(bulk.path("value")));
    return lines;
  }

  @Command(
      name = "plan",
      mixinStandardHelpOptions = true,
      description = "Work out how many and what value; nothing is sent.",
      footer = {
        "",
        "Examples:",
        "  ./hub dead-letters bulk plan --code FIN-020 --reason 'account was added'",
        "  ./hub dead-letters bulk plan --number 12 --number 15 --reason 'checked'"
      })
  static final class Plan extends DeskCommand.Acting {
    @Mixin private DeadLettersCommand.Filter filter = new DeadLettersCommand.Filter();

    @Option(
        names = "--number",
        paramLabel = "N",
        description = "of a dead letter, several times; in place of conditions")
    private List<Long> numbers = List.of();

    @Override
    public Integer call() {
      ObjectNode plan = why();
      if (numbers.isEmpty()) {
        filter.put(plan.putObject("filter"));
      } else {
        numbers.forEach(plan.withArray("ids")::add);
      }
      show(hub().post(PATH, plan), BulkRetriesCommand::lines);
      return Hub.DONE;
    }
  }

  @Command(
      name = "start",
      mixinStandardHelpOptions = true,
      description = {
        "Start a planned one: a few messages first, then the rest. Above a value a second person",
        "has to agree."
      },
      footer = {"", "Example:", "  ./hub dead-letters bulk start 3 --wait --reason 'checked'"})
  static final class Start extends DeskCommand.Acting {
    @Mixin private Confirmation confirmation = new Confirmation();

    @Parameters(paramLabel = "NUMBER", description = "of the bulk retry")
    private long number;

    @Option(names = "--wait", description = "until it ends, with its progress")
    private boolean wait;

    @Override
    public Integer call() {
      String path = PATH + "/" + number;
      JsonNode planned = hub().get(path);
      if (!confirmation.isGiven(aside(), DeskText.value(planned.path("value")))) {
        return Hub.NOT_AS_IT_SHOULD_BE;
      }
      JsonNode started = hub().post(path + "/start", why());
      JsonNode bulk = wait ? watch(this, number, started) : started;
      show(bulk, BulkRetriesCommand::lines);
      if (bulk.hasNonNull("approval")) {
        aside()
            .printf(
                "Somebody else has to agree: ./hub dead-letters approve %s --reason ...%n",
                bulk.path("approval").asText());
      }
      return result(bulk);
    }
  }

  private static int result(JsonNode bulk) {
    return WENT_WRONG.contains(bulk.path("status").asText()) || bulk.path("failed").asLong() > 0
        ? Hub.NOT_AS_IT_SHOULD_BE
        : Hub.DONE;
  }

  private static JsonNode watch(DeskCommand command, long number, JsonNode first) {
    return new Watch("Bulk retry " + number)
        .until(
            first,
            () -> command.hub().get(PATH + "/" + number),
            bulk -> !GOES_ON.contains(bulk.path("status").asText()),
            bulk -> bulk.path("resolved").asLong() + bulk.path("failed").asLong(),
            bulk -> bulk.path("letters").asLong());
  }

  @Command(
      name = "stop",
      mixinStandardHelpOptions = true,
      description = "Send no more of it.",
      footer = {"", "Example:", "  ./hub dead-letters bulk stop 3 --reason 'wrong mapping'"})
  static final class Stop extends DeskCommand.Acting {
    @Parameters(paramLabel = "NUMBER", description = "of the bulk retry")
    private long number;

    @Override
    public Integer call() {
      show(hub().post(PATH + "/" + number + "/stop", why()), BulkRetriesCommand::lines);
      return Hub.DONE;
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one and how far it is.",
      footer = {"", "Example:", "  ./hub dead-letters bulk show 3 --watch"})
  static final class Show extends DeskCommand {
    @Parameters(paramLabel = "NUMBER", description = "of the bulk retry")
    private long number;

    @Option(names = "--watch", description = "until it ends, with its progress")
    private boolean watch;

    @Override
    public Integer call() {
      JsonNode first = hub().get(PATH + "/" + number);
      JsonNode bulk = watch ? watch(this, number, first) : first;
      show(bulk, BulkRetriesCommand::lines);
      return result(bulk);
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List bulk retries, the newest first.",
      footer = {"", "Example:", "  ./hub dead-letters bulk list"})
  static final class ListThem extends DeskCommand {
    @Override
    public Integer call() {
      show(hub().get(PATH + "?limit=50"), ListThem::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table =
          new TextTable("number", "planned", "by", "status", "letters", "resolved", "failed");
      page.path("items")
          .forEach(
              bulk ->
                  table.row(
                      bulk.path("id").asText(),
                      DeskText.time(bulk.path("plannedAt")),
                      DeskText.cut(bulk.path("requestedBy").asText(), 20),
                      bulk.path("status").asText(),
                      bulk.path("letters").asText(),
                      bulk.path("resolved").asText(),
                      bulk.path("failed").asText()));
      return DeskText.page(page, table);
    }
  }
}
