package io.tallyline.ops;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./hub status}: asks a running hub how it is. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = "Ask a running hub how it is, part by part, with a token of the role viewer.",
    footer = {
      "",
      "Make a token: ./hub users token laptop --role viewer --to ~/.hub-token",
      "Exit status: 0 healthy, 1 not healthy, 2 it cannot be reached or refuses the token."
    })
final class StatusCommand implements Callable<Integer> {
  private static final Set<Integer> HEALTHY_OR_NOT = Set.of(200, 503);

  @Spec private CommandSpec command;
  @Mixin private HubConnection hub = new HubConnection();

  @Option(names = "--json", description = "the hub's answer as it is, for programs")
  private boolean json;

  @Override
  public Integer call() {
    JsonNode health = hub.get("/actuator/health", HEALTHY_OR_NOT);
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(health);
    } else {
      show(health).forEach(out::println);
    }
    return health.path("status").asText().equals("UP") ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }

  private static List<String> show(JsonNode health) {
    TextTable table = new TextTable("part", "status");
    table.row("hub", health.path("status").asText("unknown"));
    health
        .path("components")
        .properties()
        .forEach(part -> table.row(part.getKey(), part.getValue().path("status").asText()));
    return table.lines();
  }
}
