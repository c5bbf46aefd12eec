package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.CopiedTree;
import io.tallyline.testing.Edits;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A whole migration under load, as two modules would live it that are never deployed on the same
 * day: v2 is published beside v1, finance learns v2, v1 ends.
 */
class VersionMigrationIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String SALES = "inventory/sales-transaction-created/";
  private static final BigDecimal PRICE = new BigDecimal("10.5");
  private static final BigDecimal COST = new BigDecimal("7.25");

  @TempDir Path folder;

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();
  private final PostgresServer.Database inventory = PostgresServer.fresh("inventory");
  private final PostgresServer.Database finance = PostgresServer.fresh("finance");
  private final Producer producer = new Producer();

  /** Records sales, each with another tax, until it is told to stop. */
  private final class Producer implements Runnable, AutoCloseable {
    private final Outbox outbox = new Outbox(inventory.ownerDataSource());
    private final Map<String, BigDecimal> taxes = new LinkedHashMap<>();
    private final Thread thread = new Thread(this, "producer");
    private volatile boolean ended;

    @Override
    public void run() {
      while (!ended) {
        String id = UUID.randomUUID().toString();
        BigDecimal tax;
        synchronized (taxes) {
          tax = BigDecimal.valueOf(taxes.size() + 1L, 4);
        }
        String event =
            Outbox.sale(id, 1, "1", PRICE.toPlainString(), COST.toPlainString())
                .replace("}]}", ",\"taxAmount\":" + tax.toPlainString() + "}]}");
        outbox.record(id, "SalesTransactionCreated", event);
        synchronized (taxes) {
          taxes.put(id, tax);
        }
        LockSupport.parkNanos(3_000_000);
      }
    }

    Set<String> recorded() {
      synchronized (taxes) {
        return new HashSet<>(taxes.keySet());
      }
    }

    void recordMore(int sales) {
      int until = recorded().size() + sales;
      await().atMost(LONG).until(() -> recorded().size() >= until);
    }

    @Override
    public void close() throws InterruptedException {
      ended = true;
      thread.join();
    }
  }

  private TestHub relay(String versions) {
    Path routes = CopiedTree.of("routes", folder.resolve("relay-" + versions.replace(",", "-")));
    Path file = routes.resolve("inventory/relay-outbox.camel.yaml");
    Edits.replace(file, SALES + "v1\n", SALES + versions + "\n");
    return hub("relay", routes).database(inventory).start();
  }

  private TestHub finance(String versions, String posting) {
    Path routes = CopiedTree.of("routes", folder.resolve("finance-" + versions.replace(",", "-")));
    Path file = routes.resolve("finance/post-journals.camel.yaml");
    Edits.replace(
        file,
        "sales-transaction-created.v1,v2   -> finance/sales-transaction-created/v2/",
        "sales-transaction-created."
            + versions
            + " -> finance/sales-transaction-created/"
            + posting
            + "/");
    return hub("finance", routes)
        .database(finance)
        .with("hub.delivery.ladder", "200ms,1s,1s,1s,5s,5s,5s,5s")
        .start();
  }

  private TestHub.Settings hub(String role, Path routes) {
    return new TestHub.Settings()
        .roles(role)
        .broker(node, virtualHost)
        .with("hub.routes-directory", routes.toString());
  }

  private record Journal(int version, List<String> lines) {}

  private Map<String, Journal> journals() {
    Map<String, Journal> journals = new HashMap<>();
    JdbcClient.create(finance.dataSource())
        .sql(
            """
            SELECT j.external_ref, j.event_version,
                   l.account_code || ' ' || l.debit || ' ' || l.credit
              FROM finance.ledger_journal j JOIN finance.ledger_journal_line l ON l.journal_id = j.id
             ORDER BY j.id, l.line_no""")
        .query(
            row -> {
              int version = row.getInt(2);
              journals
                  .computeIfAbsent(row.getString(1), id -> new Journal(version, new ArrayList<>()))
                  .lines()
                  .add(row.getString(3));
            });
    return journals;
  }

  /** What finance must have written, worked out here. */
  private static List<String> expected(int version, BigDecimal tax) {
    BigDecimal receivable = version == 1 ? PRICE : PRICE.add(tax);
    List<String> lines = new ArrayList<>();
    lines.add("1100 " + receivable.setScale(4) + " 0.0000");
    lines.add("4000 0.0000 " + PRICE.setScale(4));
    if (version > 1) {
      lines.add("2200 0.0000 " + tax.setScale(4));
    }
    lines.add("5000 " + COST.setScale(4) + " 0.0000");
    lines.add("1300 0.0000 " + COST.setScale(4));
    return lines;
  }

  private void awaitAll(Set<String> ids) {
    await().atMost(LONG).until(() -> journals().keySet().containsAll(ids));
  }

  @Test
  void carries_every_sale_once_while_version_two_takes_over() throws Exception {
    TestHub relay = relay("v1");
    TestHub posting = finance("v1", "v1");
    Set<String> beforeUpgrade;
    Set<String> afterUpgrade;
    try {
      producer.thread.start();
      producer.recordMore(200);
      relay.close();
      relay = relay("v1,v2");
      producer.recordMore(200);
      beforeUpgrade = producer.recorded();
      awaitAll(beforeUpgrade);

      posting.close();
      posting = finance("v1,v2", "v2");
      Set<String> known = producer.recorded();
      producer.recordMore(200);
      relay.close();
      relay = relay("v2");
      producer.recordMore(200);
      producer.close();
      afterUpgrade = producer.recorded();
      afterUpgrade.removeAll(known);
      awaitAll(producer.recorded());
      try (Queues queues = new Queues(node, virtualHost)) {
        for (String queue : List.of("finance.journal", "finance.journal.retry.200ms")) {
          await().atMost(LONG).until(() -> queues.count(queue) == 0);
        }
        assertThat(queues.count("finance.journal.dead")).isZero();
      }
    } finally {
      producer.close();
      relay.close();
      posting.close();
    }

    Map<String, Journal> journals = journals();
    assertThat(journals).hasSize(producer.taxes.size());
    producer.taxes.forEach(
        (id, tax) ->
            assertThat(journals.get(id).lines())
                .isEqualTo(expected(journals.get(id).version(), tax)));
    assertThat(beforeUpgrade).allMatch(id -> journals.get(id).version() == 1);
    assertThat(afterUpgrade).isNotEmpty().allMatch(id -> journals.get(id).version() == 2);
  }
}
