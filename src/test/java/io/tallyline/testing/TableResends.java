package io.tallyline.testing;

import io.tallyline.eventstore.Resends;
import io.tallyline.eventstore.StoredEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of messages to be sent again; a test sends them by {@link #send}. */
public final class TableResends implements Resends {
  private final JdbcClient jdbc;

  public TableResends(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  /** Takes up to so many out of the line, in order. @return the numbers of their events */
  public List<Long> send(String mark, int most) {
    return jdbc.sql(
            """
            WITH gone AS (
              DELETE FROM hub.resend WHERE seq IN (
                SELECT seq FROM hub.resend WHERE mark = :mark ORDER BY seq LIMIT :most)
              RETURNING seq, event_id)
            SELECT event_id FROM gone ORDER BY seq
            """)
        .param("mark", mark)
        .param("most", most)
        .query(Long.class)
        .list();
  }

  @Override
  public void add(List<Again> messages) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void add(String queue, String mark, List<StoredEvent> events) {
    for (StoredEvent event : events) {
      jdbc.sql(
              """
              INSERT INTO hub.resend (queue, routing_key, mark, event_id, event_month)
              VALUES (:queue, :key, :mark, :event, :month)
              """)
          .param("queue", queue)
          .param("key", event.routingKey())
          .param("mark", mark)
          .param("event", event.id())
          .param("month", event.month())
          .update();
    }
  }

  @Override
  public Map<String, Long> waiting(List<String> marks) {
    Map<String, Long> waiting = new HashMap<>();
    jdbc.sql("SELECT mark, count(*) FROM hub.resend WHERE mark = ANY (:marks) GROUP BY mark")
        .param("marks", marks.toArray(String[]::new))
        .query((row, number) -> waiting.put(row.getString(1), row.getLong(2)))
        .list();
    return waiting;
  }

  @Override
  public List<Stuck> stuck(String mark, int limit) {
    return List.of();
  }

  @Override
  public int withdraw(String mark) {
    return jdbc.sql("DELETE FROM hub.resend WHERE mark = :mark").param("mark", mark).update();
  }
}
