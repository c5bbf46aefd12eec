package io.tallyline.deadletter;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.ServerAway;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.springframework.amqp.core.Message;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Keeps a batch of a dead queue, in one transaction, before it is acknowledged. The same message
 * again adds nothing. One that comes back after a retry is linked to the dead letter it was.
 */
public final class TakeDeadLetters {
  private static final String INSERT =
      """
      INSERT INTO hub.dead_letter
        (fingerprint, dead_queue, queue, routing_key, name, message_id, correlation_id, aggregate_id,
         reason, code, error, attempts, body, properties, headers, first_failed_at, last_failed_at,
         taken_at, of_dead_letter, changed_at)
      VALUES (:fingerprint, :deadQueue, :queue, :routingKey, :name, :messageId, :correlationId,
         :aggregateId, :reason, :code, :error, :attempts, :body, :properties::jsonb, :headers::jsonb,
         :first, :last, :now,
         (SELECT coalesce(d.of_dead_letter, d.id) FROM hub.dead_letter d
           WHERE d.id = :before AND d.message_id IS NOT DISTINCT FROM :messageId), :now)
      ON CONFLICT (fingerprint) DO NOTHING
      """;

  /**
   * A mark counts only for the message it was given to: nobody closes another dead letter by it.
   */
  private static final String FAILED_AGAIN =
      """
      UPDATE hub.dead_letter SET status = 'FAILED_AGAIN', changed_at = :now
       WHERE id = :before AND status IN ('RETRYING', 'RESOLVED')
         AND message_id IS NOT DISTINCT FROM :messageId
      """;

  private static final Pattern MARK = Pattern.compile("dead-letter:(\\d{1,18})");
  private static final long NONE = -1;

  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final InstantSource clock;
  private final MeterRegistry meters;

  TakeDeadLetters(DataSource store, InstantSource clock, MeterRegistry meters) {
    this.jdbc = JdbcClient.create(store);
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * @throws ServerAway DLQ-001 if the hub's database is away: the batch stays on its queue
   */
  public void take(List<Message> batch) {
    Instant now = clock.instant();
    List<ReceivedDeadLetter> letters =
        batch.stream().map(message -> ReceivedDeadLetter.of(message, now)).toList();
    try {
      transaction.executeWithoutResult(status -> letters.forEach(letter -> keep(letter, now)));
    } catch (DataAccessResourceFailureException
        | TransientDataAccessException
        | TransactionException away) {
      throw new ServerAway(
          "DLQ-001 the hub's database cannot be written, so dead letters stay in their queues: %s."
              .formatted(
                  away instanceof QueryTimeoutException ? "it took too long" : away.getMessage()),
          away);
    }
  }

  private void keep(ReceivedDeadLetter letter, Instant now) {
    long before = before(letter);
    int kept =
        jdbc.sql(INSERT)
            .param("fingerprint", letter.fingerprint())
            .param("deadQueue", letter.deadQueue())
            .param("queue", letter.queue())
            .param("routingKey", letter.routingKey())
            .param("name", letter.name())
            .param("messageId", letter.messageId())
            .param("correlationId", letter.correlationId())
            .param("aggregateId", letter.aggregateId())
            .param("reason", letter.reason())
            .param("code", letter.code())
            .param("error", letter.error())
            .param("attempts", letter.attempts())
            .param("body", letter.body())
            .param("properties", letter.properties())
            .param("headers", letter.headers())
            .param("first", letter.firstFailedAt().atOffset(ZoneOffset.UTC))
            .param("last", letter.lastFailedAt().atOffset(ZoneOffset.UTC))
            .param("now", now.atOffset(ZoneOffset.UTC))
            .param("before", before)
            .update();
    if (kept == 0) {
      return;
    }
    if (before != NONE) {
      jdbc.sql(FAILED_AGAIN)
          .param("now", now.atOffset(ZoneOffset.UTC))
          .param("before", before)
          .param("messageId", letter.messageId())
          .update();
    }
    meters
        .counter("hub.dead-letters.taken", "queue", letter.deadQueue(), "reason", letter.reason())
        .increment();
  }

  private static long before(ReceivedDeadLetter letter) {
    Matcher mark = MARK.matcher(letter.mark() == null ? "" : letter.mark());
    return mark.matches() ? Long.parseLong(mark.group(1)) : NONE;
  }
}
