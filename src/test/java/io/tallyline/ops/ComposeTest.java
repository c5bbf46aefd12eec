package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.contracts.Names;
import io.tallyline.testing.KnownSettings;
import io.tallyline.testing.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docker/compose.yaml promises, service by service. */
class ComposeTest {
  private static final Path FOLDER = Path.of("docker");

  /** The least that hub.delivery.prefetch is by itself; FIN-021 refuses a heap that is smaller. */
  static final long PREFETCH = 250;

  private static final YamlNode COMPOSE = YamlNode.documents(FOLDER.resolve("compose.yaml")).get(0);

  /** Images without a shell to check with, and what runs once. */
  private static final Set<String> WITHOUT_HEALTHCHECK =
      Set.of("otel-collector", "jaeger", "users");

  /** Their image has a check of its own. */
  private static final Set<String> HUBS = Set.of("relay", "finance", "operations", "trial");

  static Stream<YamlNode> services() {
    return COMPOSE.at("services").keys().stream().map(name -> COMPOSE.at("services", name));
  }

  static Stream<YamlNode> hubs() {
    return HUBS.stream().map(name -> COMPOSE.at("services", name));
  }

  private static String name(YamlNode service) {
    return service.where().substring(service.where().lastIndexOf(' ') + 1);
  }

  @ParameterizedTest
  @MethodSource("services")
  void is_hardened_and_bounded(YamlNode service) {
    assertThat(service.at("read_only").value()).isEqualTo(true);
    assertThat(service.at("cap_drop").texts()).containsExactly("ALL");
    assertThat(service.at("cap_add").exists()).isFalse();
    assertThat(service.at("privileged").exists()).isFalse();
    assertThat(service.at("security_opt").texts()).contains("no-new-privileges:true");
    assertThat(service.at("deploy", "resources", "limits", "memory").text()).isNotEmpty();
    assertThat(service.at("deploy", "resources", "limits", "cpus").text()).isNotEmpty();
    assertThat(service.at("pids_limit").text()).isNotEmpty();
    assertThat(service.at("logging", "options").keys()).contains("max-size", "max-file");
  }

  @ParameterizedTest
  @MethodSource("services")
  void is_published_on_loopback_only(YamlNode service) {
    assertThat(service.at("ports").texts()).allSatisfy(port -> assertThat(port).startsWith("127."));
    assertThat(service.at("network_mode").text()).isIn("", "none");
    if (service.at("ports").exists()) {
      assertThat(service.at("networks").texts()).contains("published");
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void has_an_image_of_one_version_and_says_when_it_is_healthy(YamlNode service) {
    assertThat(service.at("image").text())
        .matches("(\\$\\{[A-Z_]+:-)?[a-z/-]+:v?[0-9]+([.][0-9]+)+[a-z-]*}?");
    assertThat(service.at("healthcheck", "test").exists())
        .as("a health check, its own or the image's")
        .isEqualTo(!WITHOUT_HEALTHCHECK.contains(name(service)) && !HUBS.contains(name(service)));
  }

  @ParameterizedTest
  @MethodSource("services")
  void has_no_password_but_from_a_file(YamlNode service) {
    for (String variable : service.at("environment").keys()) {
      if (variable.matches(".*(PASSWORD|SECRET|TOKEN|KEY).*")) {
        assertThat(variable).endsWith("_FILE");
        assertThat(service.at("environment", variable).text()).startsWith("/run/secrets/");
      }
    }
    for (YamlNode secret : service.at("secrets").items()) {
      String source = secret.keys().isEmpty() ? secret.text() : secret.at("source").text();
      assertThat(COMPOSE.at("secrets").keys()).contains(source);
    }
  }

  @ParameterizedTest
  @MethodSource("services")
  void mounts_files_that_are_there(YamlNode service) {
    for (String volume : service.at("volumes").texts()) {
      String source = volume.split(":")[0];
      if (source.startsWith(".")) {
        assertThat(FOLDER.resolve(source)).exists();
        assertThat(volume).endsWith(":ro");
      } else {
        assertThat(COMPOSE.at("volumes").keys()).contains(source);
      }
    }
    assertThat(COMPOSE.at("networks").keys()).containsAll(service.at("networks").texts());
  }

  @ParameterizedTest
  @MethodSource("hubs")
  void is_told_only_what_the_hub_knows(YamlNode hub) {
    KnownSettings known = KnownSettings.onClassPath();
    assertThat(hub.at("environment").keys()).isNotEmpty().allMatch(known::contains);
    for (YamlNode secret : hub.at("secrets").items()) {
      if (secret.at("target").exists()) {
        assertThat(secret.at("target").text()).matches(known::contains);
      }
    }
    assertThat(hub.at("stop_grace_period").text())
        .as("hub.shutdown.timeout is 30 s")
        .isEqualTo("45s");
  }

  @Test
  void the_heap_of_who_posts_journals_holds_what_the_broker_sends_ahead() throws IOException {
    for (String part : List.of("finance", "trial")) {
      String limit = COMPOSE.at("services", part, "deploy", "resources", "limits", "memory").text();
      assertThat(limit).endsWith("g");
      long bytes = Long.parseLong(limit.replace("g", "")) << 30;
      assertThat(heap(bytes)).as(part).isGreaterThan(PREFETCH * Names.LARGEST_BODY_BYTES);
    }
  }

  /** Heap of a container of the image with so much memory. */
  static long heap(long bytes) throws IOException {
    Matcher percentage =
        Pattern.compile("-XX:MaxRAMPercentage=(\\d+)")
            .matcher(Files.readString(Path.of("docker/Dockerfile")));
    assertThat(percentage.find()).isTrue();
    return bytes * Integer.parseInt(percentage.group(1)) / 100;
  }

  @Test
  void each_part_is_handed_its_own_credentials_only() {
    assertThat(secrets("relay"))
        .containsExactlyInAnyOrder(
            "inventory_hub_password", "inventory_owner_password", "rabbitmq_relay_password");
    assertThat(secrets("finance"))
        .containsExactlyInAnyOrder(
            "finance_hub_password", "finance_owner_password", "rabbitmq_finance_password");
    assertThat(secrets("operations")).doesNotContain("finance_owner_password");
    assertThat(COMPOSE.at("services", "relay", "depends_on").keys()).doesNotContain("finance");
    assertThat(COMPOSE.at("services", "finance", "depends_on").keys()).doesNotContain("relay");
  }

  private static Set<String> secrets(String service) {
    Set<String> names = new TreeSet<>();
    for (YamlNode secret : COMPOSE.at("services", service, "secrets").items()) {
      names.add(secret.keys().isEmpty() ? secret.text() : secret.at("source").text());
    }
    return names;
  }

  @Test
  void every_secret_is_made_by_the_script_and_used(@org.junit.jupiter.api.io.TempDir Path folder)
      throws Exception {
    ProcessBuilder script =
        new ProcessBuilder("sh", "docker/make-secrets.sh", folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);

    assertThat(script.start().waitFor()).isZero();
    List<String> made = read(folder);
    assertThat(script.start().waitFor()).as("a second run").isZero();

    assertThat(read(folder)).as("nothing is made anew").isEqualTo(made);
    Set<String> used = new TreeSet<>();
    services().forEach(service -> used.addAll(secrets(name(service))));
    assertThat(COMPOSE.at("secrets").keys()).isEqualTo(used);
    for (String secret : used) {
      String file = COMPOSE.at("secrets", secret, "file").text().replaceFirst("^.*/", "");
      assertThat(folder.resolve(file)).isNotEmptyFile();
    }
    assertThat(Files.readString(folder.resolve("users.conf")))
        .doesNotContain(Files.readString(folder.resolve("prometheus_token")));
  }

  private static List<String> read(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .sorted()
          .map(
              file -> {
                try {
                  return file.getFileName() + " " + Files.readString(file);
                } catch (IOException failed) {
                  throw new java.io.UncheckedIOException(failed);
                }
              })
          .toList();
    }
  }
}
