package io.tallyline.delivery;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;

/** Tells failures of a database apart by what waiting does for them. */
public final class DatabaseFailure {
  /**
   * SQLSTATE classes of a server that is not there for anybody: connection, login, resources,
   * operator intervention, system error.
   */
  private static final Set<String> AWAY = Set.of("08", "28", "53", "57", "58");

  /** A query cancelled by a timeout is one message's trouble; a read-only server is everybody's. */
  private static final String QUERY_CANCELED = "57014";

  private static final String READ_ONLY = "25006";

  /** The server ended a transaction of ours that stood still, and the session with it. */
  private static final String STALLED = "25P03";

  /** SQLSTATE classes of what will fail the same way for ever: the data itself is refused. */
  private static final Set<String> FINAL = Set.of("22", "23");

  private DatabaseFailure() {}

  /** Whether the database cannot be worked with at all: no message is to blame. */
  public static boolean isAway(RuntimeException failure) {
    if (failure instanceof CannotCreateTransactionException
        || failure instanceof CannotGetJdbcConnectionException) {
      return true;
    }
    String state = sqlState(failure);
    if (state == null) {
      return failure instanceof TransactionException
          || failure instanceof DataAccessResourceFailureException;
    }
    return state.equals(READ_ONLY)
        || state.equals(STALLED)
        || (AWAY.contains(state.substring(0, 2)) && !state.equals(QUERY_CANCELED));
  }

  /** Whether no waiting mends it. */
  public static boolean isFinal(RuntimeException failure) {
    String state = sqlState(failure);
    return state == null
        ? failure instanceof DataIntegrityViolationException
        : FINAL.contains(state.substring(0, 2));
  }

  /** The innermost message, on one line. */
  public static String inWords(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message =
        root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return message.replace('\n', ' ');
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
}
