package io.tallyline.deadletter;

import io.tallyline.eventstore.Resends;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Takes bulk retries on, a step at a time: a canary, then the rest at the bounded rate, and an end
 * when too many fail again. All of its state is in the table, so another process goes on where one
 * ended; one at a time does so.
 */
public final class RunBulkRetries {
  private static final String ALONE = "SELECT pg_try_advisory_xact_lock(1413565516, 12)";
  private static final long SECOND = 1_000;

  private final JdbcClient jdbc;
  private final JdbcBulkRetries bulks;
  private final JdbcDeadLetters letters;
  private final SendAgain sendAgain;
  private final DeskTransactions transactions;
  private final DeadLetterProperties properties;
  private final InstantSource clock;

  RunBulkRetries(
      DataSource store,
      JdbcBulkRetries bulks,
      JdbcDeadLetters letters,
      Resends resends,
      DeskTransactions transactions,
      DeadLetterProperties properties,
      InstantSource clock) {
    this.jdbc = JdbcClient.create(store);
    this.bulks = bulks;
    this.letters = letters;
    this.sendAgain = new SendAgain(resends);
    this.transactions = transactions;
    this.properties = properties;
    this.clock = clock;
  }

  /** One step of each that runs; together they keep the rate. */
  public void look() {
    transactions.within(
        () -> {
          if (jdbc.sql(ALONE).query(Boolean.class).single()) {
            List<Long> running = bulks.running();
            running.forEach(id -> step(id, running.size()));
          }
          return true;
        });
  }

  private void step(long id, int sharing) {
    bulks.lock(id);
    bulks.settle(id);
    BulkRetry bulk = bulks.one(id).orElseThrow();
    if (bulk.status() != BulkRetry.Status.CANARY && bulk.status() != BulkRetry.Status.RUNNING) {
      // Stopped by hand while this waited for it.
      return;
    }
    if (failsTooOften(bulk)) {
      stop(bulk);
    } else if (bulk.waiting() + bulk.sent() == 0) {
      bulks.end(id, BulkRetry.Status.DONE, null, clock.instant());
    } else if (bulk.status() == BulkRetry.Status.RUNNING) {
      sendPaced(bulk, sharing);
    } else if (bulk.waiting() == bulk.letters()) {
      send(bulk, properties.canary());
    } else if (bulk.sent() == 0) {
      // Skipped ones prove nothing: without one that was resolved, another canary goes.
      if (bulk.resolved() > 0) {
        bulks.run(id, BulkRetry.Status.RUNNING, clock.instant());
      } else {
        send(bulk, properties.canary());
      }
    }
  }

  private boolean failsTooOften(BulkRetry bulk) {
    long settled = bulk.resolved() + bulk.failed();
    return bulk.failed() * 100 > settled * properties.stopAbovePercent();
  }

  private void stop(BulkRetry bulk) {
    String note =
        "%d of %d settled messages failed again, more than %d %%"
            .formatted(
                bulk.failed(), bulk.resolved() + bulk.failed(), properties.stopAbovePercent());
    bulks.end(bulk.id(), BulkRetry.Status.STOPPED, note, clock.instant());
    transactions.record(
        bulk.subject(),
        "stop-bulk-retry",
        bulk.subject(),
        note,
        DeskTransactions.status(bulk.status()),
        DeskTransactions.status(BulkRetry.Status.STOPPED));
  }

  /**
   * As many as the time since the last step allows, at most a second's worth: no burst after a
   * pause.
   */
  private void sendPaced(BulkRetry bulk, int sharing) {
    Instant now = clock.instant();
    long rate = Math.max(1, properties.retryPerSecond() / sharing);
    long millis = Math.max(0, Math.min(Duration.between(bulk.pacedAt(), now).toMillis(), SECOND));
    long allowed = millis * rate / SECOND;
    if (allowed > 0) {
      // What is left of a message's time counts at the next step.
      bulks.run(
          bulk.id(), BulkRetry.Status.RUNNING, now.minusMillis(millis - allowed * SECOND / rate));
      send(bulk, (int) allowed);
    }
  }

  private void send(BulkRetry bulk, int most) {
    List<Long> open = new ArrayList<>();
    List<Long> skipped = new ArrayList<>();
    Instant now = clock.instant();
    for (long id : bulks.next(bulk.id(), most)) {
      boolean mine =
          letters.change(List.of(id), DeadLetterStatus.OPEN, DeadLetterStatus.RETRYING, now, null)
              == 1;
      (mine ? open : skipped).add(id);
    }
    bulks.mark(bulk.id(), skipped, "SKIPPED");
    bulks.mark(bulk.id(), open, "SENT");
    sendAgain.retry(letters.withBodies(open));
  }
}
