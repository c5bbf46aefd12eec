package io.tallyline.ops;

import io.tallyline.contracts.Names;
import io.tallyline.contracts.StartRefused;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.QueueInformation;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;

/** {@code ./hub demo}: the whole way from outbox to ledger, on invented transactions. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Start everything embedded, record invented inventory transactions of all four types, wait"
          + " until the ledger has them, and show the books."
    },
    footer = {
      "",
      "Stays up afterwards for a look around; Ctrl-C stops it. With --exit it ends: 0 if every",
      "transaction is posted and the books balance, else 1. Data stays in ./data."
    })
final class DemoCommand implements Callable<Integer> {
  private static final Duration LONGEST_STANDSTILL = Duration.ofSeconds(60);
  private static final int MOST_SHOWN = 500;
  private static final long LOOK_MILLIS = 100;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "1000",
      description = "how many transactions to record (default ${DEFAULT-VALUE})")
  private int events;

  @Option(names = "--exit", description = "end when all is posted instead of staying up")
  private boolean exit;

  @Option(
      names = "--into-configured",
      description = "allow invented transactions in databases that are configured, not embedded")
  private boolean intoConfigured;

  @Unmatched private List<String> settings = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    if (events < 1 || events > 1_000_000) {
      throw new StartRefused("OPS-050", "--events takes a number from 1 to 1,000,000.");
    }
    List<String> arguments = new ArrayList<>(Arrays.asList(Settings.of(settings)));
    ConfigurableEnvironment configured = ToolEnvironment.of(arguments.toArray(String[]::new));
    refuseRealBooks(configured);
    if (configured.getProperty("server.port", "8080").equals("8080") && taken(8080)) {
      arguments.add("--server.port=0");
    }
    StartCommand.exitWithZeroOnSignals();
    System.out.println("Starting (the first start creates databases below ./data) ...");
    // Thousands of lines about invented events would hide the tables below.
    if (arguments.stream().noneMatch(argument -> argument.startsWith("--logging.level.hub"))) {
      arguments.add("--logging.level.hub.messages=WARN");
    }
    ConfigurableApplicationContext hub = HubApplication.run(arguments.toArray(String[]::new));
    int status = run(hub);
    if (!exit) {
      whereToLook(hub);
      StartCommand.untilStopped();
    }
    SpringApplication.exit(hub);
    return status;
  }

  /** Invented sales in somebody's real ledger could never be taken out again. */
  private void refuseRealBooks(ConfigurableEnvironment configured) {
    for (String database : List.of("inventory", "finance")) {
      String name = "hub." + database + ".datasource.url";
      if (configured.containsProperty(name) && !intoConfigured) {
        throw new StartRefused(
            "OPS-051",
            "%s is set, and the demo would write invented transactions there for good. Unset it, or say --into-configured if that is what you want."
                .formatted(name));
      }
    }
  }

  private static boolean taken(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return false;
    } catch (IOException inUse) {
      return true;
    }
  }

  private int run(ConfigurableApplicationContext hub) throws Exception {
    Ledger ledger = new Ledger(hub);
    WhatRunsWhere.of(hub).forEach(System.out::println);
    long started = System.nanoTime();
    Map<UUID, String> transactions = record(hub);
    long posted = ledger.await(transactions.keySet());
    double seconds = (System.nanoTime() - started) / 1e9;
    boolean balanced = ledger.print(transactions);
    long dead = deadLetters(hub);
    System.out.printf("%nDead letters  %d%n", dead);
    System.out.println("Databases     " + WhatRunsWhere.database(hub.getEnvironment(), "finance"));
    System.out.println("Broker        " + WhatRunsWhere.broker(hub.getEnvironment()));
    System.out.printf(
        Locale.ROOT, "Time          %.1f s from the first row to the last journal%n%n", seconds);
    boolean done = posted == events && balanced;
    System.out.printf(
        Locale.ROOT,
        done
            ? "All %,d transactions are posted; debits equal credits.%n"
            : "Only %2$,d of %1$,d transactions are posted, or the books do not balance.%n",
        events,
        posted);
    return done ? Hub.DONE : Hub.NOT_AS_IT_SHOULD_BE;
  }

  private Map<UUID, String> record(ConfigurableApplicationContext hub) throws SQLException {
    LoadCommand.Target outbox = LoadCommand.Target.find(hub.getEnvironment());
    DemoTransactions invented = new DemoTransactions(events, Instant.now());
    Map<UUID, String> recordedEvents = new LinkedHashMap<>(events * 2);
    Progress progress = new Progress(System.out, "Recorded");
    try (Connection inventory = outbox.connect();
        var insert =
            inventory.prepareStatement(
                "INSERT INTO inventory.outbox_event (aggregate_type, aggregate_id, event_type,"
                    + " payload, correlation_id) VALUES ('InventoryTransaction', ?, ?, ?::jsonb, ?)")) {
      for (int i = 0; i < events; i++) {
        DemoTransactions.Recorded recorded = invented.next();
        insert.setString(1, recorded.id().toString());
        insert.setString(2, recorded.eventType());
        insert.setString(3, recorded.payload().toString());
        insert.setString(4, "demo-" + i);
        insert.executeUpdate();
        recordedEvents.put(recorded.id(), recorded.eventType());
        progress.show(i + 1, events);
      }
    }
    progress.end(events, events);
    return recordedEvents;
  }

  private static long deadLetters(ConfigurableApplicationContext hub) {
    AmqpAdmin broker = hub.getBean(AmqpAdmin.class);
    long dead = 0;
    for (String queue :
        List.of(
            Names.JOURNAL_DEAD_QUEUE, Names.OUTBOX_DEAD_QUEUE, Names.FINANCE_OUTBOX_DEAD_QUEUE)) {
      QueueInformation information = broker.getQueueInfo(queue);
      dead += information == null ? 0 : information.getMessageCount();
    }
    // The store takes them out of their queues.
    return dead
        + hub.getBean(DeadLetterDesk.class)
            .list(DeadLetterFilter.OPEN, Long.MAX_VALUE, MOST_SHOWN)
            .size();
  }

  private static void whereToLook(ConfigurableApplicationContext hub) {
    System.out.println("Where to look next");
    System.out.println("  console   " + WhatRunsWhere.http(hub));
    WhatRunsWhere.firstPassword(hub)
        .ifPresent(file -> System.out.println("            user admin, password in " + file));
    System.out.println("  flows     routes/README.md");
    System.out.println("  mappings  mappings/README.md");
    System.out.println("  more      ./hub load FILE (in another terminal), ./hub --help");
    System.out.println("Ctrl-C stops the hub; what is in ./data stays.");
  }

  /** What the demo reads of the ledger, as a person in finance would. */
  private static final class Ledger {
    private final JdbcClient finance;

    Ledger(ConfigurableApplicationContext hub) {
      this.finance =
          JdbcClient.create(hub.getBean("financeDataSource", javax.sql.DataSource.class));
    }

    /** Waits until all are there, or nothing has moved for a minute; returns how many are. */
    long await(Set<UUID> transactions) throws InterruptedException {
      String[] references = transactions.stream().map(UUID::toString).toArray(String[]::new);
      Progress progress = new Progress(System.out, "Posted  ");
      long posted = 0;
      Instant moved = Instant.now();
      while (posted < references.length
          && Duration.between(moved, Instant.now()).compareTo(LONGEST_STANDSTILL) < 0) {
        long now = posted(references);
        if (now > posted) {
          moved = Instant.now();
        }
        posted = now;
        progress.show(posted, references.length);
        if (posted < references.length) {
          Thread.sleep(LOOK_MILLIS);
        }
      }
      progress.end(posted, references.length);
      return posted;
    }

    private long posted(String[] references) {
      return finance
          .sql(
              "SELECT (SELECT count(*) FROM finance.ledger_journal WHERE source = 'Inventory' AND external_ref = ANY (?))"
                  + " + (SELECT count(*) FROM finance.seen_transaction WHERE source = 'Inventory' AND external_ref = ANY (?))")
          .param(references)
          .param(references)
          .query(Long.class)
          .single();
    }

    /**
     * Prints this run's events and journals by type and the trial balance of the whole ledger;
     * returns whether the books balance.
     */
    boolean print(Map<UUID, String> transactions) {
      System.out.println();
      TextTable types = new TextTable("Event", "events", "journals");
      Map<String, List<String>> byType = new TreeMap<>();
      transactions.forEach(
          (id, type) -> byType.computeIfAbsent(type, none -> new ArrayList<>()).add(id.toString()));
      byType.forEach(
          (type, ids) ->
              types.row(
                  type,
                  "%,d".formatted(ids.size()),
                  "%,d".formatted(posted(ids.toArray(String[]::new)))));
      types.lines().forEach(System.out::println);
      System.out.println();
      TextTable balance = new TextTable("Trial balance", "debit", "credit");
      finance
          .sql(
              "SELECT a.code || ' ' || a.name || ' ' || j.currency, sum(l.debit), sum(l.credit)"
                  + " FROM finance.ledger_journal_line l JOIN finance.ledger_account a ON a.code = l.account_code"
                  + " JOIN finance.ledger_journal j ON j.id = l.journal_id"
                  + " GROUP BY 1 ORDER BY 1")
          .query(Ledger::amounts)
          .list()
          .forEach(balance::row);
      boolean balanced = true;
      for (String[] total : totals()) {
        balance.row(total);
        balanced &= total[1].equals(total[2]);
      }
      balance.lines().forEach(System.out::println);
      return balanced;
    }

    /** Debits and credits of different currencies are never added up. */
    private List<String[]> totals() {
      return finance
          .sql(
              "SELECT 'Total ' || j.currency, sum(l.debit), sum(l.credit)"
                  + " FROM finance.ledger_journal_line l JOIN finance.ledger_journal j ON j.id = l.journal_id"
                  + " GROUP BY 1 ORDER BY 1")
          .query(Ledger::amounts)
          .list();
    }

    private static String[] amounts(java.sql.ResultSet row, int number) throws SQLException {
      return new String[] {
        row.getString(1),
        "%,.4f".formatted(row.getBigDecimal(2)),
        "%,.4f".formatted(row.getBigDecimal(3))
      };
    }
  }
}
