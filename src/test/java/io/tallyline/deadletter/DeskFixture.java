package io.tallyline.deadletter;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.AuditEntry;
import io.tallyline.eventstore.JdbcEvents;
import io.tallyline.eventstore.JdbcResends;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.JdbcLedger;
import io.tallyline.mapping.Mappings;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.SaleMessages;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The desk on real databases, with a clock that the test sets. */
final class DeskFixture {
  private static final String TABLE =
      "inventory.sales-transaction-created.v1,v2 ->"
          + " finance/sales-transaction-created/v2/journal.jslt";

  final PostgresServer.Database store = PostgresServer.fresh("store");
  final PostgresServer.Database finance = PostgresServer.fresh("finance");
  final JdbcClient sql = JdbcClient.create(store.dataSource());
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final Actions actions = new Actions();
  Instant now = Instant.parse("2026-03-04T05:06:07Z");
  final InstantSource clock = () -> now;

  final JdbcResends resends = new JdbcResends(store.dataSource());
  final JdbcEvents events = new JdbcEvents(store.dataSource(), clock);
  final TakeDeadLetters take = new TakeDeadLetters(store.dataSource(), clock, meters);
  final DeadLetterDesk desk;
  final BulkRetries bulks;
  final Approvals approvals;
  final RunBulkRetries run;
  final SettleRetries settle;

  DeskFixture() {
    var properties =
        new DeadLetterProperties(
            Duration.ofMinutes(15),
            List.of("finance.quarantine"),
            5,
            50,
            5,
            1_000,
            1_000,
            new BigDecimal("1000"),
            Duration.ofHours(24),
            Duration.ofHours(2),
            Duration.ofSeconds(1),
            Duration.ofMillis(200));
    var letters = new JdbcDeadLetters(store.dataSource());
    var approvalRows = new JdbcApprovals(store.dataSource());
    var bulkRows = new JdbcBulkRetries(store.dataSource());
    var transactions = new DeskTransactions(store.dataSource(), actions);
    var ledger = new JdbcLedger(finance.dataSource());
    var drafts = new DraftJournals(Mappings.open(Path.of("mappings")), TABLE, "the test");
    var previews = new PreviewRetries(letters, drafts, ledger, properties.previewMost());
    desk =
        new DeadLetterDesk(
            letters,
            approvalRows,
            previews,
            resends,
            events,
            actions,
            transactions,
            properties,
            clock);
    bulks =
        new BulkRetries(bulkRows, letters, approvalRows, previews, transactions, properties, clock);
    approvals = new Approvals(approvalRows, bulkRows, desk, bulks, transactions, clock);
    run =
        new RunBulkRetries(
            store.dataSource(), bulkRows, letters, resends, transactions, properties, clock);
    settle =
        new SettleRetries(
            letters, previews, ledger, events, resends, approvals, properties, clock, meters);
  }

  /** An audit in memory: what it keeps in the database is {@code JdbcAuditIT}'s. */
  static final class Actions implements Audit, AuditEntries {
    final List<Action> all = new ArrayList<>();

    @Override
    public synchronized long record(Action action) {
      all.add(action);
      return all.size();
    }

    List<String> names() {
      return all.stream().map(Action::action).toList();
    }

    @Override
    public List<AuditEntry> newest(long before, int limit) {
      return List.of();
    }

    @Override
    public List<AuditEntry> about(Collection<String> subjects, int limit) {
      return all.stream()
          .filter(action -> subjects.contains(action.subject()))
          .map(
              action ->
                  new AuditEntry(
                      1,
                      Instant.EPOCH,
                      action.who(),
                      action.action(),
                      action.subject(),
                      action.reason(),
                      null,
                      null,
                      new byte[32],
                      new byte[32]))
          .toList();
    }

    @Override
    public Optional<AuditEntry> head() {
      return Optional.empty();
    }
  }

  /** A sale of 31.50, costing 21.75, that failed in the journal writer. */
  static Message failedSale(String transaction, Map<String, Object> more) {
    var properties = new MessageProperties();
    properties.setConsumerQueue("finance.journal.dead");
    properties.setReceivedExchange("hub.dead");
    properties.setMessageId(transaction);
    properties.setContentType("application/json");
    properties.setHeader("hub-versions", "v1");
    properties.setHeader("hub-reason", "unknown-account");
    properties.setHeader("hub-error", "FIN-014 there is no account 9999");
    properties.setHeader("hub-attempts", 2);
    properties.setHeader("hub-queue", "finance.journal");
    properties.setHeader("hub-routing-key", SaleMessages.KEY);
    properties.setHeader("hub-first-failed-at", "2026-03-04T05:00:00Z");
    properties.setHeader("hub-last-failed-at", "2026-03-04T05:01:00Z");
    properties.setHeader("cloudEvents:subject", transaction);
    properties.setHeader("x-delivery-count", 1L);
    more.forEach(properties::setHeader);
    return new Message(
        SaleMessages.valid(transaction).getBytes(StandardCharsets.UTF_8), properties);
  }

  List<Long> fail(int sales) {
    List<Message> batch = new ArrayList<>();
    for (int i = 0; i < sales; i++) {
      batch.add(failedSale(UUID.randomUUID().toString(), Map.of()));
    }
    take.take(batch);
    return desk.list(DeadLetterFilter.OPEN, Long.MAX_VALUE, DeadLetterDesk.MOST).stream()
        .map(DeadLetter::id)
        .sorted()
        .toList();
  }

  /** As if the journal writer had posted what was sent again. */
  void post(List<Long> ids) {
    for (long id : ids) {
      var journal = desk.open(id).preview().journal();
      JdbcClient.create(finance.dataSource())
          .sql(
              "INSERT INTO finance.seen_transaction (source, external_ref, event_id, content_hash)"
                  + " VALUES (?, ?, ?, ?)")
          .params(
              journal.source(), journal.externalRef(), journal.eventId(), journal.content().hash())
          .update();
    }
  }

  /** As if it had failed again. */
  void failAgain(List<Long> ids) {
    for (long id : ids) {
      take.take(
          List.of(
              failedSale(
                  desk.open(id).letter().messageId(),
                  Map.of("hub-mark", "dead-letter:" + id, "hub-attempts", 3))));
    }
  }

  /** As the event store keeps a message, received now. */
  void storeEvent(String messageId) {
    var at = now.atOffset(ZoneOffset.UTC);
    sql.sql("SELECT hub.make_event_month(?::date)").param(at).query(Boolean.class).single();
    sql.sql(
            "INSERT INTO hub.stored_event (month, received_at, fingerprint, routing_key, name, version,"
                + " message_id, properties, headers, body)"
                + " VALUES (date_trunc('month', ?::timestamptz)::date, ?, sha256(?), ?, 'any', 1, ?,"
                + " '{}', '{}', ?)")
        .params(
            at,
            at,
            (messageId + now).getBytes(StandardCharsets.UTF_8),
            SaleMessages.KEY,
            messageId,
            SaleMessages.valid(messageId).getBytes(StandardCharsets.UTF_8))
        .update();
  }

  List<Long> with(DeadLetterStatus status) {
    return desk
        .list(
            new DeadLetterFilter(List.of(status), null, null, null, null, null, null, null),
            Long.MAX_VALUE,
            DeadLetterDesk.MOST)
        .stream()
        .map(DeadLetter::id)
        .sorted()
        .toList();
  }

  long resent() {
    return sql.sql("SELECT count(*) FROM hub.resend").query(Long.class).single();
  }
}
