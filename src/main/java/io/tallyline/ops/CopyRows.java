package io.tallyline.ops;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes rows into the outbox by PostgreSQL's COPY: one statement for the whole load, so that all
 * or nothing of it is there.
 */
final class CopyRows {
  private static final int FLUSH_BYTES = 1 << 16;

  private final CopyIn copy;
  private final StringBuilder buffer = new StringBuilder(FLUSH_BYTES + 8_192);
  private long rows;

  CopyRows(Connection connection) throws SQLException {
    copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn(
                "COPY inventory.outbox_event ("
                    + String.join(", ", LoadFile.COLUMNS)
                    + ") FROM STDIN");
  }

  /**
   * @param row values in the order of {@link LoadFile#COLUMNS}
   */
  void write(@Nullable String[] row) throws SQLException {
    for (int i = 0; i < row.length; i++) {
      if (i > 0) {
        buffer.append('\t');
      }
      append(row[i]);
    }
    buffer.append('\n');
    rows++;
    if (buffer.length() >= FLUSH_BYTES) {
      flush();
    }
  }

  private void append(@Nullable String value) {
    if (value == null) {
      buffer.append("\\N");
      return;
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> buffer.append("\\\\");
        case '\t' -> buffer.append("\\t");
        case '\n' -> buffer.append("\\n");
        case '\r' -> buffer.append("\\r");
        default -> buffer.append(c);
      }
    }
  }

  private void flush() throws SQLException {
    byte[] bytes = buffer.toString().getBytes(StandardCharsets.UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    buffer.setLength(0);
  }

  long end() throws SQLException {
    flush();
    copy.endCopy();
    return rows;
  }

  void cancel() throws SQLException {
    if (copy.isActive()) {
      copy.cancelCopy();
    }
  }
}
