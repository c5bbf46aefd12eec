package io.tallyline.testing;

import io.tallyline.audit.Audit;
import io.tallyline.eventstore.StoredEvent;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.JdbcJournals;
import io.tallyline.finance.JdbcLedger;
import io.tallyline.finance.Journal;
import io.tallyline.finance.Ledger;
import io.tallyline.mapping.Mappings;
import io.tallyline.replay.CompareJournals;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
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

  public final DataSource store = PostgresServer.fresh("store").dataSource();
  public final DataSource finance = PostgresServer.fresh("finance").dataSource();
  public final TableEvents events = new TableEvents(store);
  public final TableResends resends = new TableResends(store);
  public final List<Audit.Action> audited = new CopyOnWriteArrayList<>();
  public final DraftJournals drafts =
      new DraftJournals(Mappings.open(Path.of("mappings")), POSTINGS, "the test");
  public final Ledger ledger = new JdbcLedger(finance);
  public final SetClock clock = new SetClock(Instant.parse("2026-03-02T12:00:00Z"));

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
    return events.store(
        SaleMessages.KEY,
        UUID.randomUUID().toString(),
        transactionId,
        "v1",
        clock.instant(),
        body);
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
