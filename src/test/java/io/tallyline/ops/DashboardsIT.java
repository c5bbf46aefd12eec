package io.tallyline.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.deadletter.DeadLetterFilter;
import io.tallyline.testing.Dashboards;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.PromQl;
import io.tallyline.testing.Queues;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.SaleMessages;
import io.tallyline.testing.TestHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every metric and label that a dashboard or an alert rule asks for is there in a running hub. */
class DashboardsIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Pattern SERIES = Pattern.compile("(?m)^([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? ");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");

  /** Prometheus adds them to every series, or makes them itself. */
  private static final Set<String> ADDED_LABELS = Set.of("job", "instance", "part", "le");

  private static final Map<String, Set<String>> OF_PROMETHEUS =
      Map.of("up", Set.of(), "ALERTS", Set.of("alertname", "alertstate", "severity"));

  /** The broker's own, as its plugin rabbitmq_prometheus names them. */
  private static final Map<String, Set<String>> OF_RABBITMQ =
      Map.of(
          "rabbitmq_alarms_memory_used_watermark", Set.of(),
          "rabbitmq_alarms_free_disk_space_watermark", Set.of(),
          "rabbitmq_queue_messages_ready", Set.of(),
          "rabbitmq_queue_messages_unacked", Set.of(),
          "rabbitmq_identity_info", Set.of("rabbitmq_node", "rabbitmq_cluster"),
          "erlang_vm_statistics_runtime_milliseconds", Set.of(),
          "erlang_vm_schedulers_online", Set.of());

  /** There only where the broker's own metrics or a certificate are configured. */
  private static final Map<String, Set<String>> WHERE_CONFIGURED =
      Map.of(
          "hub_ops_broker_cpu_ratio", Set.of("node"),
          "hub_ops_broker_alarm", Set.of("node", "alarm"),
          "hub_ops_certificate_expiry_seconds", Set.of("certificate"));

  @TempDir Path data;

  @Test
  void a_running_hub_has_what_dashboards_and_rules_ask_for() {
    RabbitNode node = RabbitNode.shared();
    String virtualHost = node.newVirtualHost();
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    try (TestHub hub =
            new TestHub.Settings()
                .with("hub.data-directory", data.toString())
                .database(inventory)
                .database(finance)
                .database(PostgresServer.fresh("store"))
                .broker(node, virtualHost)
                .start();
        Queues queues = new Queues(node, virtualHost)) {
      new Outbox(inventory.ownerDataSource()).recordSales(3, "12.50", "7.25");
      queues.publish(
          "erp.events",
          SaleMessages.KEY,
          SaleMessages.properties("poison"),
          "{".getBytes(StandardCharsets.UTF_8));
      await().atMost(LONG).until(() -> TestHub.journals(finance) == 3);
      await()
          .atMost(LONG)
          .until(
              () ->
                  hub.bean(DeadLetterDesk.class)
                          .list(DeadLetterFilter.OPEN, Long.MAX_VALUE, 9)
                          .size()
                      == 1);

      await()
          .atMost(LONG)
          .untilAsserted(
              () ->
                  assertThat(missing(hub.bean(PrometheusMeterRegistry.class).scrape())).isEmpty());
    }
  }

  private static List<String> missing(String scrape) {
    Map<String, Set<String>> known = series(scrape);
    known.putAll(OF_PROMETHEUS);
    known.putAll(OF_RABBITMQ);
    WHERE_CONFIGURED.forEach(known::putIfAbsent);
    List<String> missing = new ArrayList<>();
    Dashboards.expressions()
        .forEach(
            (place, expression) -> {
              PromQl asked = PromQl.of(expression);
              Set<String> labels = new TreeSet<>(ADDED_LABELS);
              asked
                  .metrics()
                  .forEach(
                      (metric, selected) -> {
                        if (!known.containsKey(metric)) {
                          missing.add(place + ": there is no metric " + metric);
                          return;
                        }
                        labels.addAll(known.get(metric));
                        if (!labels.containsAll(selected)) {
                          missing.add(place + ": " + metric + " has no labels " + selected);
                        }
                      });
              if (missing.isEmpty() && !labels.containsAll(asked.groupings())) {
                missing.add(place + ": nothing has all the labels " + asked.groupings());
              }
            });
    return missing;
  }

  private static Map<String, Set<String>> series(String scrape) {
    Map<String, Set<String>> series = new TreeMap<>();
    Matcher line = SERIES.matcher(scrape);
    while (line.find()) {
      Set<String> labels = series.computeIfAbsent(line.group(1), name -> new TreeSet<>());
      Matcher label = LABEL.matcher(line.group(2) == null ? "" : line.group(2));
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
    return series;
  }
}
