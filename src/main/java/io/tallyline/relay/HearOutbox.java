package io.tallyline.relay;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Wakes the relay the moment a producer commits, by PostgreSQL's LISTEN on a connection of its own.
 * A convenience: when it is deaf (no trigger, connection lost) polling still finds every row.
 */
public class HearOutbox {
  private static final int WAIT_MILLIS = 1_000;
  private static final int RECONNECT_MILLIS = 1_000;
  private static final Logger log = LoggerFactory.getLogger(HearOutbox.class);

  private final RelayedOutbox outbox;
  private final String url;
  private final Properties credentials;
  private final Runnable wake;
  private volatile @Nullable Thread listener;

  /**
   * @param wake called after one or more notifications, and after each reconnect
   */
  public HearOutbox(
      RelayedOutbox outbox, String url, String username, String password, Runnable wake) {
    this.outbox = outbox;
    this.url = url;
    this.credentials = new Properties();
    credentials.setProperty("user", username);
    credentials.setProperty("password", password);
    credentials.setProperty("ApplicationName", "tallyline hear " + outbox.name() + " outbox");
    credentials.setProperty("tcpKeepAlive", "true");
    this.wake = wake;
  }

  /** Not before all routes run: until then there is nobody to wake, and locks to run into. */
  @EventListener(ApplicationReadyEvent.class)
  public void start() {
    Thread thread = new Thread(this::listen, "hear-" + outbox.name() + "-outbox");
    thread.setDaemon(true);
    listener = thread;
    thread.start();
  }

  @EventListener(ContextClosedEvent.class)
  public void stop() {
    Thread thread = listener;
    listener = null;
    if (thread != null) {
      thread.interrupt();
    }
  }

  private void listen() {
    boolean deaf = false;
    while (listener == Thread.currentThread()) {
      try (Connection connection = DriverManager.getConnection(url, credentials)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("LISTEN " + outbox.channel());
          // Counts as one of the relays that share the outbox, as long as this connection lasts.
          statement.execute(ShareOutbox.JOIN.formatted(outbox.lockClass()));
        }
        if (deaf) {
          log.info("The relay hears the {} outbox's notifications again.", outbox.name());
          deaf = false;
        }
        wake.run();
        hear(connection);
      } catch (SQLException lost) {
        if (!deaf && listener != null) {
          log.warn(
              "The relay cannot hear the {} outbox's notifications and goes on by polling: {}",
              outbox.name(),
              lost.getMessage());
        }
        deaf = true;
        rest();
      } catch (RuntimeException refused) {
        // The route may be stopping or stopped by an operator; this thread must outlive that.
        log.debug("The relay could not be woken", refused);
        rest();
      }
    }
  }

  private void hear(Connection connection) throws SQLException {
    PGConnection notified = connection.unwrap(PGConnection.class);
    while (listener == Thread.currentThread()) {
      PGNotification[] notifications = notified.getNotifications(WAIT_MILLIS);
      if (notifications != null && notifications.length > 0) {
        wake.run();
      }
    }
  }

  private void rest() {
    try {
      Thread.sleep(RECONNECT_MILLIS);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
