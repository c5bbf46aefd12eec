package io.tallyline.reconcile;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The dead letters in the hub's database. */
final class JdbcFailures implements Failures {
  private final JdbcClient jdbc;

  JdbcFailures(DataSource store) {
    this.jdbc = JdbcClient.create(store);
  }

  @Override
  public Map<String, Failure> of(Collection<String> messageIds) {
    Map<String, Failure> found = new HashMap<>();
    if (messageIds.isEmpty()) {
      return found;
    }
    jdbc.sql(
            """
            SELECT DISTINCT ON (message_id) message_id, id, status, queue, coalesce(reason, '')
              FROM hub.dead_letter WHERE message_id = ANY (:ids) ORDER BY message_id, id DESC
            """)
        .param("ids", messageIds.toArray(String[]::new))
        .query(
            (row, number) ->
                found.put(
                    row.getString(1),
                    new Failure(
                        row.getLong(2), row.getString(3), row.getString(4), row.getString(5))))
        .list();
    return found;
  }
}
