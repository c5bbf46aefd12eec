package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyline.contracts.Names;
import io.tallyline.testing.KnownSettings;
import io.tallyline.testing.YamlNode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What docker/k8s promises. No cluster takes part: the files are read. */
class KubernetesTest {
  private static final Path FOLDER = Path.of("docker/k8s");
  private static final YamlNode KUSTOMIZATION =
      YamlNode.documents(FOLDER.resolve("kustomization.yaml")).get(0);
  private static final List<YamlNode> RESOURCES =
      KUSTOMIZATION.at("resources").texts().stream()
          .flatMap(file -> YamlNode.documents(FOLDER.resolve(file)).stream())
          .toList();
  private static final List<YamlNode> TEMPLATES =
      YamlNode.documents(FOLDER.resolve("secrets.template.yaml"));

  private static Stream<YamlNode> all(List<YamlNode> documents, String kind) {
    return documents.stream().filter(document -> document.at("kind").text().equals(kind));
  }

  private static Set<String> names(Stream<YamlNode> documents) {
    return documents
        .map(document -> document.at("metadata", "name").text())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static YamlNode named(String kind, String name) {
    return all(RESOURCES, kind)
        .filter(document -> document.at("metadata", "name").text().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no " + kind + " " + name));
  }

  static Stream<YamlNode> pods() {
    return all(RESOURCES, "Deployment").map(deployment -> deployment.at("spec", "template"));
  }

  static Stream<YamlNode> containers() {
    return Stream.concat(
        pods().flatMap(pod -> pod.at("spec", "containers").items().stream()),
        YamlNode.documents(FOLDER.resolve("edited-files/unpack.yaml"))
            .get(0)
            .at("spec", "template", "spec", "initContainers")
            .items()
            .stream());
  }

  @Test
  void every_file_is_part_of_it_or_says_that_it_is_not() throws IOException {
    Set<String> known = new TreeSet<>(KUSTOMIZATION.at("resources").texts());
    known.addAll(KUSTOMIZATION.at("configMapGenerator", 0, "files").texts());
    known.addAll(List.of("kustomization.yaml", "secrets.template.yaml", "README.md"));
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(known);
    }
    assertThat(names(all(RESOURCES, "Deployment")))
        .containsExactly("finance", "operations", "relay");
  }

  @ParameterizedTest
  @MethodSource("pods")
  void runs_without_root_and_without_an_account_of_the_cluster(YamlNode pod) {
    YamlNode security = pod.at("spec", "securityContext");
    assertThat(security.at("runAsNonRoot").value()).isEqualTo(true);
    assertThat(security.at("runAsUser").value()).isEqualTo(10001);
    assertThat(security.at("runAsGroup").value()).isEqualTo(10001);
    assertThat(security.at("seccompProfile", "type").text()).isEqualTo("RuntimeDefault");
    assertThat(pod.at("spec", "automountServiceAccountToken").value()).isEqualTo(false);
    assertThat(pod.at("spec", "enableServiceLinks").value()).isEqualTo(false);
    assertThat(pod.at("spec", "hostNetwork").exists()).isFalse();
    assertThat(pod.at("spec", "terminationGracePeriodSeconds").value())
        .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.INTEGER)
        .as("more than hub.shutdown.timeout")
        .isGreaterThan((int) shutdownTimeout().toSeconds() + 10);
  }

  private static java.time.Duration shutdownTimeout() {
    return org.springframework.boot.convert.DurationStyle.detectAndParse(
        settings().getProperty("hub.shutdown.timeout"));
  }

  @ParameterizedTest
  @MethodSource("containers")
  void may_do_nothing_more_and_is_bounded(YamlNode container) {
    YamlNode security = container.at("securityContext");
    assertThat(security.at("allowPrivilegeEscalation").value()).isEqualTo(false);
    assertThat(security.at("readOnlyRootFilesystem").value()).isEqualTo(true);
    assertThat(security.at("capabilities", "drop").texts()).containsExactly("ALL");
    assertThat(security.at("capabilities", "add").exists()).isFalse();
    assertThat(security.at("privileged").exists()).isFalse();
    for (String bound : List.of("requests", "limits")) {
      assertThat(container.at("resources", bound).keys()).containsExactly("cpu", "memory");
    }
    assertThat(container.at("image").text()).matches("tallyline-hub:[0-9.]+");
  }

  @ParameterizedTest
  @MethodSource("pods")
  void is_asked_whether_it_lives_and_is_ready(YamlNode pod) {
    YamlNode hub = pod.at("spec", "containers", 0);
    for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
      String group = probe.equals("readinessProbe") ? "readiness" : "liveness";
      assertThat(hub.at(probe, "httpGet", "path").text()).isEqualTo("/actuator/health/" + group);
      assertThat(hub.at(probe, "httpGet", "port").text())
          .isEqualTo(hub.at("ports", 0, "name").text());
      assertThat(hub.at(probe, "timeoutSeconds").exists()).isTrue();
    }
    int startup =
        (int) hub.at("startupProbe", "periodSeconds").value()
            * (int) hub.at("startupProbe", "failureThreshold").value();
    assertThat(startup).as("hub.start.wait is 60 s, for each server").isGreaterThan(120);
  }

  @ParameterizedTest
  @MethodSource("pods")
  void refers_to_secrets_and_files_that_are_described(YamlNode pod) {
    Set<String> volumes = new TreeSet<>();
    for (YamlNode volume : pod.at("spec", "volumes").items()) {
      volumes.add(volume.at("name").text());
      if (volume.at("secret").exists()) {
        assertThat(names(all(TEMPLATES, "Secret")))
            .contains(volume.at("secret", "secretName").text());
      }
      if (volume.at("configMap").exists()) {
        Set<String> maps = names(all(TEMPLATES, "ConfigMap"));
        KUSTOMIZATION
            .at("configMapGenerator")
            .items()
            .forEach(map -> maps.add(map.at("name").text()));
        assertThat(maps).contains(volume.at("configMap", "name").text());
      }
    }
    Set<String> mounted = new TreeSet<>();
    for (YamlNode mount : pod.at("spec", "containers", 0, "volumeMounts").items()) {
      mounted.add(mount.at("name").text());
    }
    assertThat(mounted).isEqualTo(volumes);
    assertThat(names(all(RESOURCES, "ServiceAccount")))
        .contains(pod.at("spec", "serviceAccountName").text());
  }

  @Test
  void says_only_what_the_hub_knows() {
    KnownSettings known = KnownSettings.onClassPath();
    assertThat(settings().stringPropertyNames()).isNotEmpty().allMatch(known::contains);
    pods()
        .flatMap(pod -> pod.at("spec", "containers", 0, "env").items().stream())
        .forEach(variable -> assertThat(variable.at("name").text()).matches(known::contains));
    all(TEMPLATES, "Secret")
        .filter(secret -> !secret.at("metadata", "name").text().equals("users"))
        .flatMap(secret -> secret.at("stringData").keys().stream())
        .forEach(setting -> assertThat(setting).matches(known::contains));
  }

  @Test
  void holds_no_secret() {
    for (YamlNode secret : all(TEMPLATES, "Secret").toList()) {
      for (String key : secret.at("stringData").keys()) {
        if (!key.endsWith("username")) {
          assertThat(secret.at("stringData", key).text()).as(key).isEmpty();
        }
      }
    }
    assertThat(settings().stringPropertyNames()).noneMatch(name -> name.endsWith("password"));
    assertThat(all(RESOURCES, "Secret")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "relay, relay, 2, inventory, HUB_INVENTORY_DATASOURCE_URL",
    "finance, finance, 2, finance, HUB_FINANCE_DATASOURCE_URL",
  })
  void a_part_is_two_pods_that_reach_their_own_database_and_the_broker_only(
      String part, String roles, int replicas, String database, String url) {
    YamlNode deployment = named("Deployment", part);
    assertThat(deployment.at("spec", "replicas").value()).isEqualTo(replicas);
    assertThat(named("PodDisruptionBudget", part).at("spec", "maxUnavailable").value())
        .isEqualTo(1);
    assertThat(value(deployment, "HUB_ROLES")).isEqualTo(roles);
    assertThat(value(deployment, url))
        .startsWith("jdbc:postgresql://" + database)
        .contains("sslmode=verify-full");
    assertThat(names(deployment)).filteredOn(name -> name.endsWith("URL")).containsExactly(url);

    YamlNode policy = named("NetworkPolicy", part);
    assertThat(policy.at("spec", "policyTypes").texts()).containsExactly("Egress");
    assertThat(policy.at("spec", "podSelector", "matchLabels", "part").text()).isEqualTo(part);
    List<YamlNode> ways = policy.at("spec", "egress").items();
    assertThat(ways).hasSize(2);
    assertThat(ways.get(0).at("to", 0, "podSelector", "matchLabels", "database").text())
        .isEqualTo(database);
    assertThat(ways.get(0).at("ports", 0, "port").value()).isEqualTo(5432);
    assertThat(
            ways.get(1).at("to", 0, "podSelector", "matchLabels", "app.kubernetes.io/name").text())
        .isEqualTo("rabbitmq");
    assertThat(ways).allSatisfy(way -> assertThat(way.at("to").items()).hasSize(1));
  }

  @Test
  void the_heap_of_finance_holds_what_the_broker_sends_ahead() throws IOException {
    String limit =
        named("Deployment", "finance")
            .at("spec", "template", "spec", "containers", 0, "resources", "limits", "memory")
            .text();
    assertThat(limit).endsWith("Gi");
    assertThat(ComposeTest.heap(Long.parseLong(limit.replace("Gi", "")) << 30))
        .isGreaterThan(ComposeTest.PREFETCH * Names.LARGEST_BODY_BYTES);
  }

  @Test
  void nothing_else_comes_in_or_goes_out() {
    YamlNode nothing = named("NetworkPolicy", "nothing");
    assertThat(nothing.at("spec", "podSelector").keys()).isEmpty();
    assertThat(nothing.at("spec", "policyTypes").texts()).containsExactly("Ingress", "Egress");
    assertThat(nothing.at("spec").keys()).containsExactly("podSelector", "policyTypes");
    all(RESOURCES, "NetworkPolicy")
        .flatMap(
            policy ->
                Stream.concat(
                    policy.at("spec", "ingress").items().stream(),
                    policy.at("spec", "egress").items().stream()))
        .forEach(
            way -> {
              assertThat(way.at("ports").items()).as(way.where()).isNotEmpty();
              assertThat(
                      Stream.concat(way.at("to").items().stream(), way.at("from").items().stream()))
                  .as(way.where())
                  .isNotEmpty()
                  .allSatisfy(
                      peer ->
                          assertThat(peer.at("namespaceSelector", "matchLabels").keys())
                              .isNotEmpty());
            });
  }

  private static Set<String> names(YamlNode deployment) {
    return deployment.at("spec", "template", "spec", "containers", 0, "env").items().stream()
        .map(variable -> variable.at("name").text())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String value(YamlNode deployment, String name) {
    return deployment.at("spec", "template", "spec", "containers", 0, "env").items().stream()
        .filter(variable -> variable.at("name").text().equals(name))
        .map(variable -> variable.at("value").text())
        .findFirst()
        .orElse("");
  }

  private static Properties settings() {
    var settings = new Properties();
    try (Reader reader = Files.newBufferedReader(FOLDER.resolve("application.properties"))) {
      settings.load(reader);
    } catch (IOException failed) {
      throw new java.io.UncheckedIOException(failed);
    }
    return settings;
  }
}
