package io.tallyline.ops;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.TimeZone;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./hub}: the command line. */
@Command(
    name = "hub",
    mixinStandardHelpOptions = true,
    version = "tallyline hub 0.1.0",
    description = "Carries inventory transactions into the finance ledger.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      StartCommand.class,
      DevCommand.class,
      PreviewCommand.class,
      NewCommand.class,
      FlowsCommand.class,
      SettingsCommand.class,
      LoadCommand.class,
      CheckCommand.class,
      UsersCommand.class,
      StatusCommand.class,
      EventsCommand.class,
      TraceCommand.class,
      DeadLettersCommand.class,
      ReplaysCommand.class,
      ReconcileCommand.class,
      AuditCommand.class,
      TestCommand.class,
      BenchCommand.class
    },
    footer = {
      "",
      "Exit status: 0 done, 1 not all is as it should be, 2 a setting, file or server is wrong.",
      "Settings stand in config/application.properties, in the environment, or after the command:",
      "  ./hub start --server.port=9090 --hub.roles=relay"
    })
public final class Hub implements Runnable {
  static final int DONE = 0;
  static final int NOT_AS_IT_SHOULD_BE = 1;
  static final int WRONG = 2;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ENGLISH);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Hub())
        .setExecutionExceptionHandler(Hub::explain)
        .setUsageHelpAutoWidth(true);
  }

  private static int explain(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    PrintWriter err = commandLine.getErr();
    FailedStart.sentence(failure).ifPresentOrElse(err::println, () -> failure.printStackTrace(err));
    err.flush();
    return FailedStart.sentence(failure).isPresent() ? WRONG : NOT_AS_IT_SHOULD_BE;
  }

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
