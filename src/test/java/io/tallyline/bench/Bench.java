package io.tallyline.bench;

import ch.qos.logback.classic.Level;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private static final String SERIES = "series";

  private final long started = System.nanoTime();

  @Option(
      names = "--short",
      description = "A minute or two: the hub and the hand-written pipeline with few sales.")
  private boolean brief;

  @Option(names = "--rounds", paramLabel = "N", description = "Turns of each contender.")
  private Integer rounds;

  @Option(names = "--rows", paramLabel = "N", description = "Sales of each drain.")
  private Integer rows;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "NAME",
      description = "These contenders only; see --list. 'series' is the hub under different loads.")
  private List<String> only = List.of();

  @Option(names = "--million", description = "Also drain an outbox of a million rows.")
  private boolean million;

  @Option(names = "--json", description = "Print the figures as JSON, and progress to stderr.")
  private boolean json;

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
      Contenders.all(null).forEach(each -> out.printf("%-24s %s%n", each.name(), each.what()));
      return 0;
    }
    Size size = size();
    BenchPage page = isComplete() ? new BenchPage(Path.of("bench")) : null;
    say("Starting PostgreSQL and RabbitMQ ...");
    var servers = new Servers();
    List<Contender> contenders = chosen(Contenders.all(servers));
    List<String> machine = Machine.facts(servers, size);
    machine.forEach(this::say);
    var figures = new Figures();
    for (int number = 1; number <= size.rounds(); number++) {
      for (Contender contender : contenders) {
        say("Round %d of %d, %s".formatted(number, size.rounds(), contender.name()));
        new Round(servers, size, figures, this::tell).run(contender, !brief);
      }
    }
    List<Series.Point> series = series(servers, size, figures);
    List<String> table = table(figures, series);
    out.println();
    if (json) {
      out.println(FiguresJson.of(machine, figures, series));
    } else {
      table.forEach(out::println);
    }
    boolean right = figures.failures().isEmpty();
    if (right && page != null) {
      page.write(machine, table, figures, series);
      say("Written: bench/README.md and its pictures");
    }
    out.flush();
    return right ? 0 : 1;
  }

  private List<Series.Point> series(Servers servers, Size size, Figures figures)
      throws InterruptedException {
    List<Series.Point> points = new ArrayList<>();
    if (brief || !only.isEmpty() && !only.contains(SERIES)) {
      return points;
    }
    for (Series.Variant variant : Series.variants(size.rows(), million)) {
      say("The hub by %s: %s".formatted(variant.group(), variant.label()));
      try {
        points.add(new Series(servers, size, this::tell).run(variant, figures));
      } catch (InterruptedException stopped) {
        throw stopped;
      } catch (Exception failure) {
        tell("FAILED: " + failure.getMessage());
        figures.fail("hub", variant.label() + ": " + failure.getMessage());
      }
    }
    return points;
  }

  private static List<String> table(Figures figures, List<Series.Point> series) {
    List<String> lines = new ArrayList<>(new Report(figures).lines());
    List<String> goals = new Report(figures).goals();
    if (!goals.isEmpty()) {
      lines.add("");
      lines.addAll(goals);
    }
    if (!series.isEmpty()) {
      lines.add("");
      lines.addAll(Report.series(series));
    }
    return lines;
  }

  /** Anything less would put figures on the page that cannot be compared with those before. */
  private boolean isComplete() {
    return !brief && only.isEmpty() && rows == null && (rounds == null || rounds >= 3);
  }

  /** Progress; not in the way of a program that reads the figures. */
  private void say(String line) {
    PrintWriter progress = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    progress.println(line);
    progress.flush();
  }

  private void tell(String step) {
    say("  %5d s  %s".formatted((System.nanoTime() - started) / 1_000_000_000, step));
  }

  private List<Contender> chosen(List<Contender> all) {
    List<String> names = brief && only.isEmpty() ? List.of("hub", Report.REFERENCE) : only;
    for (String name : names) {
      if (!name.equals(SERIES) && all.stream().noneMatch(each -> each.name().equals(name))) {
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
        whole.warmUpSeconds(),
        whole.warmUp(),
        rows == null ? whole.rows() : rows,
        whole.latencySeconds());
  }
}
