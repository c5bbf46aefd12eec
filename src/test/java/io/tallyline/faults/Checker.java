package io.tallyline.faults;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.tallyline.testing.PostgresServer.Database;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;

/**
 * Compares ledger and queues with the model. It uses plain JDBC and a plain AMQP client, and shares
 * nothing with the hub but the names of tables and queues.
 */
final class Checker {
  /** Queues that the suite itself listens with. */
  static final String OWN_QUEUES = "faults.";

  private static final List<String> DEAD_QUEUES =
      List.of("finance.journal.dead", "inventory.outbox.dead");
  private static final String UNROUTED = "erp.unrouted";
  private static final Comparator<Expected.Line> ANY_ORDER =
      Comparator.comparing(Expected.Line::account)
          .thenComparing(Expected.Line::debit)
          .thenComparing(Expected.Line::credit);

  private final Database inventory;
  private final Database finance;
  private final Broker broker;
  private final Map<String, Dead> collected = new HashMap<>();
  private int repeated;

  private record Dead(byte[] body, String reason) {}

  private record Found(Expected.Journal journal, int copies) {}

  Checker(Database inventory, Database finance, Broker broker) {
    this.inventory = inventory;
    this.finance = finance;
    this.broker = broker;
  }

  long outboxRows() throws SQLException {
    return count(inventory, "SELECT count(*) FROM inventory.outbox_event");
  }

  /** Zero where finance announces nothing. */
  long announcements() throws SQLException {
    return count(
                finance,
                "SELECT count(*) FROM pg_class WHERE oid = to_regclass('finance.outbox_event')")
            == 0
        ? 0
        : count(finance, "SELECT count(*) FROM finance.outbox_event");
  }

  /** Journals and seen transactions. */
  long transactions() throws SQLException {
    return count(
        finance,
        "SELECT (SELECT count(*) FROM finance.ledger_journal)"
            + " + (SELECT count(*) FROM finance.seen_transaction)");
  }

  boolean posted(String reference) throws SQLException {
    try (var connection = finance.owner();
        var query =
            connection.prepareStatement(
                "SELECT 1 FROM finance.ledger_journal WHERE external_ref = ? UNION ALL"
                    + " SELECT 1 FROM finance.seen_transaction WHERE external_ref = ?")) {
      query.setString(1, reference);
      query.setString(2, reference);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next();
      }
    }
  }

  private static long count(Database database, String sql) throws SQLException {
    try (var connection = database.owner();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** Takes what is in the dead-letter queues and keeps it; repetitions are counted. */
  void collectDeadLetters() throws IOException, TimeoutException {
    try (Connection connection = broker.connect()) {
      for (String queue : DEAD_QUEUES) {
        Channel channel = connection.createChannel();
        GetResponse letter = channel.basicGet(queue, false);
        while (letter != null) {
          Object reason =
              letter.getProps().getHeaders() == null
                  ? null
                  : letter.getProps().getHeaders().get("hub-reason");
          String key = Expected.key(queue, String.valueOf(letter.getProps().getMessageId()));
          Dead dead = new Dead(letter.getBody(), String.valueOf(reason));
          Dead before = collected.put(key, dead);
          if (before != null) {
            repeated++;
          }
          channel.basicAck(letter.getEnvelope().getDeliveryTag(), false);
          letter = channel.basicGet(queue, false);
        }
        channel.close();
      }
    }
  }

  /** All messages of the hub's queues by queue, empty queues left out. */
  Map<String, Long> messages() {
    Map<String, Long> messages = new TreeMap<>(broker.messages());
    messages.keySet().removeIf(queue -> queue.startsWith(OWN_QUEUES));
    messages.values().removeIf(count -> count == 0);
    return messages;
  }

  /** Compares everything, as it is now. */
  Verdict compare(
      Expected expected,
      Map<String, Long> messages,
      Set<String> announced,
      long redelivered,
      long republished,
      Duration took,
      boolean atRest)
      throws SQLException {
    Map<String, Found> found = journals();
    Set<String> seen = new HashSet<>(texts("SELECT external_ref FROM finance.seen_transaction"));
    Map<String, Expected.Journal> wanted = expected.journals();
    List<String> lost = new ArrayList<>();
    List<String> different = new ArrayList<>();
    wanted.forEach(
        (reference, journal) -> {
          Found there = found.get(reference);
          if (there == null) {
            lost.add(reference);
          } else if (!same(journal, there.journal())) {
            different.add(reference);
          }
        });
    expected.seen().stream().filter(reference -> !seen.contains(reference)).forEach(lost::add);
    List<String> unexpected = new ArrayList<>();
    found.keySet().stream().filter(key -> !wanted.containsKey(key)).forEach(unexpected::add);
    seen.stream().filter(key -> !expected.seen().contains(key)).forEach(unexpected::add);
    List<String> duplicated =
        found.entrySet().stream()
            .filter(entry -> entry.getValue().copies() > 1)
            .map(Map.Entry::getKey)
            .toList();
    List<String> deadMissing = new ArrayList<>();
    List<String> deadDifferent = new ArrayList<>();
    expected
        .deadLetters()
        .forEach((key, letter) -> compare(key, letter, deadMissing, deadDifferent));
    List<String> deadUnexpected =
        collected.entrySet().stream()
            .filter(entry -> !expected.deadLetters().containsKey(entry.getKey()))
            .map(entry -> entry.getKey() + " " + entry.getValue().reason())
            .toList();
    List<String> unannounced =
        found.keySet().stream().filter(key -> !announced.contains(key)).toList();
    Map<String, Long> left = new TreeMap<>(messages);
    long unrouted = left.getOrDefault(UNROUTED, 0L);
    left.remove(UNROUTED);
    return new Verdict(
        expected.transactions(),
        lost,
        duplicated,
        unexpected,
        different,
        unbalanced(wanted),
        deadMissing,
        deadUnexpected,
        deadDifferent,
        expected.deadLetters().size(),
        repeated,
        unannounced,
        outboxRows(),
        announcements(),
        unrouted,
        left,
        redelivered,
        republished,
        took,
        atRest);
  }

  private void compare(
      String key, Expected.DeadLetter letter, List<String> missing, List<String> different) {
    Dead there = collected.get(key);
    if (there == null) {
      missing.add(key);
    } else if (!Arrays.equals(there.body(), letter.body())
        || !there.reason().equals(letter.reason())) {
      different.add(key + " " + there.reason());
    }
  }

  private static boolean same(Expected.Journal model, Expected.Journal found) {
    return model.source().equals(found.source())
        && model.date().equals(found.date())
        && model.currency().equals(found.currency())
        && model.lines().stream()
            .sorted(ANY_ORDER)
            .toList()
            .equals(found.lines().stream().sorted(ANY_ORDER).toList());
  }

  /** Of several journals of one reference, the first. */
  private Map<String, Found> journals() throws SQLException {
    Map<String, Found> found = new HashMap<>();
    try (var connection = finance.owner();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT j.id, j.source, j.external_ref, j.journal_date, j.currency,
                       l.account_code, l.debit, l.credit
                  FROM finance.ledger_journal j
                  LEFT JOIN finance.ledger_journal_line l ON l.journal_id = j.id
                 ORDER BY j.id, l.line_no
                """)) {
      long current = -1;
      String reference = "";
      while (rows.next()) {
        if (rows.getLong("id") != current) {
          current = rows.getLong("id");
          reference = rows.getString("external_ref");
          Found before = found.get(reference);
          found.put(
              reference,
              before == null
                  ? new Found(journal(rows), 1)
                  : new Found(before.journal(), before.copies() + 1));
        }
        if (found.get(reference).copies() == 1 && rows.getString("account_code") != null) {
          found.get(reference).journal().lines().add(line(rows));
        }
      }
    }
    return found;
  }

  private static Expected.Journal journal(ResultSet row) throws SQLException {
    return new Expected.Journal(
        row.getString("source"),
        row.getString("external_ref"),
        row.getObject("journal_date", LocalDate.class),
        row.getString("currency"),
        new ArrayList<>());
  }

  private static Expected.Line line(ResultSet row) throws SQLException {
    return new Expected.Line(
        row.getString("account_code"), row.getBigDecimal("debit"), row.getBigDecimal("credit"));
  }

  /** Journals that do not balance, and accounts whose totals are not the model's. */
  private List<String> unbalanced(Map<String, Expected.Journal> wanted) throws SQLException {
    List<String> wrong =
        new ArrayList<>(
            texts(
                """
                SELECT j.external_ref FROM finance.ledger_journal j
                  LEFT JOIN finance.ledger_journal_line l ON l.journal_id = j.id
                 GROUP BY j.id, j.external_ref
                HAVING coalesce(sum(l.debit), 0) <> coalesce(sum(l.credit), 0) OR count(l.*) < 2
                """));
    Map<String, BigDecimal> model = new TreeMap<>();
    wanted
        .values()
        .forEach(
            journal -> journal.lines().forEach(line -> total(model, journal.currency(), line)));
    Map<String, BigDecimal> ledger = new TreeMap<>();
    try (var connection = finance.owner();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT j.currency, l.account_code, sum(l.debit) AS debit, sum(l.credit) AS credit
                  FROM finance.ledger_journal_line l
                  LEFT JOIN finance.ledger_journal j ON j.id = l.journal_id
                 GROUP BY 1, 2
                """)) {
      while (rows.next()) {
        total(ledger, String.valueOf(rows.getString("currency")), line(rows));
      }
    }
    Set<String> accounts = new HashSet<>(model.keySet());
    accounts.addAll(ledger.keySet());
    for (String account : accounts) {
      BigDecimal there = ledger.getOrDefault(account, BigDecimal.ZERO);
      BigDecimal should = model.getOrDefault(account, BigDecimal.ZERO);
      if (there.compareTo(should) != 0) {
        wrong.add("%s: %s instead of %s".formatted(account, there, should));
      }
    }
    return wrong;
  }

  private static void total(Map<String, BigDecimal> totals, String currency, Expected.Line line) {
    totals.merge(currency + " " + line.account() + " debit", line.debit(), BigDecimal::add);
    totals.merge(currency + " " + line.account() + " credit", line.credit(), BigDecimal::add);
  }

  private List<String> texts(String sql) throws SQLException {
    List<String> texts = new ArrayList<>();
    try (var connection = finance.owner();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        texts.add(rows.getString(1));
      }
    }
    return texts;
  }
}
