package io.tallyline.ops;

import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.UntrustedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import org.postgresql.Driver;

/** Waits for a database that is still starting, and for nothing that waiting cannot cure. */
public final class AwaitDatabase {
  /** Connection failures, too many connections, and a server that starts up or shuts down. */
  private static final Set<String> WAITABLE =
      Set.of("08000", "08001", "08003", "08004", "08006", "53300", "57P01", "57P02", "57P03");

  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(5);

  private final Duration longest;
  private final Consumer<String> progress;

  /**
   * @param longest {@code hub.start.wait}
   * @param progress takes a line now and then while there is something to wait for
   */
  public AwaitDatabase(Duration longest, Consumer<String> progress) {
    this.longest = longest;
    this.progress = progress;
  }

  /**
   * Returns as soon as the runtime role, and the owner if it is another, can log in.
   *
   * @throws StartRefused OPS-101 url not usable; OPS-102 not reachable in time; OPS-103 login
   *     refused or no such database; OPS-223 it cannot be trusted over TLS
   */
  public void await(DatabaseAccess access) {
    if (!access.url().startsWith("jdbc:postgresql:")
        || Driver.parseURL(access.url(), null) == null) {
      throw new StartRefused(
          "OPS-101",
          access.kind().prefix()
              + ".datasource.url is not a PostgreSQL URL: write"
              + " jdbc:postgresql://host:5432/database.");
    }
    long deadline = System.nanoTime() + longest.toNanos();
    login(access, access.user(), access.password(), "datasource", deadline);
    if (!access.ownerUser().equals(access.user())) {
      login(access, access.ownerUser(), access.ownerPassword(), "migration", deadline);
    }
  }

  private void login(
      DatabaseAccess access, String user, String password, String setting, long deadline) {
    long nextReport = System.nanoTime();
    while (true) {
      long remaining = deadline - System.nanoTime();
      try {
        connect(access.url(), user, password, remaining).close();
        return;
      } catch (SQLException failed) {
        refuseUntrusted(access, failed);
        if (!WAITABLE.contains(String.valueOf(failed.getSQLState()))) {
          throw new StartRefused("OPS-103", refused(access, user, setting, failed), failed);
        }
        if (deadline - System.nanoTime() <= PAUSE.toNanos()) {
          throw new StartRefused("OPS-102", unreachable(access, failed), failed);
        }
        if (System.nanoTime() >= nextReport) {
          progress.accept(
              "waiting for the %s database at %s, for %d s more at most (%s)"
                  .formatted(
                      access.kind().schema(),
                      access.where(),
                      Duration.ofNanos(deadline - System.nanoTime()).toSeconds(),
                      firstLine(failed)));
          nextReport = System.nanoTime() + BETWEEN_REPORTS.toNanos();
        }
        pause();
      }
    }
  }

  private static void refuseUntrusted(DatabaseAccess access, SQLException failed) {
    String url = access.kind().prefix() + ".datasource.url";
    UntrustedServer.in(failed, "the file that sslrootcert in %s names".formatted(url))
        .ifPresent(
            untrusted -> {
              throw new StartRefused(
                  "OPS-223",
                  "the %s database at %s cannot be trusted: %s"
                      .formatted(access.kind().schema(), access.where(), untrusted.sentence()),
                  failed);
            });
  }

  private static Connection connect(String url, String user, String password, long nanos)
      throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("ApplicationName", "tallyline start");
    long seconds = Math.max(1, Math.min(10, Duration.ofNanos(nanos).toSeconds()));
    properties.setProperty("loginTimeout", Long.toString(seconds));
    Connection connection = new Driver().connect(url, properties);
    if (connection == null) {
      throw new SQLException("the driver does not take this URL", "99999");
    }
    return connection;
  }

  private String unreachable(DatabaseAccess access, SQLException failed) {
    return "the %s database at %s could not be reached within %d s (%s); start it, or correct %s.datasource.url."
        .formatted(
            access.kind().schema(),
            access.where(),
            longest.toSeconds(),
            firstLine(failed),
            access.kind().prefix());
  }

  private static String refused(
      DatabaseAccess access, String user, String setting, SQLException failed) {
    String prefix = access.kind().prefix();
    String fix =
        "3D000".equals(failed.getSQLState())
            ? "create the database or correct %s.datasource.url".formatted(prefix)
            : "correct %s.%s.username and .password".formatted(prefix, setting);
    return "the %s database at %s refused the login of %s (%s); %s."
        .formatted(access.kind().schema(), access.where(), user, firstLine(failed), fix);
  }

  static String firstLine(Throwable failed) {
    return String.valueOf(failed.getMessage()).lines().findFirst().orElse("no message").strip();
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new StartRefused("OPS-104", "the start was interrupted while waiting for a database.");
    }
  }
}
