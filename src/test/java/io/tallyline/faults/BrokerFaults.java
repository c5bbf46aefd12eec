package io.tallyline.faults;

import com.rabbitmq.client.Connection;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TcpProxy;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** What a broker of one node can do to a hub. */
final class BrokerFaults {
  private static final String WORK = "finance.journal";
  private static final String UNROUTED = "erp.unrouted";
  private static final String FROM = "erp.inventory";
  private static final String KEYS = "inventory.#";
  private static final int FULL = 30;

  private BrokerFaults() {}

  static List<Scenario> scenarios() {
    return List.of(
        new Scenario(
            "broker-killed", "the broker is killed and started again", BrokerFaults::killed),
        new Scenario(
            "broker-stopped", "the broker's application is stopped", BrokerFaults::stopped),
        new Scenario(
            "memory-alarm", "the broker takes no messages for a while", BrokerFaults::alarmed),
        new Scenario("queue-full", "the work queue refuses messages", BrokerFaults::full),
        new Scenario("binding-removed", "the work queue is not bound", BrokerFaults::unbound),
        new Scenario("lost-confirms", "confirms are lost on the way", BrokerFaults::lostConfirms));
  }

  private static Outcome killed(Bench bench) throws Exception {
    return interrupted(
        bench,
        node -> {
          node.kill();
          bench.fault("broker killed");
        },
        RabbitNode::start);
  }

  private static Outcome stopped(Bench bench) throws Exception {
    return interrupted(
        bench,
        node -> {
          node.stopApplication();
          bench.fault("broker's application stopped");
        },
        RabbitNode::startApplication);
  }

  private interface OnNode {
    void act(RabbitNode node) throws Exception;
  }

  private static Outcome interrupted(Bench bench, OnNode strike, OnNode heal) throws Exception {
    World world = bench.world();
    RabbitNode node = node(world);
    world.start();
    node.awaitSettled();
    Flow flow = Flow.of(bench, world, bench.pick(400, 3_500));
    int times = bench.pick(1, 3);
    boolean inTheMiddle = true;
    for (int time = 1; time <= times; time++) {
      flow.awaitPosted(bench, 15 * time);
      strike.act(node);
      inTheMiddle &= flow.goesOn();
      bench.pause(bench.random().nextInt(1_000));
      heal.act(node);
    }
    flow.awaitEnd(bench);
    return Outcome.of(world.verdict())
        .require(inTheMiddle, "the broker went when everything was done");
  }

  private static Outcome alarmed(Bench bench) throws Exception {
    World world = bench.world();
    RabbitNode node = node(world);
    world.start();
    Flow flow = Flow.of(bench, world, bench.pick(400, 1_000));
    flow.awaitPosted(bench, 15);
    node.alarm(true);
    boolean inTheMiddle = flow.goesOn();
    long stayed;
    try {
      bench.fault("memory alarm");
      flow.awaitEnd(bench);
      bench.await("the work queue's end", () -> messages(world, WORK) == 0);
      stayed = world.outboxRows();
    } finally {
      node.alarm(false);
    }
    bench.note("memory alarm over, " + stayed + " rows stayed in the outbox");
    return Outcome.of(world.verdict())
        .require(inTheMiddle, "the alarm came when everything was done")
        .require(stayed > 0, "no row stayed in the outbox during the alarm");
  }

  private static Outcome full(Bench bench) throws Exception {
    World world = bench.world();
    RabbitNode node = node(world);
    HubProcess hub = world.start();
    String virtualHost = world.broker().virtualHost();
    node.limit(virtualHost, WORK, FULL);
    boolean inTheMiddle = true;
    boolean refused = true;
    try {
      Flow flow = Flow.of(bench, world, bench.pick(500, 1_500));
      int times = bench.pick(1, 3);
      for (int time = 1; time <= times; time++) {
        flow.awaitPosted(bench, 15 * time);
        long refusals = refusals(hub);
        // Finance stands still as long as this session holds the ledger. That is too short for its
        // lock timeout, so nothing takes the ladder, whose way back would be refused for minutes.
        try (var ledger = world.finance().owner();
            var lock = ledger.createStatement()) {
          ledger.setAutoCommit(false);
          lock.execute("LOCK TABLE finance.ledger_journal IN SHARE ROW EXCLUSIVE MODE");
          bench.await("a refusal", () -> refusals(hub) > refusals);
          bench.fault("work queue full at " + FULL);
          refused &= world.outboxRows() > 0;
          inTheMiddle &= flow.goesOn();
          ledger.rollback();
        }
      }
      flow.awaitEnd(bench);
      bench.await("an empty outbox", () -> world.outboxRows() == 0);
    } finally {
      node.liftLimit(virtualHost, WORK);
    }
    return Outcome.of(world.verdict())
        .require(inTheMiddle, "the queue became full when everything was done")
        .require(refused, "no row stayed in the outbox though the queue was full");
  }

  /** How often the hub has said that messages were nacked. */
  private static long refusals(HubProcess hub) {
    return hub.output().lines().filter(line -> line.contains("DEL-004")).count();
  }

  private static Outcome unbound(Bench bench) throws Exception {
    World world = bench.world().observeNothing();
    world.start();
    Flow flow = Flow.of(bench, world, bench.pick(400, 1_000));
    flow.awaitPosted(bench, 10);
    int sentOn;
    try (Queues queues = new Queues(node(world), world.broker().virtualHost())) {
      queues.unbind(WORK, FROM, KEYS);
      bench.fault("binding of " + WORK + " removed");
      bench.await("unrouted messages", () -> queues.count(UNROUTED) >= 50);
      queues.rebind(WORK, FROM, KEYS);
      flow.awaitEnd(bench);
      bench.await("an empty outbox", () -> world.outboxRows() == 0);
      sentOn = queues.sendOn(UNROUTED, FROM);
      bench.note(sentOn + " unrouted messages sent on");
    }
    return Outcome.of(world.verdict())
        .require(sentOn >= 50, "only " + sentOn + " messages were unrouted")
        .require(sentOn < world.expected().transactions(), "nothing was routed");
  }

  /** The hub reaches the broker through a proxy; the checker does not. */
  private record Proxied(NodeBroker broker, TcpProxy proxy) implements Broker {
    @Override
    public String addresses() {
      return "127.0.0.1:" + proxy.port();
    }

    @Override
    public String username() {
      return broker.username();
    }

    @Override
    public String password() {
      return broker.password();
    }

    @Override
    public String virtualHost() {
      return broker.virtualHost();
    }

    @Override
    public Connection connect() throws IOException, TimeoutException {
      return broker.connect();
    }

    @Override
    public Map<String, Long> messages() {
      return broker.messages();
    }
  }

  private static Outcome lostConfirms(Bench bench) throws Exception {
    RabbitNode node = RabbitNode.shared();
    try (TcpProxy proxy = TcpProxy.to(node.port())) {
      var broker = new Proxied(new NodeBroker(node, node.newVirtualHost()), proxy);
      World world =
          bench.world(PostgresServer.fresh("inventory"), PostgresServer.fresh("finance"), broker);
      world.start();
      Flow flow = Flow.of(bench, world, bench.pick(400, 1_500));
      int times = bench.pick(1, 4);
      boolean inTheMiddle = true;
      for (int time = 1; time <= times; time++) {
        flow.awaitPosted(bench, 10 + 10 * time);
        proxy.dropAnswers();
        inTheMiddle &= flow.goesOn();
        bench.fault("broker's answers dropped");
        bench.pause(1_000 + bench.random().nextInt(1_500));
        proxy.deliverAnswers();
      }
      flow.awaitEnd(bench);
      Verdict verdict = world.verdict();
      // While the proxy stands, or a hub that stops cannot say goodbye to the broker.
      world.close();
      return Outcome.of(verdict)
          .require(inTheMiddle, "answers were dropped when everything was done")
          .require(proxy.droppedBytes() > 0, "no answer was dropped")
          .require(verdict.republished() > 0, "no message was published again");
    }
  }

  private static RabbitNode node(World world) {
    return ((NodeBroker) world.broker()).node();
  }

  private static long messages(World world, String queue) {
    return world.broker().messages().getOrDefault(queue, 0L);
  }
}
