package io.tallyline.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.HubProcess;
import io.tallyline.testing.PostgresServer.Database;
import io.tallyline.testing.TestHub;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;

/** Two databases, a broker and the hubs between them; what goes in, and what must come out. */
public final class World implements AutoCloseable {
  /** How long everything may take to come to rest after the last fault has healed. */
  public static final Duration WINDOW = Duration.ofSeconds(120);

  private static final Duration LONGEST_START = Duration.ofSeconds(120);
  private static final Duration POLL = Duration.ofMillis(250);
  private static final String OBSERVER = Checker.OWN_QUEUES + "observer";
  private static final String ANNOUNCEMENTS = Checker.OWN_QUEUES + "announcements";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INSERT =
      "INSERT INTO inventory.outbox_event (event_id, aggregate_type, aggregate_id, event_type,"
          + " payload, correlation_id) VALUES (?, 'InventoryTransaction', ?, ?, ?::jsonb, ?)"
          + " RETURNING payload::text";

  private final Database inventory;
  private final Database finance;
  private final Broker broker;
  private final Checker checker;
  private final Expected expected = new Expected();
  private final List<HubProcess> hubs = new CopyOnWriteArrayList<>();
  private final Deque<Load.Foreign> waiting = new ArrayDeque<>();
  private final Path tallies;
  private final Set<String> observed = new HashSet<>();
  private final Set<String> announced = new HashSet<>();
  private boolean listening;
  private boolean observing = true;
  private long republished;

  public World(Database inventory, Database finance, Broker broker) {
    this.inventory = inventory;
    this.finance = finance;
    this.broker = broker;
    this.checker = new Checker(inventory, finance, broker);
    try {
      this.tallies = Files.createTempDirectory(Path.of("target"), "faults-");
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
    // Also when the suite itself is told to end.
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end-hubs"));
  }

  public Database inventory() {
    return inventory;
  }

  public Database finance() {
    return finance;
  }

  public Broker broker() {
    return broker;
  }

  /** Learns from {@link Events} what must be in the ledger. */
  public Expected expected() {
    return expected;
  }

  /** A hub with small batches and these settings besides, {@code --name=value}; waits until up. */
  public HubProcess start(String... settings) {
    return start(Plan.NONE, settings);
  }

  /** A hub that suffers from inside. If its plan ends it before it is up, that is fine too. */
  public HubProcess start(Plan plan, String... settings) {
    HubProcess hub = launch(plan, settings);
    awaitUp(hub);
    listen();
    return hub;
  }

  /** The same without waiting. */
  public HubProcess launch(Plan plan, String... settings) {
    List<String> words = new ArrayList<>(List.of("start"));
    words.addAll(
        List.of(
            new TestHub.Settings()
                .roles("relay,finance")
                .database(inventory)
                .database(finance)
                .with("spring.rabbitmq.addresses", broker.addresses())
                .with("spring.rabbitmq.username", broker.username())
                .with("spring.rabbitmq.password", broker.password())
                .with("spring.rabbitmq.virtual-host", broker.virtualHost())
                .with("hub.start.wait", "60s")
                // Small batches, so that a fault has many moments to hit.
                .with("hub.relay.batch-size", "20")
                .with("hub.delivery.batch-size", "10")
                .with("hub.delivery.prefetch", "20")
                .with("hub.delivery.failure-wait-most", "2s")
                .with("hub.delivery.ladder", "200ms,400ms,800ms,1600ms,3s,6s")
                .arguments()));
    words.addAll(Arrays.asList(settings));
    List<String> options = new ArrayList<>(plan.options(tallies));
    options.addAll(HubImage.options());
    HubProcess hub = HubProcess.run(options, words.toArray(String[]::new));
    hubs.add(hub);
    return hub;
  }

  /** Waits until a hub says that it runs, or has ended. */
  public void awaitUp(HubProcess hub) {
    Awaitility.await("a hub's start")
        .atMost(LONGEST_START)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> !hub.isAlive() || hub.output().contains("Tallyline runs as"));
    if (!hub.isAlive() && hub.exit(1) != HubProcess.KILLED) {
      throw new IllegalStateException("the hub did not start:\n" + hub.output());
    }
  }

  /**
   * Hears every announcement from now on, and every inventory message, so that those published
   * again can be counted.
   */
  private void listen() {
    if (listening) {
      return;
    }
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      Map<String, Object> quorum = Map.of("x-queue-type", "quorum");
      channel.queueDeclare(ANNOUNCEMENTS, true, false, false, quorum);
      channel.queueBind(ANNOUNCEMENTS, "erp.events", "finance.#");
      if (observing) {
        channel.queueDeclare(OBSERVER, true, false, false, quorum);
        channel.queueBind(OBSERVER, "erp.inventory", "inventory.#");
      }
      listening = true;
    } catch (IOException | TimeoutException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /**
   * Leaves the exchange of inventory messages to the hub alone, where another queue would change
   * what is tested; nothing is counted as republished then. To be called before the first start.
   */
  public World observeNothing() {
    observing = false;
    republished = -1;
    return this;
  }

  /** Inserts the rows in one transaction, and publishes what the load has besides. */
  public void load(Load load) throws SQLException, IOException, TimeoutException {
    insert(load.rows());
    waiting.addAll(load.messages());
    publishWaiting();
  }

  /** Inserts the rows in one transaction, in the order given. */
  public void insert(List<Load.Row> rows) throws SQLException {
    List<Expected.DeadLetter> poison = new ArrayList<>();
    try (var connection = inventory.owner();
        var insert = connection.prepareStatement(INSERT)) {
      connection.setAutoCommit(false);
      for (Load.Row row : rows) {
        insert.setObject(1, row.eventId());
        insert.setString(2, row.aggregateId());
        insert.setString(3, row.eventType());
        insert.setString(4, row.payload());
        insert.setString(5, "faults-" + row.eventId());
        try (ResultSet stored = insert.executeQuery()) {
          stored.next();
          if (!row.reason().isEmpty()) {
            poison.add(
                new Expected.DeadLetter(
                    "inventory.outbox.dead",
                    row.eventId().toString(),
                    stored.getString(1).getBytes(StandardCharsets.UTF_8),
                    row.reason()));
          }
        }
      }
      connection.commit();
    }
    poison.forEach(expected::deadLetter);
  }

  /** Publishes, confirmed, those messages whose turn has come; the others stay for later. */
  private void publishWaiting() throws SQLException, IOException, TimeoutException {
    List<Load.Foreign> due = new ArrayList<>();
    for (Load.Foreign message : List.copyOf(waiting)) {
      if (message.after().isEmpty() || checker.posted(message.after())) {
        due.add(message);
      }
    }
    if (due.isEmpty()) {
      return;
    }
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      for (Load.Foreign message : due) {
        channel.basicPublish(
            "erp.events",
            message.routingKey(),
            true,
            new AMQP.BasicProperties.Builder()
                .messageId(message.messageId())
                .contentType(message.contentType())
                .deliveryMode(2)
                .appId("elsewhere")
                .build(),
            message.body());
      }
      channel.waitForConfirmsOrDie(30_000);
      waiting.removeAll(due);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException(stopped);
    }
  }

  /** Rows that wait in the outbox. */
  public long outboxRows() throws SQLException {
    return checker.outboxRows();
  }

  /** Transactions that are in the ledger. */
  public long posted() throws SQLException {
    return checker.transactions();
  }

  /** How much of what was ordered is in the ledger, 0 to 100. */
  public int percentPosted() throws SQLException {
    return expected.transactions() == 0 ? 100 : (int) (posted() * 100 / expected.transactions());
  }

  /** Messages that reached a consumer with the mark of an earlier delivery. */
  public long redelivered() {
    return tally("redelivered");
  }

  /** Passing failures that were thrown into the finance database's client. */
  public long thrown() {
    return tally("thrown");
  }

  /** Something that hubs of this world have counted, over all of their lives. */
  public long tally(String what) {
    Path file = tallies.resolve(what);
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  /** As {@link #verdict(Duration)} with {@link #WINDOW}. */
  public Verdict verdict() throws SQLException, InterruptedException {
    return verdict(WINDOW);
  }

  /**
   * Waits until everything has come to rest, or the window has passed, and judges. A hub has to run
   * meanwhile. What can no longer arrive, because outbox and queues are empty, is not waited for.
   */
  public Verdict verdict(Duration window) throws SQLException, InterruptedException {
    long start = System.nanoTime();
    Verdict last = null;
    int still = 0;
    while (true) {
      boolean late = System.nanoTime() - start > window.toNanos();
      Map<String, Long> left = look();
      boolean atRest = left != null && left.isEmpty();
      still = atRest ? still + 1 : 0;
      if (left != null && (late || still > 0)) {
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        last = checker.compare(expected, left, announced, redelivered(), republished, took, atRest);
        if (last.ok() || late || still > 2) {
          return last;
        }
      } else if (late) {
        throw new IllegalStateException(
            "the servers cannot be looked at %d s after the last fault, %s"
                .formatted(window.toSeconds(), last));
      }
      Pause.millis(POLL.toMillis());
    }
  }

  /** Messages on their way, or null while a server does not answer. */
  private Map<String, Long> look() {
    try {
      publishWaiting();
      checker.collectDeadLetters();
      hear();
      if (outboxRows() > 0 || announcements() > 0 || !waiting.isEmpty()) {
        return Map.of("outbox", outboxRows(), "to publish", (long) waiting.size());
      }
      return checker.messages();
    } catch (SQLException | IOException | TimeoutException | RuntimeException away) {
      return null;
    }
  }

  private long announcements() throws SQLException {
    return checker.announcements();
  }

  private void hear() throws IOException, TimeoutException {
    if (!listening) {
      return;
    }
    try (Connection connection = broker.connect();
        Channel channel = connection.createChannel()) {
      for (GetResponse message = channel.basicGet(ANNOUNCEMENTS, true);
          message != null;
          message = channel.basicGet(ANNOUNCEMENTS, true)) {
        announced.add(JSON.readTree(message.getBody()).path("reference").textValue());
      }
      if (!observing) {
        return;
      }
      for (GetResponse message = channel.basicGet(OBSERVER, true);
          message != null;
          message = channel.basicGet(OBSERVER, true)) {
        if (!observed.add(String.valueOf(message.getProps().getMessageId()))) {
          republished++;
        }
      }
    }
  }

  /** Ends every hub at once, as SIGKILL does. */
  @Override
  public void close() {
    hubs.forEach(HubProcess::close);
  }
}
