package io.tallyline.testing;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/**
 * A private RabbitMQ node on free loopback ports, with its data below {@code target/}: one for each
 * JVM, or one of a {@link RabbitCluster}. It shares nothing with a broker that may run on the
 * machine: own node name, cookie, port mapper and files. Everything it starts ends with the JVM.
 */
public final class RabbitNode {
  private static final Path INSTALLED = Path.of("/usr/lib/rabbitmq/lib");
  private static final Path NODES = Path.of("target", "rabbitmq").toAbsolutePath();
  private static final Duration LONGEST_START = Duration.ofSeconds(120);
  private static final Duration LONGEST_COMMAND = Duration.ofSeconds(60);

  private static final Duration SETTLING = Duration.ofSeconds(12);
  private static final String ALWAYS_ALARMED = "0.00001";
  private static final String NEVER_ALARMED = "0.8";

  private static final String PID_FILE = "node.pid";

  private static RabbitNode shared;

  private final Path program = installedProgram();
  private final PortMapper portMapper;
  private final String erlang;
  private final Path folder;
  private final Path pidFile;
  private final int port = OwnedProcess.freePort();
  private final int distributionPort = OwnedProcess.freePort();
  private final AtomicInteger virtualHosts = new AtomicInteger();
  private volatile long newestVirtualHost = System.nanoTime();
  private volatile int metricsPort;

  private Process script;

  /**
   * @param clustered further lines of its configuration
   * @param erlang further arguments of its Erlang machine
   */
  RabbitNode(PortMapper portMapper, Path folder, String clustered, String erlang) {
    this.portMapper = portMapper;
    this.erlang = erlang;
    this.folder = folder;
    this.pidFile = folder.resolve(PID_FILE);
    prepare(clustered);
  }

  /** The JVM's node, started at the first call. */
  public static synchronized RabbitNode shared() {
    if (shared == null) {
      shared = alone("node");
    }
    return shared;
  }

  /**
   * A started node that nobody else uses.
   *
   * @param name tells nodes of one JVM apart
   */
  public static RabbitNode alone(String name) {
    return alone(name, "");
  }

  /**
   * The same with lines of its own in {@code rabbitmq.conf}, for example a listener.
   *
   * @param configuration the lines
   */
  public static RabbitNode alone(String name, String configuration) {
    Path folder = newFolder(name);
    var portMapper = new PortMapper(folder);
    var node = new RabbitNode(portMapper, folder, configuration, "");
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  node.end();
                  portMapper.end();
                },
                "end-rabbitmq"));
    portMapper.start();
    node.start();
    return node;
  }

  /** A started node of a test's own that shows its figures to Prometheus. */
  public static RabbitNode withMetrics(String name) {
    RabbitNode node = alone(name);
    node.stop();
    node.metricsPort = OwnedProcess.freePort();
    try {
      Files.writeString(node.folder.resolve("enabled_plugins"), "[rabbitmq_prometheus].\n");
      Files.writeString(
          node.folder.resolve("rabbitmq.conf"),
          "prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = %d\n".formatted(node.metricsPort),
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new IllegalStateException("cannot enable a plugin in " + node.folder, e);
    }
    node.start();
    return node;
  }

  /** Where Prometheus reads; only of a node {@link #withMetrics}. */
  public String metricsUrl() {
    return "http://127.0.0.1:" + metricsPort + "/metrics";
  }

  /** For a node or a cluster of this JVM; ends what killed JVMs left behind. */
  static Path newFolder(String name) {
    OwnedProcess.eachLeftover(NODES, RabbitNode::endLeftover);
    return OwnedProcess.folder(NODES, name);
  }

  public String host() {
    return "127.0.0.1";
  }

  public int port() {
    return port;
  }

  /** {@code host:port}, as in {@code spring.rabbitmq.addresses}. */
  public String address() {
    return host() + ":" + port;
  }

  /** As the cluster knows it. */
  String name() {
    return "tallyline-" + port + "@localhost";
  }

  public String username() {
    return "guest";
  }

  public String password() {
    return "guest";
  }

  /** A new, empty virtual host, so that tests do not see each other's queues. */
  public String newVirtualHost() {
    String name = "test-" + virtualHosts.incrementAndGet();
    rabbitmqctl(
        "eval",
        "rabbit_vhost:add(<<\"%1$s\">>, <<\"test\">>), rabbit_auth_backend_internal:set_permissions(<<\"guest\">>, <<\"%1$s\">>, <<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"test\">>)."
            .formatted(name));
    newestVirtualHost = System.nanoTime();
    return name;
  }

  /** Takes a virtual host away, with all that is in it. */
  public void deleteVirtualHost(String name) {
    rabbitmqctl("delete_vhost", name);
  }

  /** The Erlang machine. */
  public ProcessHandle process() {
    return beam().orElseThrow(() -> new IllegalStateException("RabbitMQ does not run"));
  }

  /** A plain client factory for a virtual host. */
  public ConnectionFactory client(String virtualHost) {
    var factory = new ConnectionFactory();
    factory.setHost(host());
    factory.setPort(port);
    factory.setUsername(username());
    factory.setPassword(password());
    factory.setVirtualHost(virtualHost);
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(5_000);
    return factory;
  }

  /** Spring's factory for a virtual host; the caller destroys it. */
  public CachingConnectionFactory spring(String virtualHost) {
    return new CachingConnectionFactory(client(virtualHost));
  }

  /** Starts the node, if it does not run, and waits until it accepts connections. */
  public synchronized void start() {
    if (beam().isPresent()) {
      return;
    }
    try {
      Files.deleteIfExists(pidFile);
      script =
          withEnvironment(new ProcessBuilder(program.resolve("rabbitmq-server").toString()))
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("console.log").toFile()))
              .start();
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ does not start: " + e.getMessage(), e);
    }
    Awaitility.await("RabbitMQ on port " + port + ", see " + folder.resolve("console.log"))
        .atMost(LONGEST_START)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> beam().isPresent() && accepts());
  }

  /** Stops the node in an orderly way and waits until it is gone. */
  public synchronized void stop() {
    beam().ifPresent(ProcessHandle::destroy);
    awaitEnd();
  }

  /** SIGKILL: connections are torn and nothing is flushed. Waits first, {@link #awaitSettled}. */
  public synchronized void kill() {
    awaitSettled();
    beam().ifPresent(ProcessHandle::destroyForcibly);
    awaitEnd();
  }

  /**
   * Waits until queues of a new virtual host have settled: RabbitMQ 3.10 writes a new quorum
   * queue's registration to disk a moment after it has said that it is declared, and killed before
   * that it never elects a leader for it.
   */
  public void awaitSettled() {
    long settled = newestVirtualHost + SETTLING.toNanos();
    Awaitility.await().atMost(SETTLING.plusSeconds(10)).until(() -> System.nanoTime() >= settled);
  }

  /** A virtual host was made on another node of the cluster. */
  void settleFirst() {
    newestVirtualHost = System.nanoTime();
  }

  public boolean isRunning() {
    return beam().isPresent();
  }

  /** Runs rabbitmqctl against this node, for example {@code rabbitmqctl("list_queues", "-q")}. */
  public String rabbitmqctl(String... arguments) {
    var command = new ArrayList<>(List.of(program.resolve("rabbitmqctl").toString()));
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile(folder, "ctl", ".txt");
      Process process =
          withEnvironment(new ProcessBuilder(command))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(LONGEST_COMMAND.toSeconds(), TimeUnit.SECONDS)) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        throw new IllegalStateException("rabbitmqctl " + arguments[0] + " took too long");
      }
      String text = Files.readString(output, StandardCharsets.UTF_8);
      Files.delete(output);
      if (process.exitValue() != 0) {
        throw new IllegalStateException("rabbitmqctl " + arguments[0] + ": " + text);
      }
      return text;
    } catch (IOException e) {
      throw new IllegalStateException("rabbitmqctl " + arguments[0] + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in rabbitmqctl", e);
    }
  }

  /** The broker's application stops, its machine and data stay: connections are closed in order. */
  public void stopApplication() {
    rabbitmqctl("stop_app");
  }

  public void startApplication() {
    rabbitmqctl("start_app");
    Awaitility.await("RabbitMQ's application").atMost(LONGEST_START).until(this::accepts);
  }

  /** A memory alarm: the broker takes no messages, but still gives some out. */
  public void alarm(boolean on) {
    rabbitmqctl("set_vm_memory_high_watermark", on ? ALWAYS_ALARMED : NEVER_ALARMED);
  }

  /**
   * From now on a queue refuses messages (nacks them) while it holds so many. RabbitMQ 3.10 tells a
   * publisher to go on when the queue has been emptied, and not when the limit is lifted.
   */
  public void limit(String virtualHost, String queue, int messages) {
    rabbitmqctl(
        "set_policy",
        "-p",
        virtualHost,
        "--apply-to",
        "queues",
        "limit-" + queue,
        "^" + queue.replace(".", "[.]") + "$",
        "{\"max-length\":%d,\"overflow\":\"reject-publish\"}".formatted(messages));
  }

  public void liftLimit(String virtualHost, String queue) {
    rabbitmqctl("clear_policy", "-p", virtualHost, "limit-" + queue);
  }

  private static Path installedProgram() {
    if (Files.isDirectory(INSTALLED)) {
      try (Stream<Path> versions = Files.list(INSTALLED)) {
        Optional<Path> newest =
            versions
                .filter(path -> path.getFileName().toString().startsWith("rabbitmq_server-"))
                .max(Comparator.naturalOrder());
        if (newest.isPresent()) {
          return newest.get().resolve("sbin");
        }
      } catch (IOException e) {
        throw new IllegalStateException("cannot read " + INSTALLED, e);
      }
    }
    throw new IllegalStateException(
        "RabbitMQ is not installed below "
            + INSTALLED
            + ". Run src/test/scripts/install-rabbitmq.sh, then the test again.");
  }

  private void prepare(String clustered) {
    try {
      Files.createDirectories(folder);
      Files.createDirectories(portMapper.home());
      Files.writeString(
          folder.resolve("rabbitmq.conf"),
          """
          listeners.tcp.local = 127.0.0.1:%d
          max_message_size = 16777216
          disk_free_limit.absolute = 10MB
          log.console = false
          log.file.level = info
          %s
          """
              .formatted(port, clustered));
      Files.writeString(folder.resolve("enabled_plugins"), "[].\n");
    } catch (IOException e) {
      throw new IllegalStateException("cannot prepare a RabbitMQ node in " + folder, e);
    }
  }

  private ProcessBuilder withEnvironment(ProcessBuilder builder) {
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("RABBITMQ_"));
    environment.putAll(portMapper.environment());
    environment.put("RABBITMQ_NODENAME", name());
    environment.put("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", erlang);
    environment.put("RABBITMQ_MNESIA_BASE", folder.resolve("mnesia").toString());
    environment.put("RABBITMQ_LOG_BASE", folder.resolve("log").toString());
    environment.put("RABBITMQ_CONFIG_FILE", folder.resolve("rabbitmq.conf").toString());
    environment.put("RABBITMQ_ENABLED_PLUGINS_FILE", folder.resolve("enabled_plugins").toString());
    environment.put("RABBITMQ_FEATURE_FLAGS_FILE", folder.resolve("feature_flags").toString());
    environment.put("RABBITMQ_PID_FILE", pidFile.toString());
    environment.put("RABBITMQ_CONF_ENV_FILE", "/dev/null");
    environment.put("RABBITMQ_DIST_PORT", Integer.toString(distributionPort));
    return builder;
  }

  private Optional<ProcessHandle> beam() {
    return OwnedProcess.in(portMapper.home(), pidFile);
  }

  private boolean accepts() {
    try (Connection connection = client("/").newConnection()) {
      return connection.isOpen();
    } catch (IOException | TimeoutException e) {
      return false;
    }
  }

  private void awaitEnd() {
    Awaitility.await("end of RabbitMQ")
        .atMost(LONGEST_START)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> beam().isEmpty() && (script == null || !script.isAlive()));
  }

  void end() {
    beam().ifPresent(ProcessHandle::destroyForcibly);
    if (script != null) {
      script.descendants().forEach(ProcessHandle::destroyForcibly);
      script.destroyForcibly();
    }
  }

  /** A JVM that was killed could not end its nodes; a cluster's are one level down. */
  private static void endLeftover(Path folder) {
    try (Stream<Path> files = Files.walk(folder, 2)) {
      files
          .filter(file -> file.endsWith(PID_FILE))
          .flatMap(file -> OwnedProcess.in(folder, file).stream())
          .forEach(ProcessHandle::destroyForcibly);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + folder, e);
    }
    PortMapper.endLeftover(folder);
  }
}
