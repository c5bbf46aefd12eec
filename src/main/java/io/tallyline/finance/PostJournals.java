package io.tallyline.finance;

import io.opentelemetry.api.trace.Span;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.Breaker;
import io.tallyline.delivery.DatabaseFailure;
import io.tallyline.delivery.MessageLog;
import io.tallyline.delivery.ServerAway;
import io.tallyline.delivery.Traces;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the journals of a batch as one transaction. A batch that fails is taken apart until the
 * messages that fail are alone, so that they harm no other. A failure that waiting can mend leaves
 * the message to its redelivery ladder; while the database itself is away nothing is spent: the
 * batch goes back as it is.
 */
public final class PostJournals implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PostJournals.class);

  private final Journals journals;
  private final Breaker breaker;
  private final FinanceProperties settings;
  private final FinanceMeters meters;
  private final InstantSource clock;
  private final Traces traces;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * @param breaker pauses the route while the database is away
   */
  public PostJournals(
      Journals journals,
      Breaker breaker,
      FinanceProperties settings,
      FinanceMeters meters,
      InstantSource clock,
      Traces traces) {
    this.journals = journals;
    this.breaker = breaker;
    this.settings = settings;
    this.meters = meters;
    this.clock = clock;
    this.traces = traces;
  }

  /**
   * Returns when each delivery is written, known already, superseded by another version of its
   * event, rejected, or failed for now.
   *
   * @throws ServerAway if the database is away for longer than {@code hub.finance.away-after}, or
   *     the hub stops meanwhile: the messages stay on the queue
   */
  public Deliveries post(Deliveries deliveries) {
    List<Delivery> batch = deliveries.accepted();
    if (!batch.isEmpty()) {
      new Attempt(PostJournals.this::write).writeOrTakeApart(batch);
    }
    // After the others: of an event's versions the one that is posted may be in the same batch.
    List<Delivery> copies = deliveries.copies();
    if (!copies.isEmpty()) {
      new Attempt(this::settleCopies).writeOrTakeApart(copies);
    }
    return deliveries;
  }

  /** One batch on its way into the ledger, and how long that may take. */
  private final class Attempt {
    private final long awayAt = System.nanoTime() + settings.awayAfter().toNanos();
    private final Consumer<List<Delivery>> work;
    private final long splitUntil = System.nanoTime() + settings.splitTime().toNanos();

    Attempt(Consumer<List<Delivery>> work) {
      this.work = work;
    }

    void writeOrTakeApart(List<Delivery> batch) {
      RuntimeException failure = write(batch);
      if (failure == null) {
        return;
      }
      log.debug("{} journals failed together", batch.size(), failure);
      if (batch.size() == 1 || isOver()) {
        settle(batch, failure);
        return;
      }
      // What failed before is the likelier culprit: the others need not be torn apart for it.
      List<Delivery> fresh = batch.stream().filter(Delivery::isFirstAttempt).toList();
      List<Delivery> returned = batch.stream().filter(d -> !d.isFirstAttempt()).toList();
      if (returned.isEmpty() || fresh.isEmpty()) {
        writeInPortions(batch, half(batch.size()));
      } else {
        writeInPortions(fresh, fresh.size());
        writeInPortions(returned, 1);
      }
    }

    /**
     * Portions are halved where they fail and doubled where they do not. One bad message costs two
     * portions for each halving; where all are bad, one portion each.
     */
    private void writeInPortions(List<Delivery> batch, int first) {
      int size = first;
      int at = 0;
      while (at < batch.size()) {
        int end = (int) Math.min((long) at + size, batch.size());
        List<Delivery> portion = batch.subList(at, end);
        RuntimeException failure = write(portion);
        if (failure != null && portion.size() > 1 && !isOver()) {
          size = half(portion.size());
          continue;
        }
        if (failure != null) {
          settle(portion, failure);
        } else {
          size = 2 * portion.size();
        }
        at = end;
      }
    }

    private static int half(int size) {
      return (size + 1) / 2;
    }

    /** For example with a table that somebody locked: each further try would only wait again. */
    private boolean isOver() {
      return System.nanoTime() > splitUntil;
    }

    private @Nullable RuntimeException write(List<Delivery> batch) {
      while (true) {
        if (breaker.isOpen()) {
          // Batches that the broker had sent ahead: waiting for a connection would only hold them.
          throw new ServerAway("FIN-030 the finance database is away.", null);
        }
        try {
          work.accept(batch);
          return null;
        } catch (RuntimeException failure) {
          if (!DatabaseFailure.isAway(failure)) {
            return failure;
          }
          if (breaker.isOpen()
              || System.nanoTime() > awayAt
              || stopsWithin(settings.retryDelay())) {
            throw new ServerAway(
                "FIN-030 the finance database is away (%s)."
                    .formatted(DatabaseFailure.inWords(failure)),
                failure);
          }
        }
      }
    }
  }

  private boolean stopsWithin(Duration time) {
    try {
      return stopping.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static void settle(List<Delivery> portion, RuntimeException failure) {
    if (portion.size() == 1) {
      settle(portion.get(0), failure);
    } else {
      portion.forEach(delivery -> delivery.fail(sentence(delivery, failure)));
    }
  }

  private static void settle(Delivery delivery, RuntimeException failure) {
    if (DatabaseFailure.isFinal(failure)) {
      delivery.reject(
          new Rejected(
              Reason.EXHAUSTED,
              "FIN-015",
              "the ledger refused the journal of transaction %s: %s. Correct the cause, then retry the dead letter."
                  .formatted(reference(delivery), DatabaseFailure.inWords(failure))));
    } else {
      delivery.fail(sentence(delivery, failure));
    }
  }

  private static String sentence(Delivery delivery, RuntimeException failure) {
    return "FIN-016 the journal of transaction %s could not be written for now: %s"
        .formatted(reference(delivery), DatabaseFailure.inWords(failure));
  }

  private static String reference(Delivery delivery) {
    Delivery.Copy copy = delivery.copy();
    return copy != null
        ? copy.externalRef()
        : Objects.requireNonNull(delivery.journal()).externalRef();
  }

  /**
   * A copy is done once its transaction is recorded. Until then it waits like any other failure, so
   * that a header which names a version that was never published loses nothing.
   */
  private void settleCopies(List<Delivery> copies) {
    Set<String> recorded =
        journals.recorded(
            ReadMessages.SOURCE, copies.stream().map(PostJournals::reference).toList());
    for (Delivery delivery : copies) {
      Delivery.Copy copy = Objects.requireNonNull(delivery.copy());
      if (recorded.contains(copy.externalRef())) {
        settled(delivery, "superseded", copy.externalRef());
      } else {
        delivery.fail(
            "FIN-019 this version of transaction %s waits for v%d, which hub-versions says was published too and which is not recorded yet; if it never was, retry the message without that header."
                .formatted(copy.externalRef(), copy.handled()));
      }
    }
  }

  private void write(List<Delivery> batch) {
    List<Journal> drafts = new ArrayList<>(batch.size());
    List<Span> spans = new ArrayList<>(traces.isOn() ? batch.size() : 0);
    for (Delivery delivery : batch) {
      Journal journal = Objects.requireNonNull(delivery.journal());
      if (traces.isOn()) {
        Span span = traces.transaction("journal", delivery.span(), "finance");
        spans.add(span);
        drafts.add(journal.tracedBy(Traces.traceparent(span, null)));
      } else {
        drafts.add(journal.tracedBy(delivery.traceparent()));
      }
    }
    List<Posted> outcomes;
    try {
      outcomes = journals.post(drafts);
      spans.forEach(Span::end);
    } catch (RuntimeException failure) {
      for (Span span : spans) {
        Traces.failed(span, DatabaseFailure.inWords(failure));
        span.end();
      }
      throw failure;
    }
    Instant now = clock.instant();
    for (int i = 0; i < outcomes.size(); i++) {
      settle(batch.get(i), drafts.get(i), outcomes.get(i), now);
    }
  }

  private void settle(Delivery delivery, Journal journal, Posted outcome, Instant now) {
    switch (outcome) {
      case WRITTEN -> {
        settled(delivery, "written", journal.externalRef());
        meters.posted(delivery, Times.occurred(delivery.message()), now);
      }
      case DUPLICATE -> settled(delivery, "duplicate", journal.externalRef());
      case SUPERSEDED -> settled(delivery, "superseded", journal.externalRef());
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

  private void settled(Delivery delivery, String outcome, String externalRef) {
    delivery.settled(outcome);
    meters.settled(delivery, outcome);
    if (MessageLog.showsOutcomes()) {
      MessageLog.settled(delivery.about(), "transaction " + externalRef, outcome);
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

  @Override
  public void close() {
    stopping.countDown();
  }
}
