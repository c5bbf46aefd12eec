package io.tallyline.faults;

import io.tallyline.faults.inject.Point;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PostgresServer.Database;
import io.tallyline.testing.RabbitNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** What a scenario works with: its seed, its size, its worlds, and the record of what it did. */
public final class Bench implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(120);

  private final long seed;
  private final boolean full;
  private final Random random;
  private final Consumer<String> progress;
  private final List<World> worlds = new ArrayList<>();
  private final List<String> schedule = new ArrayList<>();
  private final Map<Point, Integer> hits = new EnumMap<>(Point.class);
  private final long started = System.nanoTime();
  private int faults;
  private int kills;

  /**
   * @param full whether the numbers of the full run are wanted, or those of {@code ./hub test}
   * @param progress is told, in a few words, how far it is
   */
  public Bench(long seed, boolean full, Consumer<String> progress) {
    this.seed = seed;
    this.full = full;
    this.random = new Random(seed);
    this.progress = progress;
  }

  public long seed() {
    return seed;
  }

  /** Decides all that a scenario leaves to chance. */
  public Random random() {
    return random;
  }

  public boolean full() {
    return full;
  }

  /** A number for the quick run or for the full one. */
  public int pick(int quick, int inFull) {
    return full ? inFull : quick;
  }

  /** Two empty databases on the shared PostgreSQL, and a virtual host of the shared RabbitMQ. */
  public World world() {
    RabbitNode node = RabbitNode.shared();
    return world(
        PostgresServer.fresh("inventory"),
        PostgresServer.fresh("finance"),
        new NodeBroker(node, node.newVirtualHost()));
  }

  /** A world on servers of the scenario's own; it is closed with the bench. */
  public World world(Database inventory, Database finance, Broker broker) {
    World world = new World(inventory, finance, broker);
    worlds.add(world);
    return world;
  }

  /** Events for a world, by the scenario's seed. */
  public Events events(World world, int poisonPerMille) {
    return new Events(seed, world.expected(), poisonPerMille);
  }

  public void progress(String words) {
    progress.accept(words);
  }

  /** Notes a fault that has happened; counted, and printed if the scenario fails. */
  public void fault(String what) {
    faults++;
    note(what);
    progress.accept(what);
  }

  /** Notes what may help to understand a failure. */
  public void note(String what) {
    long millis = (System.nanoTime() - started) / 1_000_000;
    schedule.add("%7.1f s  %s".formatted(millis / 1_000.0, what));
  }

  /** SIGKILL at a moment of chance. */
  public void kill(HubProcess hub) {
    hub.kill();
    kills++;
    fault("hub killed, kill " + kills);
  }

  /** A hub has ended itself at a point, which its output and exit status prove. */
  public void hit(Point point) {
    hits.merge(point, 1, Integer::sum);
    fault("hub ended at " + point + " (" + point.where() + ")");
  }

  /** Waits generously; what does not happen is a failure of the scenario. */
  public void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what)
        .atMost(PATIENCE)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(condition);
  }

  /** Waits for a time the scenario has drawn. */
  public void pause(long millis) throws InterruptedException {
    Pause.millis(millis);
  }

  public int faults() {
    return faults;
  }

  public int kills() {
    return kills;
  }

  public Map<Point, Integer> hits() {
    return Map.copyOf(hits);
  }

  public List<String> schedule() {
    return List.copyOf(schedule);
  }

  public int events() {
    return worlds.stream()
        .map(World::expected)
        .mapToInt(expected -> expected.transactions() + expected.deadLetters().size())
        .sum();
  }

  public long redelivered() {
    return worlds.stream().mapToLong(World::redelivered).sum();
  }

  @Override
  public void close() {
    worlds.forEach(World::close);
  }
}
