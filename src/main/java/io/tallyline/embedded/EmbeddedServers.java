package io.tallyline.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that this process started because nobody configured them, and how to reach them. A
 * bean of the hub's context if there is any.
 */
public final class EmbeddedServers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedServers.class);
  private static final String PID = "pid";

  private final Path directory;
  private final List<Running> servers = new ArrayList<>();
  private final Properties properties = new Properties();
  private @Nullable DataDirectoryLock lock;
  private @Nullable EmbeddedPostgreSql postgreSql;
  private @Nullable EmbeddedBroker broker;

  /**
   * What runs where, for the banner.
   *
   * @param name for people, for example {@code PostgreSQL}
   * @param address {@code 127.0.0.1:port}
   * @param folder where its data are
   */
  public record Running(String name, String version, String address, Path folder) {
    @Override
    public String toString() {
      return name + " " + version + " on " + address + ", data in " + folder;
    }
  }

  private EmbeddedServers(Path directory) {
    this.directory = directory;
  }

  /**
   * Nothing runs yet, but {@link #close()} may already be called.
   *
   * @throws EmbeddedServersFailed EMB-006 if the directory cannot be created
   */
  static EmbeddedServers in(Path dataDirectory) {
    return new EmbeddedServers(canonical(dataDirectory));
  }

  /**
   * Starts what is to be embedded, or nothing at all: a failure stops what was started.
   *
   * @throws EmbeddedServersFailed EMB-005 to EMB-014
   */
  EmbeddedServers start(WhatToEmbed what) {
    return start(what, null);
  }

  /** Also says how PostgreSQL avoids root; null to find out. */
  synchronized EmbeddedServers start(WhatToEmbed what, @Nullable Unprivileged unprivileged) {
    try {
      startNow(what, unprivileged);
      return this;
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void startNow(WhatToEmbed what, @Nullable Unprivileged unprivileged) {
    lock = DataDirectoryLock.take(directory);
    Path folder = directory.resolve("embedded");
    try {
      Files.deleteIfExists(file(directory));
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new EmbeddedServersFailed(
          "EMB-006", "cannot write to " + folder + ": give this user the right to.", e);
    }
    Credentials credentials = Credentials.in(folder);
    if (!what.databases().isEmpty()) {
      startPostgreSql(what, credentials, unprivileged == null ? Unprivileged.here() : unprivileged);
    }
    if (what.broker()) {
      startBroker(credentials);
    }
    properties.setProperty("hub.embedded.postgresql", Boolean.toString(postgreSql != null));
    properties.setProperty("hub.embedded.broker", Boolean.toString(broker != null));
    writeRunning();
  }

  private void startPostgreSql(
      WhatToEmbed what, Credentials credentials, Unprivileged unprivileged) {
    EmbeddedPostgreSql started = EmbeddedPostgreSql.start(directory, credentials, unprivileged);
    postgreSql = started;
    String version = started.prepare(what.databases(), credentials);
    for (Database database : what.databases()) {
      String prefix = "hub." + database.setting() + ".";
      String runtime = database.runtimeRole();
      String owner = database.ownerRole();
      properties.setProperty(prefix + "datasource.url", started.url(database.databaseName()));
      properties.setProperty(prefix + "datasource.username", runtime);
      properties.setProperty(prefix + "datasource.password", credentials.passwordOf(runtime));
      properties.setProperty(prefix + "migration.username", owner);
      properties.setProperty(prefix + "migration.password", credentials.passwordOf(owner));
    }
    add(new Running("PostgreSQL", version, "127.0.0.1:" + started.port(), started.data()));
  }

  private void startBroker(Credentials credentials) {
    EmbeddedBroker started = EmbeddedBroker.start(directory, credentials);
    broker = started;
    String address = "127.0.0.1:" + started.port();
    String user = EmbeddedBroker.USER;
    properties.setProperty("spring.rabbitmq.addresses", address);
    properties.setProperty("spring.rabbitmq.username", user);
    properties.setProperty("spring.rabbitmq.password", credentials.passwordOf(user));
    properties.setProperty("spring.rabbitmq.virtual-host", EmbeddedBroker.VIRTUAL_HOST);
    add(new Running("Qpid Broker-J", started.version(), address, started.folder()));
  }

  private void add(Running server) {
    servers.add(server);
    LOG.info("Embedded {}", server);
  }

  private void writeRunning() {
    Properties written = new Properties();
    written.putAll(properties);
    written.setProperty(PID, Long.toString(ProcessHandle.current().pid()));
    try {
      OwnerOnlyFiles.write(
          file(directory), written, "The embedded servers of a running hub. Keep private.");
    } catch (IOException e) {
      throw new EmbeddedServersFailed(
          "EMB-006", "cannot write " + file(directory) + ": give this user the right to.", e);
    }
  }

  /**
   * How to reach the embedded servers of a hub that runs now, in this process or another: the
   * settings it works with, and its {@code pid}.
   *
   * @param dataDirectory {@code hub.data-directory}
   * @return empty if no hub has embedded servers there
   */
  public static Optional<Properties> running(Path dataDirectory) {
    try {
      Path directory = dataDirectory.toRealPath();
      Properties properties = OwnerOnlyFiles.read(file(directory));
      long pid = Long.parseLong(properties.getProperty(PID, ""));
      boolean alive = ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
      return alive && DataDirectoryLock.isHeld(directory)
          ? Optional.of(properties)
          : Optional.empty();
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** What runs where, in the order of its start. */
  public List<Running> servers() {
    return List.copyOf(servers);
  }

  /** The settings that lead to these servers, passwords included. */
  Properties properties() {
    return properties;
  }

  Optional<EmbeddedBroker> broker() {
    return Optional.ofNullable(broker);
  }

  /** Waits for a start under way; may be called again and then does nothing. */
  @Override
  public synchronized void close() {
    DataDirectoryLock held = lock;
    if (held == null) {
      return;
    }
    try {
      Files.deleteIfExists(file(directory));
    } catch (IOException e) {
      LOG.warn("Cannot remove {}: {}", file(directory), e.getMessage());
    }
    if (broker != null) {
      broker.close();
      broker = null;
    }
    if (postgreSql != null) {
      postgreSql.close();
      postgreSql = null;
    }
    try {
      held.close();
    } catch (IOException e) {
      LOG.warn("Cannot give up the lock on {}: {}", directory, e.getMessage());
    }
    lock = null;
  }

  private static Path file(Path directory) {
    return directory.resolve("embedded").resolve("running.properties");
  }

  private static Path canonical(Path directory) {
    try {
      return Files.createDirectories(directory).toRealPath();
    } catch (IOException e) {
      throw new EmbeddedServersFailed(
          "EMB-006",
          "cannot create the data directory "
              + directory.toAbsolutePath()
              + ": give this user the right to, or set another hub.data-directory.",
          e);
    }
  }
}
