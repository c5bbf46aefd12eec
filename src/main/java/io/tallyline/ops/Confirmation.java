package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import java.io.Console;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Option;

/** Asks a person before something is written to the ledger. */
final class Confirmation {
  @Option(names = "--yes", description = "do not ask, for programs")
  private boolean yes;

  /**
   * Shows what would be done, and asks.
   *
   * @throws StartRefused OPS-243 if nobody can be asked
   */
  boolean isGiven(PrintWriter out, List<String> what) {
    what.forEach(out::println);
    out.flush();
    if (yes) {
      return true;
    }
    Console console = System.console();
    if (console == null) {
      throw new StartRefused(
          "OPS-243",
          "this writes to the ledger and there is no console to ask at, so nothing was done. Look at what it says above, then add --yes.");
    }
    if ("yes".equals(console.readLine("Type yes to go on: "))) {
      return true;
    }
    out.println("Nothing was done.");
    return false;
  }
}
