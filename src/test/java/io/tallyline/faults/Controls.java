package io.tallyline.faults;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.tallyline.faults.inject.Mutation;
import io.tallyline.faults.inject.Point;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PostgresServer.Database;
import io.tallyline.testing.RabbitNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Guarantees taken out of the hub on purpose: the checker has to notice each of them, and has to
 * find nothing where the same fault hits the real hub. A suite that passes without them would prove
 * nothing.
 */
final class Controls {
  private static final int EVENTS = 150;
  private static final int FIRST_EVENTS = 8;

  private Controls() {}

  static List<Scenario> scenarios() {
    return List.of(
        control("control-confirms", "M1 confirms off, broker killed", Controls::confirms),
        control("control-returns", "M2 returns ignored, binding removed", Controls::returns),
        control("control-early-ack", "M3 acknowledged before the commit", Controls::earlyAck),
        control("control-unique-key", "M4 the ledger's unique key dropped", Controls::uniqueKey),
        control("control-early-clear", "M5 rows cleared before the confirm", Controls::earlyClear),
        control("control-wait-queues", "M6 wait queues that drop", Controls::waitQueues),
        control(
            "control-async-commit", "M7 commits reported before they last", Controls::asyncCommit),
        control("control-early-key", "M8 message id kept before the work", Controls::earlyKey));
  }

  /** The same fault, with the guarantee or without. */
  @FunctionalInterface
  private interface Trial {
    Verdict run(Bench bench, boolean mutated) throws Exception;
  }

  private static Scenario control(String name, String what, Trial trial) {
    return new Scenario(
        name,
        what,
        bench -> {
          Verdict mutated = trial.run(bench, true);
          bench.progress("with the mutation: " + mutated);
          // In short, kills-and-points ends the real hub at the same points.
          return bench.full()
              ? Outcome.control(mutated, trial.run(bench, false))
              : Outcome.caught(mutated);
        });
  }

  private static Plan plan(boolean mutated, Mutation mutation) {
    return mutated ? Plan.NONE.with(mutation) : Plan.NONE;
  }

  /** The broker has read nothing of what it is sent when it is killed. */
  private static Verdict confirms(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 0);
    world.start(plan(mutated, Mutation.CONFIRMS_OFF));
    world.load(events.next(20));
    bench.await("the first events", () -> world.percentPosted() == 100);
    RabbitNode node = ((NodeBroker) world.broker()).node();
    freeze(node);
    world.insert(events.next(EVENTS).rows());
    awaitEmptyOutboxIf(mutated, world, bench);
    bench.fault("broker killed, " + world.outboxRows() + " rows in the outbox");
    node.kill();
    node.start();
    return world.verdict();
  }

  private static void freeze(RabbitNode node) throws IOException, InterruptedException {
    String pid = node.rabbitmqctl("eval", "os:getpid().").replaceAll("[^0-9]", "");
    if (new ProcessBuilder("kill", "-STOP", pid).start().waitFor() != 0) {
      throw new IllegalStateException("the broker's process " + pid + " cannot be stopped");
    }
  }

  /** A hub that believes too early clears its rows; the real one must keep them all the while. */
  private static void awaitEmptyOutboxIf(boolean mutated, World world, Bench bench)
      throws InterruptedException {
    if (mutated) {
      bench.await("cleared rows", () -> world.outboxRows() == 0);
    } else {
      bench.pause(3_000);
    }
  }

  private static Verdict returns(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    Events events = bench.events(world, 0);
    world.start(plan(mutated, Mutation.RETURNS_IGNORED));
    world.load(events.next(20));
    bench.await("the first events", () -> world.percentPosted() == 100);
    on(
        world.broker(),
        channel -> channel.exchangeUnbind("erp.inventory", "erp.events", "inventory.#"));
    bench.fault("binding removed");
    world.insert(events.next(EVENTS).rows());
    awaitEmptyOutboxIf(mutated, world, bench);
    on(
        world.broker(),
        channel -> channel.exchangeBind("erp.inventory", "erp.events", "inventory.#"));
    bench.note("binding is back, " + world.outboxRows() + " rows in the outbox");
    return world.verdict();
  }

  private static Verdict earlyAck(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    Plan plan = plan(mutated, Mutation.ACK_BEFORE_COMMIT);
    end(world, plan, Point.C2, bench, bench.events(world, 0));
    world.start(plan);
    return world.verdict();
  }

  private static Verdict uniqueKey(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    Plan plan = plan(mutated, Mutation.UNIQUE_KEY_DROPPED);
    if (mutated) {
      try (var connection = world.finance().owner();
          var statement = connection.createStatement()) {
        statement.execute(
            "ALTER TABLE finance.ledger_journal"
                + " DROP CONSTRAINT ledger_journal_source_external_ref_key");
      }
    }
    end(world, plan, Point.C3, bench, bench.events(world, 0));
    world.start(plan);
    return world.verdict();
  }

  private static Verdict earlyClear(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    Path routes = mutated ? EarlyClear.routes() : Path.of("routes");
    String setting = "--hub.routes-directory=" + routes.toAbsolutePath();
    end(world, Plan.NONE, Point.R1, bench, bench.events(world, 0), setting);
    world.start(setting);
    return world.verdict();
  }

  /** A server that reports a commit before it is on disk forgets it when it is killed. */
  private static Verdict asyncCommit(Bench bench, boolean mutated) throws Exception {
    OwnPostgres server = DatabaseFaults.financeServer();
    Database finance = server.fresh("finance");
    try (var connection = finance.superuser();
        var statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET wal_writer_delay = '10s'");
      statement.execute("SELECT pg_reload_conf()");
      if (mutated) {
        statement.execute(
            "ALTER ROLE \"%s\" SET synchronous_commit = off".formatted(finance.user()));
      }
    }
    RabbitNode node = RabbitNode.shared();
    World world =
        bench.world(
            PostgresServer.fresh("inventory"),
            finance,
            new NodeBroker(node, node.newVirtualHost()));
    world.start();
    world.load(bench.events(world, 0).next(EVENTS));
    bench.await("journals", () -> world.percentPosted() == 100);
    bench.fault("finance's server killed");
    server.kill();
    server.start();
    return world.verdict();
  }

  private static Verdict earlyKey(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    Plan plan = plan(mutated, Mutation.KEY_BEFORE_WORK);
    end(world, plan, Point.C2, bench, bench.events(world, 0));
    world.start(plan);
    return world.verdict();
  }

  /** A hub works and ends at a point. */
  private static void end(
      World world, Plan plan, Point point, Bench bench, Events events, String... settings)
      throws Exception {
    HubProcess hub = world.start(plan.endingAt(point, 2), settings);
    world.load(events.next(EVENTS));
    bench.await("the end at " + point, () -> !hub.isAlive());
    if (hub.exit(1) != HubProcess.KILLED) {
      throw new IllegalStateException("the hub ended otherwise:\n" + hub.output());
    }
    bench.hit(point);
  }

  /** Messages come out of the wait queues while the way back is missing. */
  private static Verdict waitQueues(Bench bench, boolean mutated) throws Exception {
    World world = bench.world();
    NodeBroker broker = (NodeBroker) world.broker();
    // The broker tries again after this long; it is three minutes otherwise.
    broker
        .node()
        .rabbitmqctl(
            "eval",
            "application:set_env(rabbit, dead_letter_worker_publisher_confirm_timeout, 5000).");
    Events events = bench.events(world, 0);
    world.start(plan(mutated, Mutation.UNSAFE_WAIT_QUEUES).failing(200));
    // The connection for publishing must be open: the hub declares everything with each new one.
    world.load(events.next(FIRST_EVENTS));
    bench.await("the first failures", () -> world.thrown() >= FIRST_EVENTS);
    on(broker, channel -> channel.queueUnbind("finance.journal", "hub.return", "finance.journal"));
    bench.fault("way back from the wait queues removed");
    world.load(events.next(EVENTS));
    bench.await("failures", () -> world.thrown() >= 150);
    bench.pause(8_000);
    on(broker, channel -> channel.queueBind("finance.journal", "hub.return", "finance.journal"));
    bench.note("way back is there again");
    return world.verdict(Duration.ofSeconds(240));
  }

  @FunctionalInterface
  private interface Change {
    void make(Channel channel) throws IOException;
  }

  private static void on(Broker broker, Change change) throws IOException, TimeoutException {
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      change.make(channel);
    }
  }
}
