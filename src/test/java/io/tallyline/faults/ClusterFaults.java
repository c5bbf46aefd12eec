package io.tallyline.faults;

import com.rabbitmq.client.Connection;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitCluster;
import io.tallyline.testing.RabbitNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** What a cluster of three brokers can do to a hub. */
final class ClusterFaults {
  private static final String WORK = "finance.journal";

  private ClusterFaults() {}

  static List<Scenario> scenarios() {
    return List.of(
        new Scenario(
            "leader-killed",
            "the node that leads the work queue is killed, of three",
            ClusterFaults::leaderKilled));
  }

  /** Asks a node that runs, whichever. */
  private record ClusterBroker(RabbitCluster cluster, String virtualHost) implements Broker {
    @Override
    public String addresses() {
      return cluster.addresses();
    }

    @Override
    public String username() {
      return node().username();
    }

    @Override
    public String password() {
      return node().password();
    }

    @Override
    public Connection connect() throws IOException, TimeoutException {
      return node().client(virtualHost).newConnection("checker");
    }

    @Override
    public Map<String, Long> messages() {
      return new NodeBroker(node(), virtualHost).messages();
    }

    private RabbitNode node() {
      return cluster.nodes().stream().filter(RabbitNode::isRunning).findFirst().orElseThrow();
    }
  }

  private static Outcome leaderKilled(Bench bench) throws Exception {
    bench.progress("a cluster forms");
    try (RabbitCluster cluster = RabbitCluster.started()) {
      World world =
          bench.world(
              PostgresServer.fresh("inventory"),
              PostgresServer.fresh("finance"),
              new ClusterBroker(cluster, cluster.newVirtualHost()));
      world.start();
      cluster.nodes().forEach(RabbitNode::awaitSettled);
      Flow flow = Flow.of(bench, world, bench.pick(500, 6_000));
      boolean inTheMiddle = true;
      for (int time = 1; time <= bench.pick(1, 3); time++) {
        flow.awaitPosted(bench, 10 * time);
        RabbitNode leader = cluster.leader(world.broker().virtualHost(), WORK);
        leader.kill();
        inTheMiddle &= flow.goesOn();
        bench.fault("leader of " + WORK + " killed");
        bench.pause(bench.random().nextInt(2_000));
        leader.start();
      }
      flow.awaitEnd(bench);
      Verdict verdict = world.verdict();
      world.close();
      return Outcome.of(verdict).require(inTheMiddle, "a leader went when everything was done");
    }
  }
}
