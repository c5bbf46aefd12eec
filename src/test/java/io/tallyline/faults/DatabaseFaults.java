package io.tallyline.faults;

import io.tallyline.testing.CommitsInDoubt;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.PostgresServer.Database;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TcpProxy;
import java.util.List;
import java.util.Locale;

/** What a database server can do to a hub, inventory's and finance's each alone. */
final class DatabaseFaults {
  private static final int BETWEEN_TERMINATIONS_MILLIS = 300;

  private DatabaseFaults() {}

  static List<Scenario> scenarios() {
    return List.of(
        new Scenario(
            "inventory-restarted",
            "inventory's PostgreSQL crashes and recovers",
            bench -> restarted(bench, Kind.INVENTORY)),
        new Scenario(
            "finance-restarted",
            "finance's PostgreSQL crashes and recovers",
            bench -> restarted(bench, Kind.FINANCE)),
        new Scenario(
            "inventory-sessions",
            "the hub's sessions in inventory are terminated",
            bench -> terminated(bench, Kind.INVENTORY)),
        new Scenario(
            "finance-sessions",
            "the hub's sessions in finance are terminated",
            bench -> terminated(bench, Kind.FINANCE)),
        new Scenario(
            "inventory-in-doubt",
            "the relay never hears whether it committed",
            bench -> inDoubt(bench, Kind.INVENTORY)),
        new Scenario(
            "finance-in-doubt",
            "finance never hears whether it committed",
            bench -> inDoubt(bench, Kind.FINANCE)));
  }

  /** Which database suffers, and the statement that is the hub's own there. */
  private enum Kind {
    INVENTORY("delete from inventory.outbox_event"),
    FINANCE("insert into finance.ledger_journal");

    private final String write;

    Kind(String write) {
      this.write = write;
    }

    String setting() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Servers for all scenarios of a run; a crash leaves them as good as new. */
  private static final class Servers {
    static final OwnPostgres INVENTORY = OwnPostgres.started("inventory");
    static final OwnPostgres FINANCE = OwnPostgres.started("finance");

    static OwnPostgres of(Kind kind) {
      return kind == Kind.INVENTORY ? INVENTORY : FINANCE;
    }
  }

  static OwnPostgres financeServer() {
    return Servers.FINANCE;
  }

  private static World world(Bench bench) {
    return world(bench, Servers.INVENTORY.fresh("inventory"), Servers.FINANCE.fresh("finance"));
  }

  private static World world(Bench bench, Database inventory, Database finance) {
    RabbitNode node = RabbitNode.shared();
    return bench.world(inventory, finance, new NodeBroker(node, node.newVirtualHost()));
  }

  private static Outcome restarted(Bench bench, Kind kind) throws Exception {
    OwnPostgres server = Servers.of(kind);
    World world = world(bench);
    world.start();
    Flow flow = Flow.of(bench, world, bench.pick(300, 4_000));
    boolean inTheMiddle = true;
    for (int time = 1; time <= bench.pick(1, 5); time++) {
      flow.awaitPosted(bench, 12 * time);
      if (time % 2 == 1) {
        server.stopImmediately();
        bench.fault(kind.setting() + " stopped in immediate mode");
      } else {
        server.kill();
        bench.fault(kind.setting() + " killed");
      }
      inTheMiddle &= flow.goesOn();
      bench.pause(bench.random().nextInt(2_000));
      server.start();
    }
    flow.awaitEnd(bench);
    return Outcome.of(world.verdict())
        .require(inTheMiddle, "the server went when everything was done");
  }

  private static Outcome terminated(Bench bench, Kind kind) throws Exception {
    OwnPostgres server = Servers.of(kind);
    World world = world(bench);
    Database database = kind == Kind.INVENTORY ? world.inventory() : world.finance();
    world.start();
    Flow flow = Flow.of(bench, world, bench.pick(300, 3_000));
    flow.awaitPosted(bench, 5);
    boolean inTheMiddle = flow.goesOn();
    int ended = 0;
    while (flow.goesOn()) {
      int now = server.terminateBackends(database);
      ended += now;
      if (now > 0) {
        bench.fault(now + " sessions in " + kind.setting() + " ended");
      }
      bench.pause(BETWEEN_TERMINATIONS_MILLIS);
    }
    flow.awaitEnd(bench);
    return Outcome.of(world.verdict())
        .require(inTheMiddle, "sessions ended when everything was done")
        .require(ended > 0, "no session ended");
  }

  private static Outcome inDoubt(Bench bench, Kind kind) throws Exception {
    var doubts = new CommitsInDoubt(bench.seed(), 0.25, kind.write);
    try (TcpProxy proxy = doubts.before(Servers.of(kind))) {
      Database inventory = Servers.INVENTORY.fresh("inventory");
      Database finance = Servers.FINANCE.fresh("finance");
      World world =
          kind == Kind.INVENTORY
              ? world(bench, inventory.through(proxy), finance)
              : world(bench, inventory, finance.through(proxy));
      world.start();
      int wanted = bench.pick(2, 20);
      Flow flow = Flow.of(bench, world, bench.pick(300, 3_000));
      flow.awaitPosted(bench, 5);
      doubts.start();
      while (flow.goesOn() && doubts.counts().all() < wanted) {
        bench.pause(20);
      }
      doubts.stop();
      CommitsInDoubt.Counts counts = doubts.counts();
      bench.fault(
          "%d commits in doubt in %s, %d of them happened"
              .formatted(counts.all(), kind.setting(), counts.happened()));
      flow.awaitEnd(bench);
      Verdict verdict = world.verdict();
      world.close();
      return Outcome.of(verdict).require(counts.all() > 0, "no commit was in doubt");
    }
  }
}
