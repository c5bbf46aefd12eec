package io.tallyline.eventstore;

import io.tallyline.contracts.Names;
import java.sql.Timestamp;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Attempts that failed and are repeated: copies of what went into wait queues, kept for a while, so
 * that somebody can ask what became of a message.
 */
public final class FailedAttempts {
  private static final String INSERT =
      """
      INSERT INTO hub.failed_attempt (message_id, queue, attempt, error, failed_at, wait_queue)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """;

  private static final int LONGEST = 2_000;

  private final JdbcTemplate template;
  private final JdbcClient jdbc;
  private final InstantSource clock;
  private final Duration kept;

  FailedAttempts(DataSource store, InstantSource clock, Duration kept) {
    this.template = new JdbcTemplate(store);
    this.jdbc = JdbcClient.create(store);
    this.clock = clock;
    this.kept = kept;
  }

  /**
   * One attempt.
   *
   * @param attempt from 1
   * @param waitQueue where it waited for the next one
   */
  public record FailedAttempt(
      @Nullable String messageId,
      String queue,
      int attempt,
      String error,
      Instant failedAt,
      String waitQueue) {
    static FailedAttempt of(Message message, Instant now) {
      Map<String, Object> headers = message.getMessageProperties().getHeaders();
      return new FailedAttempt(
          text(message.getMessageProperties().getMessageId()),
          String.valueOf(text(headers.get(Names.HUB_QUEUE))),
          headers.get(Names.HUB_ATTEMPTS) instanceof Number number ? number.intValue() : 0,
          String.valueOf(text(headers.get(Names.HUB_ERROR))),
          time(headers.get(Names.HUB_LAST_FAILED_AT), now),
          String.valueOf(text(message.getMessageProperties().getReceivedRoutingKey())));
    }

    private static @Nullable String text(@Nullable Object value) {
      if (value == null) {
        return null;
      }
      String text = HeaderJson.storable(value.toString());
      return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    private static Instant time(@Nullable Object value, Instant otherwise) {
      try {
        return value == null ? otherwise : Instant.parse(value.toString());
      } catch (DateTimeException noTime) {
        return otherwise;
      }
    }
  }

  /** Keeps a batch; the same attempt once. */
  public void keep(List<Message> messages) {
    Instant now = clock.instant();
    try {
      template.batchUpdate(
          INSERT,
          messages.stream().map(message -> FailedAttempt.of(message, now)).toList(),
          messages.size(),
          (insert, failed) -> {
            insert.setString(1, failed.messageId());
            insert.setString(2, failed.queue());
            insert.setInt(3, failed.attempt());
            insert.setString(4, failed.error());
            insert.setTimestamp(5, Timestamp.from(failed.failedAt()));
            insert.setString(6, failed.waitQueue());
          });
    } catch (RuntimeException failure) {
      throw StoreEvents.asAway(failure, () -> "EVT-001 the hub's database cannot be worked with: ");
    }
  }

  /** Of these messages, oldest first. */
  public List<FailedAttempt> of(List<String> messageIds, int limit) {
    return jdbc.sql(
            """
            SELECT message_id, queue, attempt, error, failed_at, wait_queue FROM hub.failed_attempt
             WHERE message_id = ANY (:ids) ORDER BY failed_at, id LIMIT :limit
            """)
        .param("ids", messageIds.toArray(String[]::new))
        .param("limit", limit)
        .query(
            (row, number) ->
                new FailedAttempt(
                    row.getString(1),
                    row.getString(2),
                    row.getInt(3),
                    row.getString(4),
                    row.getTimestamp(5).toInstant(),
                    row.getString(6)))
        .list();
  }

  /** Forgets what is older than the setting keep-attempts says. */
  public void forget() {
    jdbc.sql("DELETE FROM hub.failed_attempt WHERE failed_at < :before")
        .param("before", Timestamp.from(clock.instant().minus(kept)))
        .update();
  }
}
