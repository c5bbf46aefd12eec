package io.tallyline.bench;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./hub bench}: measures in turns, tells how far it is, and prints tables. */
@Command(
    name = "hub bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measure the hub beside a hand-written pipeline, what teams write with Camel, and outbox"
          + " libraries, on private servers: how fast an outbox is drained, how long a sale takes"
          + " from its producer's commit to its journal's, and what that costs.",
      "",
      "A complete run writes its tables and pictures into bench/."
    },
    footer = {
      "",
      "Exit status: 0 measured, 1 a contender lost or doubled something, 2 it could not run."
    })
public final class Bench implements Callable<Integer> {
  @Option(
      names = "--short",
      description = "About a minute: the hub and the hand-written pipeline with few sales.")
  private boolean brief;

  @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
  private Integer rounds;

  @Option(names = "--rows", paramLabel = "N", description = "Sales of each drain.")
  private Integer rows;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "These contenders only; see --list.")
  private List<String> only = List.of();

  @Option(names = "--list", description = "Print the contenders and end.")
  private boolean list;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  public static void main(String[] arguments) {
    Locale.setDefault(Locale.ENGLISH);
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME))
        .setLevel(Level.ERROR);
    System.exit(
        new CommandLine(new Bench())
            .setExecutionExceptionHandler(Bench::explain)
            .setUsageHelpAutoWidth(true)
            .execute(arguments));
  }

  private static int explain(
      Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
    commandLine.getErr().println("The bench cannot run: " + failure.getMessage());
    failure.printStackTrace(commandLine.getErr());
    return 2;
  }

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    if (list) {
      Contenders.all(null).forEach(each -> out.printf("%-18s %s%n", each.name(), each.what()));
      return 0;
    }
    Size size = size();
    out.println("Starting PostgreSQL and RabbitMQ ...");
    out.flush();
    var servers = new Servers();
    List<Contender> contenders = chosen(Contenders.all(servers));
    var figures = new Figures();
    long start = System.nanoTime();
    for (int number = 1; number <= size.rounds(); number++) {
      for (Contender contender : contenders) {
        out.printf("Round %d of %d, %s%n", number, size.rounds(), contender.name());
        out.flush();
        new Round(
                servers,
                size,
                figures,
                words -> {
                  out.printf("  %5d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, words);
                  out.flush();
                })
            .run(contender);
      }
    }
    out.println();
    new Report(figures).lines().forEach(out::println);
    out.flush();
    return figures.failures().isEmpty() ? 0 : 1;
  }

  private List<Contender> chosen(List<Contender> all) {
    List<String> names = brief && only.isEmpty() ? List.of("hub", Report.REFERENCE) : only;
    for (String name : names) {
      if (all.stream().noneMatch(each -> each.name().equals(name))) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "There is no contender '%s'; see --list.".formatted(name));
      }
    }
    return names.isEmpty()
        ? all
        : all.stream().filter(each -> names.contains(each.name())).toList();
  }

  private Size size() {
    Size whole = brief ? Size.SHORT : Size.FULL;
    return new Size(
        rounds == null ? whole.rounds() : rounds,
        whole.warmUp(),
        rows == null ? whole.rows() : rows,
        whole.latencySeconds());
  }
}
