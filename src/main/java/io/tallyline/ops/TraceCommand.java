package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./hub trace}: the journey of one transaction. */
@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    description = {
      "Show every step of a transaction: occurred, published, stored, each failed attempt,",
      "dead-lettered, posted with the lines of its journal. Needs a token of the role viewer."
    },
    footer = {
      "",
      "Exit status: 0 it is posted, 1 it is not (yet), 2 the hub cannot be reached or refuses."
    })
final class TraceCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private HubConnection hub = new HubConnection();

  @Parameters(paramLabel = "ID", description = "of a transaction, an event or a correlation")
  private String id = "";

  @Option(names = "--json", description = "the hub's answer as it is, for programs")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode told = hub.get("/api/trace/" + HubConnection.encoded(id));
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(told);
    } else {
      show(out, told);
    }
    return told.path("state").asText().equals("posted") ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }

  private static void show(PrintWriter out, JsonNode told) {
    out.printf("%s is %s.%n", told.path("id").asText(), told.path("state").asText());
    for (JsonNode step : told.path("steps")) {
      out.printf(
          "  %-24s  %-14s  %s%s%n",
          step.path("at").asText(),
          step.path("step").asText(),
          step.path("outcome").asText(),
          step.hasNonNull("reference") ? "  (" + step.path("reference").asText() + ")" : "");
      for (JsonNode line : step.path("lines")) {
        out.printf(
            "  %24s    %-8s  debit %14s  credit %14s  %s%n",
            "",
            line.path("account").asText(),
            line.path("debit").decimalValue().toPlainString(),
            line.path("credit").decimalValue().toPlainString(),
            line.path("description").asText(""));
      }
    }
    if (told.path("steps").isEmpty()) {
      out.println(
          "  Nothing is stored under this id. A transaction that was just recorded waits in"
              + " the outbox until it is relayed.");
    }
  }
}
