package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.workbench.NewEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.core.env.Environment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code ./hub new event MODULE NAME}: the files of a new event type. */
@Command(
    name = "new",
    mixinStandardHelpOptions = true,
    description = "Write the files of something new, as a start.",
    synopsisSubcommandLabel = "event",
    subcommands = NewCommand.Event.class)
final class NewCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  @Command(
      name = "event",
      mixinStandardHelpOptions = true,
      description = {
        "Write schemas, mappings and cases of a new event type, and add it to the tables of the"
            + " routes. What is written is right as it stands; edit it from there."
      },
      footer = {"", "Example: ./hub new event inventory scrap-recorded --post 5100:1300"})
  static final class Event implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODULE", description = "inventory")
    private String module = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "in kebab-case: scrap-recorded")
    private String name = "";

    @Option(
        names = "--post",
        paramLabel = "DEBIT:CREDIT",
        defaultValue = "5100:1300",
        description = "accounts of the journal (default ${DEFAULT-VALUE})")
    private String accounts = "";

    @Unmatched private List<String> settings = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
      String[] sides = accounts.split(":", -1);
      if (sides.length != 2 || sides[0].isBlank() || sides[1].isBlank()) {
        throw new StartRefused(
            "OPS-048", "--post is '%s'; write two accounts, like 5100:1300.".formatted(accounts));
      }
      Environment environment = ToolEnvironment.of(Settings.of(settings));
      NewEvent event =
          new NewEvent(
              Path.of(environment.getRequiredProperty("hub.routes-directory")),
              Path.of(environment.getRequiredProperty("hub.mappings-directory")),
              module,
              name,
              sides[0],
              sides[1]);
      event.write().forEach(System.out::println);
      System.out.printf(
          """

          %s can be recorded in the outbox now. Next:
            edit event.schema.json and v1/message.*, then ./hub check
            ./hub preview mappings/inventory/%s/v1/cases/two-lines.in.json
          """,
          event.eventType(), name);
      return Hub.DONE;
    }
  }
}
