package io.tallyline.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** {@code ./hub dev}: a hub that takes edits of its files while it runs. */
@Command(
    name = "dev",
    mixinStandardHelpOptions = true,
    description = {
      "Run the hub like 'start', and take edits of routes, mappings and schemas while it runs. A"
          + " broken edit leaves what runs as it was, and is explained; correct the file and it is"
          + " taken."
    },
    footer = {
      "",
      "Databases and broker that are not configured are started embedded, with data below ./data.",
      "Stop it with Ctrl-C. In another terminal: ./hub check --watch, ./hub load FILE."
    })
final class DevCommand implements Callable<Integer> {
  @Unmatched private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(Settings.of(settings)));
    arguments.add("--hub.workbench.reload=true");
    return StartCommand.serve(arguments.toArray(String[]::new));
  }
}
