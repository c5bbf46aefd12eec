package io.tallyline.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * Three RabbitMQ nodes on this machine that keep a copy of every quorum queue each. They share one
 * disk: what they prove is the protocol's, not the disk's.
 */
public final class RabbitCluster implements AutoCloseable {
  private static final int SIZE = 3;
  private static final Duration LONGEST_ELECTION = Duration.ofSeconds(60);
  // Three Erlang machines with a scheduler for each core would starve what they are tested with.
  private static final String ONE_SCHEDULER = "+S 1:1";

  private final PortMapper portMapper;
  private final List<RabbitNode> nodes = new ArrayList<>();

  private RabbitCluster(Path folder) {
    portMapper = new PortMapper(folder);
    var first = new RabbitNode(portMapper, folder.resolve("1"), "", ONE_SCHEDULER);
    nodes.add(first);
    String join =
        """
        cluster_formation.peer_discovery_backend = classic_config
        cluster_formation.classic_config.nodes.1 = %s
        """
            .formatted(first.name());
    for (int number = 2; number <= SIZE; number++) {
      nodes.add(
          new RabbitNode(
              portMapper, folder.resolve(Integer.toString(number)), join, ONE_SCHEDULER));
    }
  }

  /** Forms a cluster; takes about 20 s. */
  public static RabbitCluster started() {
    var cluster = new RabbitCluster(RabbitNode.newFolder("cluster"));
    Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "end-rabbitmq-cluster"));
    cluster.portMapper.start();
    // The first makes the cookie and the cluster; the others join it at their first start.
    cluster.nodes.get(0).start();
    CompletableFuture.allOf(
            cluster.nodes.stream()
                .skip(1)
                .map(node -> CompletableFuture.runAsync(node::start))
                .toArray(CompletableFuture[]::new))
        .join();
    return cluster;
  }

  public List<RabbitNode> nodes() {
    return List.copyOf(nodes);
  }

  /** {@code host:port,...}, as in {@code spring.rabbitmq.addresses}. */
  public String addresses() {
    return nodes.stream().map(RabbitNode::address).collect(Collectors.joining(","));
  }

  /** A new, empty virtual host on all nodes. */
  public String newVirtualHost() {
    String name = nodes.get(0).newVirtualHost();
    nodes.forEach(RabbitNode::settleFirst);
    return name;
  }

  /** The node that leads a quorum queue; waits until there is one. */
  public RabbitNode leader(String virtualHost, String queue) {
    return Awaitility.await("a leader of " + queue)
        .atMost(LONGEST_ELECTION)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptions()
        .until(() -> leaderNow(virtualHost, queue), node -> node != null);
  }

  private RabbitNode leaderNow(String virtualHost, String queue) {
    RabbitNode asked = anyRunning();
    String listed =
        asked.rabbitmqctl(
            "list_queues", "-q", "--no-table-headers", "-p", virtualHost, "name", "leader");
    return listed
        .lines()
        .map(line -> line.split("\t"))
        .filter(columns -> columns.length == 2 && columns[0].equals(queue))
        .flatMap(columns -> nodes.stream().filter(node -> node.name().equals(columns[1].strip())))
        .filter(RabbitNode::isRunning)
        .findFirst()
        .orElse(null);
  }

  private RabbitNode anyRunning() {
    return nodes.stream().filter(RabbitNode::isRunning).findFirst().orElseThrow();
  }

  @Override
  public void close() {
    nodes.forEach(RabbitNode::end);
    portMapper.end();
  }
}
