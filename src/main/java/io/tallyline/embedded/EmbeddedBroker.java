package io.tallyline.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedAction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.ConfiguredObject;
import org.apache.qpid.server.model.Exchange;
import org.apache.qpid.server.model.Port;
import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.model.VirtualHostNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * Apache Qpid Broker-J in this process, on a loopback port, its queues and persistent messages on
 * disk. Speaks AMQP 0-9-1 as RabbitMQ does; {@link EmbeddedTopology} bridges what differs.
 */
final class EmbeddedBroker implements AutoCloseable {
  static final String USER = "hub";
  static final String VIRTUAL_HOST = "hub";

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final int LARGEST_MESSAGE_BYTES = 16 * 1024 * 1024;
  private static final int EXPIRY_CHECK_MILLIS = 200;
  private static final String STORE_LOG = "derby.stream.error.file";
  private static final String MODEL_VERSION = "9.0";

  private final Path folder;
  private final Path configuration;
  private final SystemLauncher launcher;
  private final Listener listener;
  private int port;

  private EmbeddedBroker(Path folder, Path configuration) {
    this.folder = folder;
    this.configuration = configuration;
    this.listener = new Listener();
    this.launcher = new SystemLauncher(listener);
  }

  /**
   * @param directory the hub's data directory, absolute and locked by this process
   * @throws EmbeddedServersFailed EMB-014
   */
  static EmbeddedBroker start(Path directory, Credentials credentials) {
    Path folder = directory.resolve("broker");
    LOG.info(
        "Starting the embedded broker in {}{} ...",
        folder,
        Files.exists(folder) ? "" : " (the first start creates it)");
    EmbeddedBroker broker = new EmbeddedBroker(folder, directory.resolve("embedded/broker"));
    try {
      if (!Files.isDirectory(folder)) {
        OwnerOnlyFiles.createFolder(folder);
      }
      broker.launch(credentials.passwordOf(USER));
      return broker;
    } catch (Exception e) {
      broker.close();
      throw new EmbeddedServersFailed(
          "EMB-014",
          "the embedded broker did not start in "
              + folder
              + " ("
              + e.getMessage()
              + "): see that this user may write there and that the disk is not full.",
          e);
    }
  }

  /** Its own copy of the configuration would outvote ours, so every start makes it anew. */
  private void launch(String password) throws Exception {
    // Otherwise the store's log appears in the working directory. Overwritten at every start.
    if (System.getProperty(STORE_LOG) == null) {
      System.setProperty(STORE_LOG, folder.resolve("store.log").toString());
    }
    FileSystemUtils.deleteRecursively(configuration);
    OwnerOnlyFiles.createFolder(configuration);
    Path wanted = configuration.resolve("wanted.json");
    Files.writeString(wanted, configuration(password));
    // From a fat jar the default, a classpath: URL, cannot be read.
    Path noProperties = Files.createFile(configuration.resolve("no.properties"));
    launcher.startup(
        Map.of(
            SystemConfig.TYPE,
            "JSON",
            "storePath",
            configuration.resolve("active.json").toString(),
            SystemConfig.INITIAL_CONFIGURATION_LOCATION,
            wanted.toUri().toString(),
            SystemConfig.INITIAL_SYSTEM_PROPERTIES_LOCATION,
            noProperties.toUri().toString(),
            SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT,
            "false",
            ConfiguredObject.CONTEXT,
            Map.of("qpid.work_dir", folder.toString())));
    if (listener.failure != null) {
      throw listener.failure;
    }
    port =
        listener.broker().getChildren(Port.class).stream()
            .mapToInt(Port::getBoundPort)
            .findFirst()
            .orElse(-1);
    if (port <= 0) {
      throw new IllegalStateException("no port was bound");
    }
    virtualHost();
  }

  private String configuration(String password) throws IOException {
    Map<String, Object> broker = new HashMap<>();
    broker.put("name", "hub");
    broker.put("modelVersion", MODEL_VERSION);
    broker.put(
        "context",
        Map.of(
            "queue.behaviourOnUnknownDeclareArgument",
            "IGNORE",
            "exchange.behaviourOnUnknownDeclareArgument",
            "IGNORE",
            "virtualhost.housekeepingCheckPeriod",
            Integer.toString(EXPIRY_CHECK_MILLIS),
            "qpid.max_message_size",
            Integer.toString(LARGEST_MESSAGE_BYTES)));
    broker.put(
        "authenticationproviders",
        List.of(
            Map.of(
                "name",
                "passwords",
                "type",
                "Plain",
                // Without TLS: the port is on the loopback interface.
                "secureOnlyMechanisms",
                List.of(),
                "users",
                List.of(Map.of("name", USER, "type", "managed", "password", password)))));
    broker.put(
        "ports",
        List.of(
            Map.of(
                "name",
                "amqp",
                "type",
                "AMQP",
                "port",
                "0",
                "bindingAddress",
                "127.0.0.1",
                "protocols",
                List.of("AMQP_0_9_1"),
                "authenticationProvider",
                "passwords",
                "virtualhostaliases",
                List.of(Map.of("name", "nameAlias", "type", "nameAlias")))));
    broker.put(
        "virtualhostnodes",
        List.of(
            Map.of(
                "name",
                VIRTUAL_HOST,
                "type",
                "DERBY",
                "storePath",
                folder.resolve("store").toString(),
                "defaultVirtualHostNode",
                "true",
                "virtualHostInitialConfiguration",
                "{\"type\":\"ProvidedStore\",\"name\":\"" + VIRTUAL_HOST + "\"}")));
    return new ObjectMapper().writeValueAsString(broker);
  }

  int port() {
    return port;
  }

  Path folder() {
    return folder;
  }

  String version() {
    return String.valueOf(listener.broker().getProductVersion());
  }

  boolean hasExchange(String name) {
    return exchange(name) != null;
  }

  boolean hasQueue(String name) {
    return queue(name) != null;
  }

  /** Creates a durable exchange, or gives the one that is there these attributes. */
  void exchange(String name, String type, Map<String, Object> attributes) {
    asBroker(
        () -> {
          Exchange<?> existing = exchange(name);
          if (existing == null) {
            Map<String, Object> all = new HashMap<>(attributes);
            all.put(Exchange.NAME, name);
            all.put(Exchange.TYPE, type);
            all.put(Exchange.DURABLE, true);
            virtualHost().createChild(Exchange.class, all);
          } else if (!attributes.isEmpty()) {
            existing.setAttributes(attributes);
          }
          return null;
        });
  }

  /** Creates a durable queue, or gives the one that is there these attributes. */
  void queue(String name, Map<String, Object> attributes) {
    asBroker(
        () -> {
          Queue<?> existing = queue(name);
          if (existing == null) {
            Map<String, Object> all = new HashMap<>(attributes);
            all.put(Queue.NAME, name);
            all.put(Queue.DURABLE, true);
            virtualHost().createChild(Queue.class, all);
          } else {
            existing.setAttributes(attributes);
          }
          return null;
        });
  }

  /** Durable, as both ends are; the AMQP protocol here has no method for it, the broker does. */
  void bindExchange(String source, String destination, String key) {
    asBroker(
        () -> {
          Exchange<?> from =
              Objects.requireNonNull(exchange(source), () -> "no exchange " + source);
          return from.bind(destination, key, Map.of(), true);
        });
  }

  @SuppressWarnings("rawtypes")
  private @Nullable Exchange<?> exchange(String name) {
    return (Exchange<?>)
        ((VirtualHost<?>) virtualHost()).getChildByName((Class) Exchange.class, name);
  }

  @SuppressWarnings("rawtypes")
  private @Nullable Queue<?> queue(String name) {
    return (Queue<?>) ((VirtualHost<?>) virtualHost()).getChildByName((Class) Queue.class, name);
  }

  private VirtualHost<?> virtualHost() {
    return listener.broker().getVirtualHostNodes().stream()
        .map(VirtualHostNode::getVirtualHost)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the virtual host is not active"));
  }

  private <T> T asBroker(Supplier<T> action) {
    Subject system = new Subject(true, Set.of(launcher.getSystemPrincipal()), Set.of(), Set.of());
    return Subject.doAs(system, (PrivilegedAction<T>) action::get);
  }

  /** Closes connections and the store; the persistent messages stay on disk. */
  @Override
  public void close() {
    try {
      launcher.shutdown();
    } catch (RuntimeException e) {
      LOG.warn("The embedded broker did not close cleanly; it recovers at the next start.", e);
    }
    try {
      FileSystemUtils.deleteRecursively(configuration);
    } catch (IOException e) {
      LOG.warn("Cannot remove {}, which holds a password: {}", configuration, e.getMessage());
    }
  }

  /** The launcher reports failures to its listener instead of throwing them. */
  private static final class Listener extends SystemLauncherListener.DefaultSystemLauncherListener {
    private volatile @Nullable RuntimeException failure;
    private volatile @Nullable SystemConfig<?> system;

    @Override
    public void errorOnStartup(RuntimeException e) {
      failure = e;
    }

    @Override
    public void onContainerResolve(SystemConfig<?> systemConfig) {
      system = systemConfig;
    }

    Broker<?> broker() {
      SystemConfig<?> started = Objects.requireNonNull(system, "the broker is not started");
      return (Broker<?>) started.getContainer();
    }
  }
}
