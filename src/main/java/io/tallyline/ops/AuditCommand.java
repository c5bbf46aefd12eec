package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tallyline.ops.HubConnection.Query;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./hub audit}: who did what, and whether that record is whole. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description = {
      "Look who did what, or verify that nothing in that record was changed, removed or put in.",
      "Looking needs a token of the role viewer, verifying operator."
    },
    subcommands = {AuditCommand.ListThem.class, AuditCommand.Verify.class},
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  ./hub audit list --about dead-letter:12",
      "  ./hub audit verify --head 4711:5e0c...",
      "Exit status: 0 done and whole, 1 the chain is broken, 2 the hub cannot be reached or refuses."
    })
final class AuditCommand implements Runnable {
  private static final String PATH = "/api/audit";

  @Spec private CommandSpec command;

  @Override
  public void run() {
    command.commandLine().usage(command.commandLine().getOut());
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List entries, the newest first; of one subject the oldest first.",
      footer = {"", "Example:", "  ./hub audit list --about replay:4"})
  static final class ListThem extends DeskCommand {
    @Option(names = "--about", description = "for example dead-letter:12 or replay:4")
    private @Nullable String about;

    @Option(names = "--before", paramLabel = "N", description = "with lower numbers than this")
    private @Nullable Long before;

    @Option(
        names = "--limit",
        defaultValue = "20",
        description = "most that are shown (default: ${DEFAULT-VALUE})")
    private int limit = 20;

    @Override
    public Integer call() {
      Query query = new Query().with("about", about).with("cursor", before).with("limit", limit);
      show(hub().get(PATH + query), ListThem::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table = new TextTable("number", "at", "who", "action", "subject");
      page.path("items")
          .forEach(
              entry ->
                  table.row(
                      entry.path("number").asText(),
                      DeskText.time(entry.path("at")),
                      DeskText.cut(entry.path("who").asText(), 18),
                      DeskText.cut(entry.path("action").asText(), 24),
                      DeskText.cut(entry.path("subject").asText(), 20)));
      return DeskText.page(page, table);
    }
  }

  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Read the whole chain and name each broken place by its number. With a head from a line",
        "'Audit head' of the log, a cut tail is seen too."
      },
      footer = {"", "Example:", "  ./hub audit verify --head 4711:5e0c... --timeout 10m"})
  static final class Verify extends DeskCommand {
    @Option(names = "--head", paramLabel = "N:HASH", description = "as the log has it")
    private @Nullable String head;

    @Override
    public Integer call() {
      JsonNode verified =
          hub().post(PATH + "/verify", JsonNodeFactory.instance.objectNode().put("head", head));
      show(verified, Verify::lines);
      return verified.path("whole").asBoolean() ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
    }

    private static List<String> lines(JsonNode verified) {
      List<String> lines = new ArrayList<>();
      verified.path("broken").forEach(broken -> lines.add(broken.path("sentence").asText()));
      String entries = verified.path("entries").asText();
      lines.add(
          verified.path("whole").asBoolean()
              ? "The audit is whole: %s entries.".formatted(entries)
              : "The audit is broken in %s places: %s entries."
                  .formatted(verified.path("brokenPlaces").asText(), entries));
      if (verified.hasNonNull("head")) {
        lines.add("Head " + verified.path("head").asText());
      }
      return lines;
    }
  }
}
