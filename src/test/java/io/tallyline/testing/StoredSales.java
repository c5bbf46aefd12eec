package io.tallyline.testing;

import io.tallyline.audit.Audit;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.JdbcEvents;
import io.tallyline.eventstore.JdbcResends;
import io.tallyline.eventstore.Resends;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.JdbcJournals;
import io.tallyline.finance.JdbcLedger;
import io.tallyline.finance.Journal;
import io.tallyline.finance.Ledger;
import io.tallyline.mapping.Mappings;
import io.tallyline.replay.CompareJournals;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** An event store and a ledger of their own, with sales in them as a test wants them. */
public final class StoredSales {
  public static final String NAME = "inventory.sales-transaction-created";

  private static final String POSTINGS =
      """
      inventory.purchase-transaction-created.v1   -> finance/purchase-transaction-created/v1/journal.jslt
      inventory.sales-transaction-created.v1,v2   -> finance/sales-transaction-created/v2/journal.jslt
      inventory.assembly-transaction-created.v1   -> finance/assembly-transaction-created/v1/journal.jslt
      inventory.adjustment-transaction-created.v1 -> finance/adjustment-transaction-created/v1/journal.jslt
      """;

  public final PostgresServer.Database storeDatabase = PostgresServer.fresh("store");
  public final DataSource store = storeDatabase.dataSource();
  public final DataSource finance = PostgresServer.fresh("finance").dataSource();
  public final SetClock clock = new SetClock(Instant.parse("2026-03-02T12:00:00Z"));
  public final Events events = new JdbcEvents(store, clock);
  public final Resends resends = new JdbcResends(store);
  public final List<Audit.Action> audited = new CopyOnWriteArrayList<>();
  public final DraftJournals drafts =
      new DraftJournals(Mappings.open(Path.of("mappings")), POSTINGS, "the test");
  public final Ledger ledger = new JdbcLedger(finance);

  private final JdbcClient jdbc = JdbcClient.create(store);
  private final JdbcJournals journals =
      new JdbcJournals(finance, new DataSourceTransactionManager(finance));

  /** A clock that stands until a test moves it. */
  public static final class SetClock implements InstantSource {
    private volatile Instant now;

    SetClock(Instant now) {
      this.now = now;
    }

    public void forward(long millis) {
      now = now.plusMillis(millis);
    }

    public void set(Instant moment) {
      now = moment;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  public Audit audit() {
    return action -> {
      audited.add(action);
      return audited.size();
    };
  }

  /** A sale whose event is stored now. @return the event's number */
  public long sale(String transactionId) {
    return sale(transactionId, SaleMessages.valid(transactionId));
  }

  public long sale(String transactionId, String body) {
    return store(
        SaleMessages.KEY, UUID.randomUUID().toString(), transactionId, "v1", clock.instant(), body);
  }

  /**
   * Stores an event.
   *
   * @param versions the header hub-versions
   * @return its number
   */
  public long store(
      String routingKey,
      String messageId,
      String aggregateId,
      String versions,
      Instant receivedAt,
      String body) {
    LocalDate month = LocalDate.ofInstant(receivedAt, ZoneOffset.UTC).withDayOfMonth(1);
    jdbc.sql("SELECT hub.make_event_month(:month)").param("month", month).query().singleRow();
    int dot = routingKey.lastIndexOf(".v");
    return jdbc.sql(
            """
            INSERT INTO hub.stored_event (month, received_at, fingerprint, routing_key, name, version,
                   message_id, correlation_id, aggregate_id, properties, headers, body)
            VALUES (:month, :at, sha256(:unique), :key, :name, :version, :message, :correlation,
                    :aggregate, '{"content-type":"application/json"}',
                    jsonb_build_object('hub-versions', :versions::text), :body)
            RETURNING id
            """)
        .param("month", month)
        .param("at", Timestamp.from(receivedAt))
        .param("unique", UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8))
        .param("key", routingKey)
        .param("name", routingKey.substring(0, dot))
        .param("version", Integer.parseInt(routingKey.substring(dot + 2)))
        .param("message", messageId)
        .param("correlation", "of " + messageId)
        .param("aggregate", aggregateId)
        .param("versions", versions)
        .param("body", body.getBytes(StandardCharsets.UTF_8))
        .query(Long.class)
        .single();
  }

  /** Takes up to so many out of the line, in order. @return the numbers of their events */
  public List<Long> send(String mark, int most) {
    return jdbc.sql(
            """
            WITH gone AS (
              DELETE FROM hub.resend WHERE seq IN (
                SELECT seq FROM hub.resend WHERE mark = :mark ORDER BY seq LIMIT :most)
              RETURNING seq, event_id)
            SELECT event_id FROM gone ORDER BY seq
            """)
        .param("mark", mark)
        .param("most", most)
        .query(Long.class)
        .list();
  }

  /** Posts what the mappings make of a stored event. */
  public void post(long event) {
    post(List.of(event));
  }

  public void post(List<Long> numbers) {
    journals.post(numbers.stream().map(this::draft).toList());
  }

  public void post(Journal journal) {
    journals.post(List.of(journal));
  }

  public Journal draft(long event) {
    StoredEvent stored = events.one(event).orElseThrow();
    return Objects.requireNonNull(drafts.draft(CompareJournals.kept(stored)).journal());
  }

  public static String id() {
    return UUID.randomUUID().toString();
  }
}
