package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ./hub dead-letters approvals}, {@code approve} and {@code reject}. */
@Command(
    name = "approvals",
    mixinStandardHelpOptions = true,
    description = "List what waits for a second person.",
    footer = {"", "Example:", "  ./hub dead-letters approvals"})
final class ApprovalsCommand extends DeskCommand {
  private static final String PATH = "/api/approvals";

  @Override
  public Integer call() {
    show(hub().get(PATH), ApprovalsCommand::table);
    return Hub.DONE;
  }

  private static List<String> table(JsonNode page) {
    TextTable table = new TextTable("number", "what", "asked for by", "until", "reason");
    page.path("items")
        .forEach(
            approval ->
                table.row(
                    approval.path("id").asText(),
                    approval.hasNonNull("bulkId")
                        ? "bulk retry " + approval.path("bulkId").asText()
                        : "edited dead letter " + approval.path("deadLetterId").asText(),
                    DeskText.cut(approval.path("requestedBy").asText(), 16),
                    DeskText.time(approval.path("expiresAt")),
                    DeskText.cut(approval.path("reason").asText(), 22)));
    return DeskText.page(page, table);
  }

  private static List<String> decided(JsonNode decided) {
    return List.of(
        "Approval %s is %s."
            .formatted(decided.path("id").asText(), decided.path("status").asText()));
  }

  @Command(
      name = "approve",
      mixinStandardHelpOptions = true,
      description = "Agree to what somebody else asked for, so that it goes on.",
      footer = {"", "Example:", "  ./hub dead-letters approve 2 --reason 'amounts are right'"})
  static final class Approve extends DeskCommand.Acting {
    @Mixin private Confirmation confirmation = new Confirmation();

    @Parameters(paramLabel = "NUMBER", description = "of the approval")
    private long number;

    @Override
    public Integer call() {
      if (!confirmation.isGiven(aside(), what())) {
        return Hub.NOT_AS_IT_SHOULD_BE;
      }
      show(hub().post(PATH + "/" + number + "/approve", why()), ApprovalsCommand::decided);
      return Hub.DONE;
    }

    private List<String> what() {
      for (JsonNode approval : hub().get(PATH).path("items")) {
        if (approval.path("id").asLong() == number) {
          return approval.hasNonNull("bulkId")
              ? BulkRetriesCommand.lines(
                  hub().get("/api/bulk-retries/" + approval.path("bulkId").asLong()))
              : DeskText.preview(
                  hub()
                      .get("/api/dead-letters/" + approval.path("deadLetterId").asLong())
                      .path("preview"));
        }
      }
      return List.of("No approval %d waits.".formatted(number));
    }
  }

  @Command(
      name = "reject",
      mixinStandardHelpOptions = true,
      description = "Do not agree; it ends.",
      footer = {"", "Example:", "  ./hub dead-letters reject 2 --reason 'wrong amount'"})
  static final class Reject extends DeskCommand.Acting {
    @Parameters(paramLabel = "NUMBER", description = "of the approval")
    private long number;

    @Override
    public Integer call() {
      show(hub().post(PATH + "/" + number + "/reject", why()), ApprovalsCommand::decided);
      return Hub.DONE;
    }
  }
}
