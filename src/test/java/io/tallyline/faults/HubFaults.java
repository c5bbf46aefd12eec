package io.tallyline.faults;

import io.tallyline.faults.inject.Point;
import io.tallyline.testing.HubProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The hub itself ends, freezes, or is told to stop. */
final class HubFaults {
  /** Events recorded in one life of a hub. */
  private static final int PORTION = 120;

  /** With those at which the controls of the quick run end. */
  private static final List<Point> QUICK_POINTS =
      List.of(Point.R1, Point.R2, Point.R4, Point.C2, Point.C3);

  private HubFaults() {}

  static List<Scenario> scenarios() {
    return List.of(
        new Scenario(
            "kills-and-points", "random kills, points and poison in short", HubFaults::inShort),
        new Scenario("random-kills", "hub killed at random while it works", HubFaults::randomKills),
        new Scenario("named-points", "hub ended at each named point", HubFaults::namedPoints),
        new Scenario("frozen-hub", "one of two hubs frozen, later continued", HubFaults::frozenHub),
        new Scenario("graceful-stop", "hub told to stop under load", HubFaults::gracefulStop),
        new Scenario("poison", "one event of a hundred cannot be posted", HubFaults::poison));
  }

  /** What {@code ./hub test} has time for. */
  private static Outcome inShort(Bench bench) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 10);
    for (int kill = 0; kill < 2; kill++) {
      killWhileWorking(world.start(), 200, world, events, bench);
    }
    List<String> missed = new ArrayList<>();
    for (Point point : QUICK_POINTS) {
      if (!endAt(point, world, events, bench)) {
        missed.add(point.name());
      }
    }
    HubProcess last = world.start();
    Verdict verdict = world.verdict();
    return Outcome.of(verdict)
        .require(missed.isEmpty(), "points not reached: " + missed)
        .require(verdict.poison() > 0, "there was no poison")
        .require(verdict.redelivered() > 0, "nothing was redelivered: the kills hit nothing")
        .require(last.isAlive(), "the last hub is gone:\n" + last.output());
  }

  private static Outcome randomKills(Bench bench) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 10);
    int kills = bench.pick(4, 50);
    int inTheMiddle = 0;
    for (int kill = 0; kill < kills; kill++) {
      inTheMiddle += killWhileWorking(world.start(), PORTION, world, events, bench) ? 1 : 0;
    }
    HubProcess last = world.start();
    Verdict verdict = world.verdict();
    bench.note(inTheMiddle + " of " + kills + " kills came before all was posted");
    return Outcome.of(verdict)
        .require(last.isAlive(), "the last hub is gone:\n" + last.output())
        .require(inTheMiddle * 4 >= kills, "too few kills came while work was left")
        .require(verdict.redelivered() > 0, "nothing was redelivered: the kills hit nothing");
  }

  /** Kills a hub when part of what it was given is in the ledger; whether some was left. */
  private static boolean killWhileWorking(
      HubProcess hub, int portion, World world, Events events, Bench bench) throws Exception {
    long until = world.posted() + 1 + bench.random().nextInt(portion * 3 / 4);
    world.load(events.next(portion));
    bench.await("journals", () -> world.posted() >= until || !hub.isAlive());
    bench.pause(bench.random().nextInt(30));
    if (!hub.isAlive()) {
      throw new IllegalStateException("the hub is gone already:\n" + hub.output());
    }
    bench.kill(hub);
    return world.percentPosted() < 100;
  }

  private static Outcome namedPoints(Bench bench) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 10);
    List<Point> points = bench.full() ? Arrays.asList(Point.values()) : QUICK_POINTS;
    List<String> missed = new ArrayList<>();
    // The first one declares exchanges and queues.
    bench.kill(world.start());
    for (int round = 0; round < bench.pick(1, 5); round++) {
      for (Point point : points) {
        if (!endAt(point, world, events, bench)) {
          missed.add(point.name());
        }
      }
    }
    HubProcess last = world.start();
    return Outcome.of(world.verdict())
        .require(missed.isEmpty(), "points not reached: " + missed)
        .require(last.isAlive(), "the last hub is gone:\n" + last.output());
  }

  /** Whether a hub ended at the point. */
  private static boolean endAt(Point point, World world, Events events, Bench bench)
      throws Exception {
    int pass = 1 + bench.random().nextInt(3);
    Plan plan = Plan.NONE.endingAt(point, pass);
    if (point == Point.C4 || point == Point.C5) {
      plan = plan.failing(60);
    }
    HubProcess hub = world.launch(plan);
    // So that the work is there whatever the hub finds first; C6 needs poison in each batch.
    world.load(events.next(PORTION / 2));
    if (point == Point.C6) {
      world.load(events.poison(pass * 20));
    }
    boolean ended = false;
    for (int more = 0; more < 10 && !ended; more++) {
      ended = hub.endsWithin(more == 0 ? 60 : 5);
      if (!ended) {
        world.load(point == Point.C6 ? events.poison(20) : events.next(20));
      }
    }
    boolean hit =
        ended
            && hub.exit(1) == HubProcess.KILLED
            && hub.output().contains("FAULT ended at " + point);
    if (hit) {
      bench.hit(point);
    } else {
      bench.note("not reached: " + plan);
      hub.close();
    }
    return hit;
  }

  private static Outcome frozenHub(Bench bench) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 10);
    String[] settings = {
      "--hub.relay.stalled-transaction-timeout=3s",
      "--hub.finance.stalled-transaction-timeout=3s",
      "--spring.rabbitmq.requested-heartbeat=5s"
    };
    HubProcess first = world.start(settings);
    HubProcess second = world.start(settings);
    int rounds = bench.pick(1, 10);
    for (int round = 0; round < rounds; round++) {
      HubProcess frozen = round % 2 == 0 ? first : second;
      long before = world.posted();
      world.load(events.next(400));
      bench.await("a first journal", () -> world.posted() > before);
      bench.pause(bench.random().nextInt(200));
      frozen.freeze();
      bench.fault("hub " + (round % 2 + 1) + " frozen at " + world.percentPosted() + " %");
      // The other one goes on by itself: the relay's lock ends with the stalled transaction, and
      // the broker takes back what the frozen consumer holds.
      try {
        bench.await("the other hub to finish", () -> world.percentPosted() == 100);
      } finally {
        frozen.resume();
      }
      bench.note("continued");
    }
    return Outcome.of(world.verdict())
        .require(first.isAlive() && second.isAlive(), "a hub is gone");
  }

  private static Outcome gracefulStop(Bench bench) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 10);
    int inTheMiddle = 0;
    int rounds = bench.pick(1, 10);
    List<String> complaints = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      HubProcess hub = world.start();
      long before = world.posted();
      world.load(events.next(400));
      bench.await("a first journal", () -> world.posted() > before);
      bench.pause(bench.random().nextInt(300));
      hub.terminate();
      int status = hub.exit(60);
      inTheMiddle += world.percentPosted() < 100 ? 1 : 0;
      bench.fault("hub stopped with status " + status + " at " + world.percentPosted() + " %");
      if (status != 0) {
        complaints.add("round " + round + " ended with status " + status + ":\n" + hub.output());
      }
    }
    world.start();
    Outcome outcome =
        Outcome.of(world.verdict())
            .require(complaints.isEmpty(), String.join("\n", complaints))
            .require(
                world.redelivered() == 0,
                world.redelivered() + " messages were delivered again after an orderly stop");
    bench.note(inTheMiddle + " of " + rounds + " stops came before all was posted");
    return bench.full() ? outcome.require(inTheMiddle > 0, "no stop came under load") : outcome;
  }

  private static Outcome poison(Bench bench) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 10);
    world.start();
    for (int part = 0; part < 10; part++) {
      world.load(events.next(bench.pick(100, 300)));
      bench.progress("part " + (part + 1) + " of 10");
    }
    Verdict verdict = world.verdict();
    return Outcome.of(verdict).require(verdict.poison() > 0, "there was no poison");
  }
}
