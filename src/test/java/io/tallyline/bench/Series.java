package io.tallyline.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The hub under different loads, once each: what changes its speed, and by how much. */
final class Series {
  private static final int WARM_UP = 5_000;
  private static final int MILLION = 1_000_000;
  private static final int RATE = 200;

  /**
   * A load.
   *
   * @param group those to compare it with
   * @param rows of its drain
   * @param perSecond rows a second while latency is measured
   */
  record Variant(
      String group,
      String label,
      int rows,
      int perSecond,
      boolean classicQueues,
      Supplier<Sales> sales) {
    Variant(String group, String label, int rows, boolean classicQueues, Supplier<Sales> sales) {
      this(group, label, rows, RATE, classicQueues, sales);
    }
  }

  /**
   * What came of it.
   *
   * @param perSecond rows drained a second
   * @param cpu seconds for 1,000 rows, hub, PostgreSQL and RabbitMQ together
   * @param p50 at a steady rate, milliseconds
   * @param p99 likewise
   */
  record Point(
      String group, String label, int rows, double perSecond, double cpu, double p50, double p99) {}

  private final Servers servers;
  private final Size size;
  private final Consumer<String> progress;

  Series(Servers servers, Size size, Consumer<String> progress) {
    this.servers = servers;
    this.size = size;
    this.progress = progress;
  }

  /**
   * @param most rows of the common drain; the others are in proportion
   * @param million whether the outbox of a million rows is drained too
   */
  static List<Variant> variants(int most, boolean million) {
    List<Variant> variants = new ArrayList<>();
    for (int rows : new int[] {most / 50, most / 5, most * 2}) {
      variants.add(rows(rows));
    }
    if (million) {
      variants.add(rows(MILLION));
    }
    for (int lines : new int[] {1, 5, 50, 500}) {
      // As many lines in all and a second, but at most the usual number of sales.
      int rows = Math.min(most, most * 10 / lines);
      variants.add(
          new Variant(
              "lines a sale",
              "%,d".formatted(lines),
              rows,
              Math.min(RATE, RATE * 5 / lines),
              false,
              () -> new Sales(lines, 0, 0)));
    }
    variants.add(
        new Variant("failures", "10 % duplicates", most, false, () -> new Sales(5, 10, 0)));
    variants.add(new Variant("failures", "1 % poison", most, false, () -> new Sales(5, 0, 1)));
    variants.add(new Variant("queues", "quorum", most, false, Sales::ofFiveLines));
    variants.add(new Variant("queues", "classic", most, true, Sales::ofFiveLines));
    return variants;
  }

  private static Variant rows(int rows) {
    return new Variant(
        "rows in the outbox", "%,d".formatted(rows), rows, false, Sales::ofFiveLines);
  }

  /** Runs one; a wrong ledger is a failure of the hub. */
  Point run(Variant variant, Figures figures) throws Exception {
    Hub hub =
        variant.classicQueues()
            ? new Hub(servers, false, "--hub.delivery.declare=false")
            : new Hub(servers, false);
    try (Site site = servers.site(variant.sales().get())) {
      if (variant.classicQueues()) {
        ClassicQueues.declare(site);
      }
      try (Program program = hub.start(site, "relay,finance")) {
        site.record(Math.min(variant.rows(), WARM_UP), () -> {});
        rest(site, program);
        site.calm();
        var before = new Servers.Cpu[1];
        long start = site.record(variant.rows(), () -> before[0] = servers.cpu(program));
        long relayed = site.awaitRelayed(program);
        rest(site, program);
        // With poison at the end the last row is relayed after the last journal.
        long end = Math.max(site.lastCommit(), variant.group().equals("failures") ? relayed : 0);
        double cpu = servers.cpu(program).since(before[0]).perThousand(variant.rows()).all();
        Latency latency = latency(site, program, variant.perSecond());
        List<String> complaints = site.complaints();
        if (!complaints.isEmpty()) {
          figures.fail(hub.name(), variant.label() + ": " + String.join("; ", complaints));
        }
        var point =
            new Point(
                variant.group(),
                variant.label(),
                variant.rows(),
                variant.rows() * 1e6 / (end - start),
                cpu,
                latency.p50(),
                latency.p99());
        progress.accept(
            "%s, %s: %,.0f/s, %.3f CPU s per 1,000, at a steady rate p50 %.1f ms, p99 %.1f ms"
                .formatted(
                    point.group(),
                    point.label(),
                    point.perSecond(),
                    point.cpu(),
                    point.p50(),
                    point.p99()));
        return point;
      }
    }
  }

  private Latency latency(Site site, Program program, int perSecond) throws Exception {
    OpenLoop.Produced produced = OpenLoop.run(site, perSecond, Math.min(10, size.latencySeconds()));
    rest(site, program);
    return Latency.of(site, produced);
  }

  private static void rest(Site site, Program program) throws InterruptedException {
    site.awaitPosted(program);
    site.awaitRest(program);
  }
}
