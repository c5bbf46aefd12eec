package io.tallyline.ops;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./hub check}: what can be checked without a server. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Check the project's files.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = CheckContractsCommand.class)
final class CheckCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
