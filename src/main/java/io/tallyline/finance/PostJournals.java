package io.tallyline.finance;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.transaction.TransactionException;

/**
 * Writes the journals of a batch as one transaction. A batch that fails is written again one by
 * one, so that a bad message harms no other. While the database is away the batch waits here,
 * unacknowledged: nothing is spent and nothing is lost.
 */
public final class PostJournals implements AutoCloseable {
  /** Conflicts between transactions pass by themselves; a message that meets more is set aside. */
  private static final int ATTEMPTS = 5;

  /** SQLSTATE classes of what passes by itself: connection, resources, operator intervention. */
  private static final Set<String> AWAY = Set.of("08", "53", "57", "58");

  /** Serialization failure, deadlock, lock not available, query cancelled by a timeout. */
  private static final Set<String> PASSING = Set.of("40001", "40P01", "55P03", "57014");

  private static final Logger log = LoggerFactory.getLogger(PostJournals.class);

  private final Journals journals;
  private final Duration retryDelay;
  private final MeterRegistry meters;
  private final CountDownLatch stopping = new CountDownLatch(1);

  public PostJournals(Journals journals, Duration retryDelay, MeterRegistry meters) {
    this.journals = journals;
    this.retryDelay = retryDelay;
    this.meters = meters;
  }

  /**
   * Returns when each delivery is written, known already, or rejected.
   *
   * @throws InterruptedException if the hub stops while the database is away: the messages stay on
   *     the queue
   */
  public Deliveries post(Deliveries deliveries) throws InterruptedException {
    List<Delivery> batch = deliveries.accepted();
    boolean waited = false;
    while (!batch.isEmpty()) {
      try {
        write(batch);
        break;
      } catch (DataAccessException | TransactionException failure) {
        if (isAway(failure)) {
          if (!waited) {
            log.warn(
                "FIN-030 the finance database is away ({}). {} messages wait, nothing is lost; the"
                    + " hub goes on by itself when it is back.",
                rootMessage(failure),
                batch.size());
          }
          waited = true;
          pause(failure);
        } else {
          log.debug("A batch of {} failed and is split", batch.size(), failure);
          for (Delivery delivery : batch) {
            writeAlone(delivery);
          }
          break;
        }
      }
    }
    if (waited) {
      log.info("The finance database is back; posting goes on.");
    }
    return deliveries;
  }

  private void write(List<Delivery> batch) {
    List<Journal> drafts = new ArrayList<>(batch.size());
    for (Delivery delivery : batch) {
      drafts.add(Objects.requireNonNull(delivery.journal()));
    }
    List<Posted> outcomes = journals.post(drafts);
    for (int i = 0; i < outcomes.size(); i++) {
      settle(batch.get(i), drafts.get(i), outcomes.get(i));
    }
  }

  private void settle(Delivery delivery, Journal journal, Posted outcome) {
    switch (outcome) {
      case WRITTEN, DUPLICATE -> count(journal, outcome.name().toLowerCase(Locale.ROOT));
      case CONFLICT ->
          delivery.reject(
              new Rejected(
                  Reason.CONFLICT,
                  "FIN-013",
                  "transaction %s is in the ledger already, with other content. Posted journals never change: find out which is right, and correct the books with a new transaction."
                      .formatted(journal.externalRef())));
      case UNKNOWN_ACCOUNT ->
          delivery.reject(
              new Rejected(
                  Reason.UNKNOWN_ACCOUNT,
                  "FIN-014",
                  "the journal of transaction %s names an account that finance.ledger_account does not have: %s. Add the account or correct the posting mapping, then retry the dead letter."
                      .formatted(journal.externalRef(), missing(journal))));
    }
  }

  private List<String> missing(Journal journal) {
    Set<String> known = journals.accounts();
    return journal.lines().stream()
        .map(JournalLine::account)
        .filter(account -> !known.contains(account))
        .distinct()
        .toList();
  }

  private void writeAlone(Delivery delivery) throws InterruptedException {
    int attempt = 1;
    while (true) {
      try {
        write(List.of(delivery));
        return;
      } catch (DataAccessException | TransactionException failure) {
        if (isAway(failure)) {
          pause(failure);
        } else if (isPassing(failure) && attempt < ATTEMPTS) {
          attempt++;
          pause(failure);
        } else {
          Journal journal = Objects.requireNonNull(delivery.journal());
          delivery.reject(
              new Rejected(
                  Reason.EXHAUSTED,
                  "FIN-015",
                  "the ledger refused the journal of transaction %s: %s. Correct the cause, then retry the dead letter."
                      .formatted(journal.externalRef(), rootMessage(failure))));
          return;
        }
      }
    }
  }

  private void pause(Exception cause) throws InterruptedException {
    if (stopping.await(retryDelay.toMillis(), TimeUnit.MILLISECONDS)) {
      InterruptedException stopped =
          new InterruptedException("The hub stops; the batch stays on the queue.");
      stopped.initCause(cause);
      throw stopped;
    }
  }

  private static boolean isAway(Exception failure) {
    String state = sqlState(failure);
    return state == null
        ? failure instanceof TransactionException
            || failure instanceof DataAccessResourceFailureException
        : AWAY.contains(state.substring(0, 2)) && !PASSING.contains(state);
  }

  private static boolean isPassing(Exception failure) {
    String state = sqlState(failure);
    return state != null && PASSING.contains(state);
  }

  private static @Nullable String sqlState(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql
          && sql.getSQLState() != null
          && sql.getSQLState().length() == 5) {
        return sql.getSQLState();
      }
    }
    return null;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).replace('\n', ' ');
  }

  private void count(Journal journal, String outcome) {
    meters
        .counter(
            "hub.finance.messages",
            "event",
            journal.eventType(),
            "version",
            "v" + journal.eventVersion(),
            "outcome",
            outcome)
        .increment();
  }

  @Override
  public void close() {
    stopping.countDown();
  }
}
