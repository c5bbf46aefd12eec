package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tallyline.contracts.StartRefused;
import io.tallyline.ops.HubConnection.Query;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub dead-letters}: what gave up, and what to do about it. */
@Command(
    name = "dead-letters",
    mixinStandardHelpOptions = true,
    description = {
      "Look at messages that gave up, retry, edit, discard or redirect them, one or many.",
      "Looking needs a token of the role viewer, acting operator, approving approver."
    },
    subcommands = {
      DeadLettersCommand.ListThem.class,
      DeadLettersCommand.Groups.class,
      DeadLettersCommand.Show.class,
      DeadLettersCommand.Retry.class,
      DeadLettersCommand.Edit.class,
      DeadLettersCommand.Discard.class,
      DeadLettersCommand.Undo.class,
      DeadLettersCommand.Reopen.class,
      DeadLettersCommand.Redirect.class,
      BulkRetriesCommand.class,
      ApprovalsCommand.class,
      ApprovalsCommand.Approve.class,
      ApprovalsCommand.Reject.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Examples:",
      "  ./hub dead-letters groups --value",
      "  ./hub dead-letters show 12",
      "  ./hub dead-letters retry 12 --reason 'account 1400 was added'",
      "  ./hub dead-letters bulk plan --code FIN-020 --reason 'account 1400 was added'",
      "Exit status: 0 done, 1 not all is as it should be, 2 the hub cannot be reached or refuses."
    })
final class DeadLettersCommand implements Runnable {
  private static final String PATH = "/api/dead-letters";

  @Spec private CommandSpec command;

  @Override
  public void run() {
    command.commandLine().usage(command.commandLine().getOut());
  }

  /** Which dead letters. */
  static final class Filter {
    @Option(names = "--queue", description = "that they failed in")
    private @Nullable String queue;

    @Option(names = "--failed-by", paramLabel = "REASON", description = "for example rejected")
    private @Nullable String failedBy;

    @Option(names = "--code", description = "which the error starts with")
    private @Nullable String code;

    @Option(names = "--name", description = "<module>.<event>")
    private @Nullable String name;

    @Option(names = "--text", description = "in the error, the body or an id")
    private @Nullable String text;

    @Option(names = "--from", paramLabel = "TIME", description = "failed at or after, RFC 3339")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "failed before")
    private @Nullable String to;

    Query query() {
      return new Query()
          .with("queue", queue)
          .with("reason", failedBy)
          .with("code", code)
          .with("name", name)
          .with("text", text)
          .with("from", from)
          .with("to", to);
    }

    void put(ObjectNode filter) {
      filter.put("queue", queue).put("reason", failedBy).put("code", code).put("name", name);
      filter.put("text", text).put("from", from).put("to", to);
    }
  }

  /** The newest first. */
  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List dead letters, the newest first; without --status those that are open.",
      footer = {"", "Example:", "  ./hub dead-letters list --code FIN-020 --limit 50"})
  static final class ListThem extends DeskCommand {
    @Mixin private Filter filter = new Filter();

    @Option(names = "--status", description = "OPEN, RETRYING, DISCARDED, ...; or --all")
    private @Nullable String status;

    @Option(names = "--all", description = "whatever their status")
    private boolean all;

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
          filter
              .query()
              .with("status", status)
              .with("all", all ? "true" : null)
              .with("cursor", before)
              .with("limit", limit);
      show(hub().get(PATH + query), ListThem::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table = new TextTable("number", "failed", "event", "code", "status");
      page.path("items")
          .forEach(
              letter ->
                  table.row(
                      letter.path("id").asText(),
                      DeskText.time(letter.path("lastFailedAt")),
                      DeskText.cut(letter.path("name").asText(), 38),
                      letter.path("code").asText(),
                      letter.path("status").asText()));
      return DeskText.page(page, table);
    }
  }

  /** The largest first. */
  @Command(
      name = "groups",
      mixinStandardHelpOptions = true,
      description = "Group open dead letters by queue, reason, code and event.",
      footer = {"", "Example:", "  ./hub dead-letters groups --value"})
  static final class Groups extends DeskCommand {
    @Option(names = "--value", description = "and what a retry of each group would post")
    private boolean value;

    @Override
    public Integer call() {
      show(
          hub().get(PATH + "/groups" + new Query().with("value", value ? "true" : null)),
          Groups::table);
      return Hub.DONE;
    }

    private static List<String> table(JsonNode page) {
      TextTable table = new TextTable("event", "queue", "reason", "code", "letters");
      List<String> values = new ArrayList<>();
      for (JsonNode group : page.path("items")) {
        String event = DeskText.cut(group.path("name").asText(), 38);
        table.row(
            event,
            DeskText.cut(group.path("queue").asText(), 20),
            DeskText.cut(group.path("reason").asText(), 14),
            group.path("code").asText(),
            group.path("letters").asText());
        if (group.has("value")) {
          values.add("");
          values.add(event + " " + group.path("code").asText());
          values.addAll(DeskText.value(group.path("value")));
        }
      }
      List<String> lines = new ArrayList<>(DeskText.page(page, table));
      lines.addAll(values);
      return lines;
    }
  }

  /** One, whole. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show one with its body, history, actions and what a retry would post.",
      footer = {"", "Example:", "  ./hub dead-letters show 12"})
  static final class Show extends DeskCommand {
    @Parameters(paramLabel = "NUMBER", description = "of the dead letter")
    private long number;

    @Override
    public Integer call() {
      show(hub().get(PATH + "/" + number), Show::lines);
      return Hub.DONE;
    }

    private static List<String> lines(JsonNode whole) {
      List<String> lines =
          new ArrayList<>(
              DeskText.fields(
                  whole.path("letter"),
                  "id",
                  "status",
                  "undoUntil",
                  "queue",
                  "routingKey",
                  "messageId",
                  "correlationId",
                  "aggregateId",
                  "reason",
                  "attempts",
                  "firstFailedAt",
                  "lastFailedAt"));
      lines.add("error            " + whole.path("letter").path("error").asText());
      for (JsonNode action : whole.path("actions")) {
        lines.add(
            "%s  %s by %s: %s"
                .formatted(
                    DeskText.time(action.path("at")),
                    action.path("action").asText(),
                    action.path("who").asText(),
                    action.path("reason").asText()));
      }
      lines.add("");
      lines.addAll(DeskText.preview(whole.path("preview")));
      lines.add("");
      JsonNode latest = whole.path("latest");
      lines.add(latest.path("text").asText(latest.path("base64").asText()));
      return lines;
    }
  }

  /** Something that is done with one dead letter. */
  abstract static class OfOne extends DeskCommand.Acting {
    @Parameters(paramLabel = "NUMBER", description = "of the dead letter")
    private long number;

    final String path() {
      return PATH + "/" + number;
    }

    final int act(String action, ObjectNode body) {
      show(hub().post(path() + "/" + action, body), OfOne::done);
      return Hub.DONE;
    }

    private static List<String> done(JsonNode done) {
      JsonNode letter = done.path("letter");
      String what =
          "Dead letter %s is %s."
              .formatted(letter.path("id").asText(), letter.path("status").asText());
      return done.hasNonNull("approval")
          ? List.of(
              what,
              "Somebody else has to agree: ./hub dead-letters approve %s --reason ..."
                  .formatted(done.path("approval").asText()))
          : List.of(what);
    }
  }

  @Command(
      name = "retry",
      mixinStandardHelpOptions = true,
      description = "Send one again to where it failed.",
      footer = {"", "Example:", "  ./hub dead-letters retry 12 --reason 'account was added'"})
  static final class Retry extends OfOne {
    @Mixin private Confirmation confirmation = new Confirmation();

    @Override
    public Integer call() {
      List<String> preview = DeskText.preview(hub().get(path()).path("preview"));
      return confirmation.isGiven(aside(), preview) ? act("retry", why()) : Hub.NOT_AS_IT_SHOULD_BE;
    }
  }

  @Command(
      name = "edit",
      mixinStandardHelpOptions = true,
      description = {
        "Keep an edited copy and send that; the original stays.",
        "If an amount changes, a second person has to agree first."
      },
      footer = {
        "",
        "Example:",
        "  ./hub dead-letters edit 12 --body corrected.json --reason 'currency was missing'"
      })
  static final class Edit extends OfOne {
    @Mixin private Confirmation confirmation = new Confirmation();

    @Option(
        names = "--body",
        required = true,
        paramLabel = "FILE",
        description = "the whole message as it should be")
    private Path body = Path.of("");

    @Override
    public Integer call() {
      ObjectNode edit = why().put("bodyBase64", Base64.getEncoder().encodeToString(bytes(body)));
      JsonNode preview = hub().post(path() + "/preview-edit", edit);
      List<String> lines = new ArrayList<>();
      for (JsonNode difference : preview.path("diff")) {
        lines.add(
            "%s: %s becomes %s"
                .formatted(
                    difference.path("pointer").asText(),
                    DeskText.cut(difference.path("before").toString(), 40),
                    DeskText.cut(difference.path("after").toString(), 40)));
      }
      lines.addAll(DeskText.preview(preview.path("preview")));
      return confirmation.isGiven(aside(), lines) ? act("edit", edit) : Hub.NOT_AS_IT_SHOULD_BE;
    }

    private static byte[] bytes(Path file) {
      try {
        return Files.readAllBytes(file);
      } catch (IOException unreadable) {
        throw new StartRefused(
            "OPS-244",
            "%s cannot be read (%s). Give the file with the edited message."
                .formatted(file, unreadable.getClass().getSimpleName()));
      }
    }
  }

  @Command(
      name = "discard",
      mixinStandardHelpOptions = true,
      description = "Nobody needs it; can be undone for a while.",
      footer = {"", "Example:", "  ./hub dead-letters discard 12 --reason 'a test message'"})
  static final class Discard extends OfOne {
    @Override
    public Integer call() {
      return act("discard", why());
    }
  }

  @Command(
      name = "undo",
      mixinStandardHelpOptions = true,
      description = "Take a discarded one back.",
      footer = {"", "Example:", "  ./hub dead-letters undo 12 --reason 'it is needed after all'"})
  static final class Undo extends OfOne {
    @Override
    public Integer call() {
      return act("undo-discard", why());
    }
  }

  @Command(
      name = "reopen",
      mixinStandardHelpOptions = true,
      description = "Take back a retry that does not end.",
      footer = {"", "Example:", "  ./hub dead-letters reopen 12 --reason 'the queue was purged'"})
  static final class Reopen extends OfOne {
    @Override
    public Integer call() {
      return act("reopen", why());
    }
  }

  @Command(
      name = "redirect",
      mixinStandardHelpOptions = true,
      description = "Send it to another queue of hub.dead-letters.redirect-queues.",
      footer = {
        "",
        "Example:",
        "  ./hub dead-letters redirect 12 --to finance.manual --reason 'by hand'"
      })
  static final class Redirect extends OfOne {
    @Option(names = "--to", required = true, paramLabel = "QUEUE", description = "where it goes")
    private String to = "";

    @Override
    public Integer call() {
      return act("redirect", why().put("queue", to));
    }
  }
}
