package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What the commands of the desk have in common: a hub, and an answer as a table or as JSON. */
abstract class DeskCommand implements Callable<Integer> {
  @Spec private CommandSpec command;
  @Mixin private HubConnection hub = new HubConnection();

  @Option(names = "--json", description = "the hub's answer as it is, for programs")
  private boolean json;

  /** One that changes something, which the audit keeps with who did it and why. */
  abstract static class Acting extends DeskCommand {
    @Option(names = "--reason", required = true, description = "why; the audit keeps it")
    private String reason = "";

    final ObjectNode why() {
      return JsonNodeFactory.withExactBigDecimals(true).objectNode().put("reason", reason);
    }
  }

  final HubConnection hub() {
    return hub;
  }

  final PrintWriter out() {
    return command.commandLine().getOut();
  }

  /** For what is not the result: a program reads that from the output. */
  final PrintWriter aside() {
    return json ? command.commandLine().getErr() : out();
  }

  final void show(JsonNode answer, Function<JsonNode, List<String>> table) {
    if (json) {
      out().println(answer);
    } else {
      table.apply(answer).forEach(out()::println);
    }
  }
}
