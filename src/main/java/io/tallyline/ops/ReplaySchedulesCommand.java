package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub replays schedule}: replays that come again. */
@Command(
    name = "schedule",
    mixinStandardHelpOptions = true,
    description = "Replays that come again by a cron expression, one run at a time.",
    subcommands = {
      ReplaySchedulesCommand.Add.class,
      ReplaySchedulesCommand.ListThem.class,
      ReplaySchedulesCommand.Pause.class,
      ReplaySchedulesCommand.Resume.class,
      ReplaySchedulesCommand.Delete.class
    },
    synopsisSubcommandLabel = "COMMAND")
final class ReplaySchedulesCommand implements Runnable {
  private static final String PATH = "/api/replay-schedules";

  @Spec private CommandSpec command;

  @Override
  public void run() {
    command.commandLine().usage(command.commandLine().getOut());
  }

  private static List<String> lines(JsonNode schedule) {
    return DeskText.fields(
        schedule,
        "name",
        "cron",
        "zone",
        "queue",
        "selection",
        "eventsPerSecond",
        "paused",
        "createdBy",
        "reason",
        "nextTicks");
  }

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Make one, after showing what it would write if it ran now.",
      footer = {
        "",
        "Example:",
        "  ./hub replays schedule add nightly --cron '0 30 2 * * ?' --zone Europe/Berlin \\",
        "    --last P1D --without-journal --reason 'catch what was missed'"
      })
  static final class Add extends DeskCommand.Acting {
    @Mixin private ReplaysCommand.Wanted wanted = new ReplaysCommand.Wanted();
    @Mixin private Confirmation confirmation = new Confirmation();

    @Parameters(paramLabel = "NAME", description = "lower case, digits and hyphens")
    private String name = "";

    @Option(
        names = "--cron",
        required = true,
        description = "second minute hour day-of-month month day-of-week")
    private String cron = "";

    @Option(names = "--zone", description = "for example Europe/Berlin (default: UTC)")
    private @Nullable String zone;

    @Option(names = "--rate", paramLabel = "N", description = "most events a second")
    private @Nullable Integer rate;

    @Override
    public Integer call() {
      if (!confirmation.isGiven(aside(), DeskText.dryRun(wanted.dryRun(hub())))) {
        return Hub.NOT_AS_IT_SHOULD_BE;
      }
      ObjectNode schedule = wanted.into(why()).put("name", name).put("cron", cron);
      show(
          hub().post(PATH, schedule.put("zone", zone).put("eventsPerSecond", rate)),
          ReplaySchedulesCommand::lines);
      return Hub.DONE;
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List schedules with their next tick.",
      footer = {"", "Example:", "  ./hub replays schedule list"})
  static final class ListThem extends DeskCommand {
    @Override
    public Integer call() {
      show(hub().get(PATH), ListThem::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table = new TextTable("name", "cron", "zone", "next");
      page.path("items")
          .forEach(
              schedule ->
                  table.row(
                      DeskText.cut(schedule.path("name").asText(), 26),
                      DeskText.cut(schedule.path("cron").asText(), 24),
                      DeskText.cut(schedule.path("zone").asText(), 18),
                      schedule.path("paused").asBoolean()
                          ? "paused"
                          : DeskText.time(schedule.path("nextTicks").path(0))));
      return DeskText.page(page, table);
    }
  }

  /** Something that is done with one schedule. */
  abstract static class OfOne extends DeskCommand.Acting {
    @Parameters(paramLabel = "NAME", description = "of the schedule")
    private String name = "";

    final int act(String action, Function<JsonNode, List<String>> lines) {
      String path = PATH + "/" + HubConnection.encoded(name) + "/" + action;
      show(hub().post(path, why()), lines);
      return Hub.DONE;
    }
  }

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "No further runs until it is resumed.",
      footer = {"", "Example:", "  ./hub replays schedule pause nightly --reason 'stocktaking'"})
  static final class Pause extends OfOne {
    @Override
    public Integer call() {
      return act("pause", ReplaySchedulesCommand::lines);
    }
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Let it run again.",
      footer = {"", "Example:", "  ./hub replays schedule resume nightly --reason 'all counted'"})
  static final class Resume extends OfOne {
    @Override
    public Integer call() {
      return act("resume", ReplaySchedulesCommand::lines);
    }
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "End it; its runs stay listed.",
      footer = {"", "Example:", "  ./hub replays schedule delete nightly --reason 'not needed'"})
  static final class Delete extends OfOne {
    @Override
    public Integer call() {
      return act("delete", gone -> List.of("%s is gone.".formatted(gone.path("name").asText())));
    }
  }
}
