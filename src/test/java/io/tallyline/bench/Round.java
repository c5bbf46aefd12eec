package io.tallyline.bench;

import io.tallyline.contracts.Names;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One turn of one contender, in databases and queues that nobody used before. */
final class Round {
  private final Servers servers;
  private final Size size;
  private final Figures figures;
  private final Consumer<String> progress;

  Round(Servers servers, Size size, Figures figures, Consumer<String> progress) {
    this.servers = servers;
    this.size = size;
    this.figures = figures;
    this.progress = progress;
  }

  /**
   * Measures everything; what the contender does wrong is noted, and the others go on.
   *
   * @param withStages whether relay and consumer are measured alone too, where they can be
   */
  void run(Contender contender, boolean withStages) throws InterruptedException {
    try {
      whole(contender);
      if (withStages && contender.hasStages()) {
        stages(contender);
      }
    } catch (InterruptedException stopped) {
      throw stopped;
    } catch (Exception failure) {
      fail(contender, failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }
  }

  private void fail(Contender contender, String why) {
    figures.fail(contender.name(), why);
    progress.accept("FAILED: " + why);
  }

  private void whole(Contender contender) throws Exception {
    try (Site site = servers.site(Sales.ofFiveLines());
        Program program = contender.start(site, "relay,finance")) {
      warmUp(contender, site, program);
      drain(contender, site, program);
      latency(contender, site, program, 200);
      latency(contender, site, program, 1_000);
      figures.add(contender.name(), Metric.MEMORY, CpuTime.peakMebibytes(program.handle()));
      judge(contender, site);
    }
  }

  private void judge(Contender contender, Site site) {
    List<String> complaints = site.complaints();
    if (!complaints.isEmpty()) {
      fail(contender, String.join("; ", complaints));
    }
  }

  /** The same time for everyone: a JVM compiles what is called often. */
  private void warmUp(Contender contender, Site site, Program program) throws Exception {
    long start = System.nanoTime();
    int sales = 0;
    do {
      contender.record(site, program, size.warmUp(), () -> {});
      site.awaitPosted(program);
      sales += size.warmUp();
    } while (sales < Size.MOST_WARM_UP
        && System.nanoTime() - start < TimeUnit.SECONDS.toNanos(size.warmUpSeconds()));
    site.awaitRest(program);
    site.calm();
  }

  private void drain(Contender contender, Site site, Program program) throws Exception {
    var before = new Servers.Cpu[1];
    long start =
        contender.record(site, program, size.rows(), () -> before[0] = servers.cpu(program));
    site.awaitPosted(program);
    site.awaitRest(program);
    Servers.Cpu used = servers.cpu(program).since(before[0]).perThousand(size.rows());
    double perSecond = size.rows() * 1e6 / (site.lastCommit() - start);
    figures.add(contender.name(), Metric.DRAIN, perSecond);
    figures.add(contender.name(), Metric.CPU_PROGRAM, used.program());
    figures.add(contender.name(), Metric.CPU_POSTGRES, used.postgres());
    figures.add(contender.name(), Metric.CPU_RABBIT, used.rabbit());
    figures.add(contender.name(), Metric.CPU, used.all());
    say(
        "%,d rows drained, %,.0f/s, %.3f CPU s per 1,000 (program %.3f, PostgreSQL %.3f, RabbitMQ %.3f)",
        size.rows(), perSecond, used.all(), used.program(), used.postgres(), used.rabbit());
  }

  private void latency(Contender contender, Site site, Program program, int perSecond)
      throws Exception {
    site.calm();
    OpenLoop.Produced produced = contender.produce(site, program, perSecond, size.latencySeconds());
    site.awaitPosted(program);
    Latency latency = Latency.of(site, produced);
    site.awaitRest(program);
    boolean fast = perSecond == 1_000;
    String name = contender.name();
    figures.add(name, fast ? Metric.P50_AT_1000 : Metric.P50_AT_200, latency.p50());
    figures.add(name, fast ? Metric.P99_AT_1000 : Metric.P99_AT_200, latency.p99());
    figures.add(name, fast ? Metric.MAX_AT_1000 : Metric.MAX_AT_200, latency.max());
    if (fast) {
      figures.add(name, Metric.IN_TIME_AT_1000, latency.inTime());
    }
    say(
        "at %,d/s p50 %.1f ms, p99 %.1f ms, max %.1f ms%s; producers at most %.0f ms late",
        perSecond,
        latency.p50(),
        latency.p99(),
        latency.max(),
        latency.keepsUp() ? "" : " (falls behind)",
        produced.latestMillis());
  }

  /** Relay into a queue that nobody reads, then a consumer on that full queue. */
  private void stages(Contender contender) throws Exception {
    int warmUp = 2 * size.warmUp();
    try (Site site = servers.site(Sales.ofFiveLines())) {
      // Its consumer alone declares the queue that the relay needs.
      contender.start(site, "finance").close();
      try (Program relay = contender.start(site, "relay")) {
        site.record(warmUp, () -> {});
        site.awaitRelayed(relay);
        site.calm();
        long start = site.record(size.rows(), () -> {});
        long end = site.awaitRelayed(relay);
        stage(contender, Metric.RELAY, end - start);
      }
      long queued = site.ready(Names.JOURNAL_QUEUE);
      if (queued != warmUp + size.rows()) {
        fail(
            contender, "%,d messages in the queue, not %,d".formatted(queued, site.sales().rows()));
      }
      try (Program consumer = contender.start(site, "finance")) {
        site.awaitPosted(consumer);
        // The first ones warm it up; they are recognised by the order of commits.
        stage(contender, Metric.CONSUMER, site.lastCommit() - site.commitOf(warmUp));
        site.awaitRest(consumer);
      }
      judge(contender, site);
    }
  }

  private void stage(Contender contender, Metric metric, long micros) {
    double perSecond = size.rows() * 1e6 / micros;
    figures.add(contender.name(), metric, perSecond);
    say("%s: %,.0f", metric.text(), perSecond);
  }

  private void say(String format, Object... values) {
    progress.accept(String.format(Locale.ROOT, format, values));
  }
}
