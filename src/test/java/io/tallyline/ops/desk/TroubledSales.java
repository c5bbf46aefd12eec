package io.tallyline.ops.desk;

import static org.awaitility.Awaitility.await;

import io.tallyline.deadletter.DeadLetter;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.eventstore.EventFilter;
import io.tallyline.eventstore.Events;
import io.tallyline.testing.FailingLedger;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.StoredSales;
import io.tallyline.testing.TestHub;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Sales that give the desk of a hub with every role something to do: refused, or never heard of.
 */
final class TroubledSales {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String REFUSED_FOR_GOOD = "23514";
  private static final int FOREVER = 1_000_000;

  private final TestHub hub;
  private final PostgresServer.Database finance;
  private final Queues queues;
  private final Outbox outbox;
  private final FailingLedger ledger;

  TroubledSales(
      TestHub hub,
      PostgresServer.Database inventory,
      PostgresServer.Database finance,
      Queues queues) {
    this.hub = hub;
    this.finance = finance;
    this.queues = queues;
    this.outbox = new Outbox(inventory.ownerDataSource());
    this.ledger = new FailingLedger(finance);
  }

  /** Sales of 7.00 that the ledger refuses until {@link #correctTheLedger}, as dead letters. */
  List<Long> deadLetters(int count) {
    List<String> sales = Stream.generate(this::refused).limit(count).toList();
    DeadLetterDesk desk = hub.bean(DeadLetterDesk.class);
    await().atMost(LONG).until(() -> desk.about(sales, DeadLetterDesk.MOST).size() == count);
    return desk.about(sales, DeadLetterDesk.MOST).stream().map(DeadLetter::id).toList();
  }

  private String refused() {
    String sale = UUID.randomUUID().toString();
    ledger.fail(sale, FOREVER, REFUSED_FOR_GOOD);
    outbox.record(sale, "SalesTransactionCreated", Outbox.sale(sale, 1, "2", "3.5", "1.25"));
    return sale;
  }

  void correctTheLedger() {
    JdbcClient.create(finance.ownerDataSource()).sql("DELETE FROM finance.test_failure").update();
  }

  /** A sale that was published while finance's queue was unbound: stored, and never posted. */
  String missed() {
    queues.unbind("finance.journal", "erp.inventory", "inventory.#");
    String sale = outbox.recordSales(1, "10.50", "7.25").get(0);
    awaitStored(List.of(sale));
    queues.rebind("finance.journal", "erp.inventory", "inventory.#");
    return sale;
  }

  /** Sales that have their journals, and are in the event store. */
  List<String> posted(int count) {
    List<String> sales = outbox.recordSales(count, "10.50", "7.25");
    await().atMost(LONG).until(() -> sales.stream().allMatch(sale -> journals(sale) == 1));
    awaitStored(sales);
    return sales;
  }

  private void awaitStored(List<String> sales) {
    EventFilter filter = EventFilter.ALL.named(List.of(StoredSales.NAME)).aboutAggregates(sales);
    await()
        .atMost(LONG)
        .until(
            () ->
                hub.bean(Events.class).count(filter, Long.MAX_VALUE, sales.size() + 1)
                    == sales.size());
  }

  long journals(String sale) {
    return JdbcClient.create(finance.ownerDataSource())
        .sql("SELECT count(*) FROM finance.ledger_journal WHERE external_ref = ?")
        .param(sale)
        .query(Long.class)
        .single();
  }
}
