package io.tallyline.eventstore;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is to be sent again, as rows of {@code hub.resend}. */
public final class JdbcResends implements Resends {
  private static final String ADD =
      """
      INSERT INTO hub.resend (queue, routing_key, mark, properties, headers, body)
      VALUES (?, ?, ?, ?::jsonb, ?::jsonb, ?)
      """;

  private static final String ADD_EVENTS =
      """
      INSERT INTO hub.resend (queue, routing_key, mark, event_id, event_month)
      SELECT :queue, n.routing_key, :mark, n.id, n.month
        FROM unnest(:keys::text[], :ids::bigint[], :months::date[]) WITH ORDINALITY
             AS n(routing_key, id, month, place)
       ORDER BY n.place
      """;

  private static final int BATCH = 500;

  private final JdbcClient jdbc;
  private final JdbcTemplate template;

  public JdbcResends(DataSource store) {
    this.jdbc = JdbcClient.create(store);
    this.template = new JdbcTemplate(store);
  }

  @Override
  public void add(List<Again> messages) {
    template.batchUpdate(
        ADD,
        messages,
        BATCH,
        (insert, again) -> {
          insert.setString(1, again.queue());
          insert.setString(2, again.routingKey());
          insert.setString(3, again.mark());
          insert.setString(4, again.properties().toString());
          insert.setString(5, again.headers().toString());
          insert.setBytes(6, again.body());
        });
  }

  @Override
  public void add(String queue, String mark, List<StoredEvent> events) {
    jdbc.sql(ADD_EVENTS)
        .param("queue", queue)
        .param("mark", mark)
        .param("keys", events.stream().map(StoredEvent::routingKey).toArray(String[]::new))
        .param("ids", events.stream().map(StoredEvent::id).toArray(Long[]::new))
        .param(
            "months", events.stream().map(event -> event.month().toString()).toArray(String[]::new))
        .update();
  }

  @Override
  public Map<String, Long> waiting(List<String> marks) {
    Map<String, Long> waiting = new HashMap<>();
    marks.forEach(mark -> waiting.put(mark, 0L));
    jdbc.sql("SELECT mark, count(*) FROM hub.resend WHERE mark = ANY (:marks) GROUP BY mark")
        .param("marks", marks.toArray(String[]::new))
        .query((row, number) -> waiting.put(row.getString(1), row.getLong(2)))
        .list();
    return waiting;
  }

  @Override
  public List<Stuck> stuck(@Nullable String mark, int limit) {
    return jdbc.sql(
            """
            SELECT seq, queue, mark, attempts, error, due_at FROM hub.resend
             WHERE attempts > 0 AND (:mark::text IS NULL OR mark = :mark) ORDER BY seq LIMIT :limit
            """)
        .param("mark", mark)
        .param("limit", limit)
        .query(
            (row, number) ->
                new Stuck(
                    row.getLong(1),
                    row.getString(2),
                    row.getString(3),
                    row.getInt(4),
                    row.getString(5),
                    row.getTimestamp(6).toInstant()))
        .list();
  }

  @Override
  public int withdraw(String mark) {
    return jdbc.sql("DELETE FROM hub.resend WHERE mark = :mark").param("mark", mark).update();
  }
}
