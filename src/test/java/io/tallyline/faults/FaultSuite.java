package io.tallyline.faults;

import ch.qos.logback.classic.Level;
import io.tallyline.faults.inject.Point;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./hub test faults}: runs scenarios, tells how far it is, and prints a table. */
@Command(
    name = "hub test faults",
    mixinStandardHelpOptions = true,
    description = {
      "Hurt the hub, its broker and its databases in every way of the fault plan, and let an"
          + " independent checker say whether anything was lost, doubled or altered.",
      "",
      "Without options everything runs; that takes about half an hour on two cores, and a run that"
          + " passes writes src/docs/faults.md."
    },
    footer = {"", "Exit status: 0 all passed, 1 something failed, 2 it could not run."})
public final class FaultSuite implements Callable<Integer> {
  private static final Path PAGE = Path.of("src/docs/faults.md");

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Decides everything left to chance; default ${DEFAULT-VALUE}.",
      defaultValue = "20241001")
  private long seed;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "Run these scenarios only, with the numbers of the full run.")
  private List<String> only = List.of();

  @Option(names = "--quick", description = "Use the small numbers that ./hub test uses.")
  private boolean quick;

  @Option(names = "--list", description = "Print the scenarios and end.")
  private boolean list;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ENGLISH);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
        .setLevel(Level.ERROR);
    System.exit(
        new CommandLine(new FaultSuite())
            .setExecutionExceptionHandler(FaultSuite::explain)
            .setUsageHelpAutoWidth(true)
            .execute(arguments));
  }

  private static int explain(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    commandLine.getErr().println("The fault suite cannot run: " + failure.getMessage());
    failure.printStackTrace(commandLine.getErr());
    return 2;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      Scenarios.all()
          .forEach(scenario -> out.printf("%-26s %s%n", scenario.name(), scenario.what()));
      return 0;
    }
    List<Scenario> chosen = chosen();
    out.printf("Fault suite, seed %d, %d scenarios%n%n", seed, chosen.size());
    if (chosen.size() > 1) {
      try (Bench bench = new Bench(seed, !quick, words -> {})) {
        out.println("Preparing servers and a fast start of hubs ...");
        out.flush();
        HubImage.prepare(bench);
      }
    }
    List<Run> runs = new ArrayList<>();
    for (Scenario scenario : chosen) {
      runs.add(Run.of(scenario, seed, !quick, out));
    }
    List<String> table = Run.table(runs);
    out.println();
    table.forEach(out::println);
    boolean passed = runs.stream().allMatch(Run::passed);
    List<Point> missing = only.isEmpty() && !quick ? notOftenEnough(runs) : List.of();
    if (!missing.isEmpty()) {
      out.println("Points reached fewer than 5 times: " + missing);
    }
    if (passed && missing.isEmpty() && only.isEmpty() && !quick) {
      FaultsPage.write(PAGE, seed, runs, table);
      out.println("Written: " + PAGE);
    }
    out.println(passed && missing.isEmpty() ? "All passed." : "NOT all passed.");
    out.flush();
    return passed && missing.isEmpty() ? 0 : 1;
  }

  private List<Scenario> chosen() {
    if (only.isEmpty()) {
      // The short one repeats what the others do at length.
      return Scenarios.all().stream()
          .filter(scenario -> quick || !scenario.name().equals("kills-and-points"))
          .toList();
    }
    return only.stream()
        .map(
            name ->
                Scenarios.named(name)
                    .orElseThrow(
                        () ->
                            new CommandLine.ParameterException(
                                spec.commandLine(),
                                "There is no scenario '%s'; see --list.".formatted(name))))
        .toList();
  }

  private static List<Point> notOftenEnough(List<Run> runs) {
    Map<Point, Integer> hits = Run.hits(runs);
    return List.of(Point.values()).stream()
        .filter(point -> hits.getOrDefault(point, 0) < 5)
        .toList();
  }
}
