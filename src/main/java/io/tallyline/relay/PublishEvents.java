package io.tallyline.relay;

import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.Outgoing;
import io.tallyline.delivery.PublishFailed;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Publishes a translated batch and returns only when the broker has confirmed every message.
 *
 * <p>All messages go out together and are waited for once. Only where an aggregate has several
 * events in the batch does each later one wait for the confirm of the one before: otherwise a
 * refused message could be overtaken by its successor.
 */
public final class PublishEvents {
  private final RelayedOutbox outbox;
  private final ConfirmedPublisher publisher;
  private final ClaimOutbox rows;
  private final RelayHealth health;
  private final RelayedRows told;
  private final InstantSource clock;

  PublishEvents(
      RelayedOutbox outbox,
      ConfirmedPublisher publisher,
      ClaimOutbox rows,
      RelayHealth health,
      RelayedRows told,
      InstantSource clock) {
    this.outbox = outbox;
    this.publisher = publisher;
    this.rows = rows;
    this.health = health;
    this.told = told;
    this.clock = clock;
  }

  /**
   * @throws PublishFailed if a message was returned, refused or not confirmed in time: the rows
   *     stay
   */
  public OutboxBatch publish(OutboxBatch batch) throws PublishFailed {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.translated().get(i).messages().stream()
          .anyMatch(message -> message.body().length > OutboxDeadLetters.LARGEST_PLAIN_BYTES)) {
        OutboxRow row = batch.rows().get(i);
        rows.leave(row.seq(), row.payloadBytes());
        throw new IllegalStateException(
            "REL-004 row %d of the %s outbox is too large for any queue; the batch goes on without it."
                .formatted(row.seq(), outbox.name()));
      }
    }
    for (List<Outgoing> wave : waves(batch)) {
      publisher.publish(wave);
    }
    return batch.confirmed(clock.instant());
  }

  /** The first event of every aggregate, then the second of those that have one, and so on. */
  static List<List<Outgoing>> waves(OutboxBatch batch) {
    List<List<Outgoing>> waves = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>(batch.size() * 2);
    for (int i = 0; i < batch.size(); i++) {
      int wave = seen.merge(batch.rows().get(i).aggregate(), 1, Integer::sum) - 1;
      if (wave == waves.size()) {
        waves.add(new ArrayList<>());
      }
      waves.get(wave).addAll(batch.translated().get(i).messages());
    }
    return waves;
  }

  /**
   * Makes sure that every claimed row, and nothing else, was cleared; otherwise the transaction
   * must not commit. What was published counts once it has committed.
   */
  public OutboxBatch cleared(
      OutboxBatch batch, @Header("CamelSqlUpdateCount") @Nullable Integer cleared) {
    if (cleared == null || cleared != batch.size()) {
      throw OutboxUnavailable.notCleared(outbox, batch.size(), cleared == null ? 0 : cleared);
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCommit() {
            health.succeeded();
            told.tell(batch);
          }
        });
    return batch;
  }
}
