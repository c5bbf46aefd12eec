package io.tallyline.faults;

import io.tallyline.faults.inject.Point;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A scenario that has been run, and what came of it. */
record Run(
    Scenario scenario,
    @Nullable Outcome outcome,
    int events,
    int faults,
    int kills,
    Map<Point, Integer> hits,
    long redelivered,
    Duration took) {
  private static final String ROW = "%-20s %7s %6s %7s %5s %5s %5s %5s %5s %6s  %s";

  /** Runs it; a failure is printed with all that is needed to run it again. */
  static Run of(Scenario scenario, long seed, boolean full, PrintWriter out) {
    long start = System.nanoTime();
    out.printf("%s: %s%n", scenario.name(), scenario.what());
    out.flush();
    try (Bench bench = new Bench(seed, full, words -> progress(start, words, out))) {
      Outcome outcome = null;
      List<String> wrong = new ArrayList<>();
      try {
        outcome = scenario.body().run(bench);
        outcome.verdicts().stream()
            .skip(Math.max(0, outcome.verdicts().size() - 1))
            .forEach(verdict -> progress(start, verdict.toString(), out));
        wrong.addAll(outcome.complaints());
      } catch (Exception | LinkageError failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        wrong.add("it ended with " + trace);
      }
      if (outcome == null || !outcome.passed()) {
        explain(scenario, seed, full, bench.schedule(), wrong, out);
      }
      return new Run(
          scenario,
          outcome,
          bench.events(),
          bench.faults(),
          bench.kills(),
          bench.hits(),
          bench.redelivered(),
          Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private static void progress(long start, String words, PrintWriter out) {
    out.printf("  %5d s  %s%n", (System.nanoTime() - start) / 1_000_000_000, words);
    out.flush();
  }

  private static void explain(
      Scenario scenario,
      long seed,
      boolean full,
      List<String> schedule,
      List<String> wrong,
      PrintWriter out) {
    out.printf(
        "  FAILED. Again: ./hub test faults --seed %d --only %s%s%n",
        seed, scenario.name(), full ? "" : " --quick");
    wrong.forEach(complaint -> out.println("  " + complaint));
    schedule.forEach(line -> out.println("  " + line));
    out.flush();
  }

  boolean passed() {
    return outcome != null && outcome.passed();
  }

  static Map<Point, Integer> hits(List<Run> runs) {
    Map<Point, Integer> hits = new EnumMap<>(Point.class);
    runs.forEach(
        run -> run.hits().forEach((point, times) -> hits.merge(point, times, Integer::sum)));
    return hits;
  }

  /** The table for terminal and page: at most 100 columns. */
  static List<String> table(List<Run> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        ROW.formatted(
            "scenario",
            "events",
            "faults",
            "redeliv",
            "lost",
            "twice",
            "unexp",
            "diff",
            "dead",
            "time",
            "result"));
    lines.add("-".repeat(lines.get(0).length() + 4));
    runs.forEach(run -> lines.add(run.row()));
    lines.add("");
    Map<Point, Integer> hits = hits(runs);
    if (!hits.isEmpty()) {
      lines.add("Ended at a named point:");
      hits.forEach(
          (point, times) ->
              lines.add("  %s  %3d times  %s".formatted(point, times, point.where())));
    }
    lines.add(
        "In all: %,d events, %d faults, %d of them random kills, %,d redeliveries."
            .formatted(
                runs.stream().mapToInt(Run::events).sum(),
                runs.stream().mapToInt(Run::faults).sum(),
                runs.stream().mapToInt(Run::kills).sum(),
                runs.stream().mapToLong(Run::redelivered).sum()));
    return lines;
  }

  private String row() {
    List<Verdict> judged =
        outcome == null
            ? List.of()
            // Of a control only the run without the mutation must be clean.
            : outcome.control()
                ? outcome.verdicts().subList(1, outcome.verdicts().size())
                : outcome.verdicts();
    String result =
        passed() ? outcome.control() ? "caught" : "ok" : outcome == null ? "BROKE" : "FAILED";
    return ROW.formatted(
        scenario.name(),
        events,
        faults,
        redelivered,
        judged.stream().mapToInt(verdict -> verdict.lost().size()).sum(),
        judged.stream().mapToInt(verdict -> verdict.duplicated().size()).sum(),
        judged.stream().mapToInt(verdict -> verdict.unexpected().size()).sum(),
        judged.stream()
            .mapToInt(verdict -> verdict.different().size() + verdict.unbalanced().size())
            .sum(),
        judged.stream().mapToInt(verdict -> verdict.poison() - verdict.deadMissing().size()).sum()
            + (judged.stream().allMatch(v -> v.deadMissing().isEmpty()) ? "" : "!"),
        took.toSeconds() + " s",
        result);
  }
}
