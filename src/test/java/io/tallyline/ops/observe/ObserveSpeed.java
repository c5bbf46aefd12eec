package io.tallyline.ops.observe;

import com.sun.management.OperatingSystemMXBean;
import io.tallyline.testing.Outbox;
import io.tallyline.testing.PostgresServer;
import io.tallyline.testing.RabbitNode;
import io.tallyline.testing.TestHub;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;

/**
 * What lines and spans cost: events from the outbox to the ledger in one hub, in turns, as CPU time
 * of the hub and as time on the clock. CPU time says more where the machine is shared. Run by hand:
 * {@code java -cp <test class path> io.tallyline.ops.observe.ObserveSpeed [events] [rounds]}.
 */
final class ObserveSpeed {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private ObserveSpeed() {}

  /** CPU and clock, milliseconds for 1,000 events. */
  private record Cost(double cpu, double clock) {}

  public static void main(String[] arguments) throws Exception {
    int events = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
    try (OtlpReceiver collector = new OtlpReceiver()) {
      Map<String, Map<String, String>> variants = variants(collector.endpoint());
      Map<String, List<Cost>> costs = new LinkedHashMap<>();
      for (int round = 0; round <= rounds; round++) {
        for (Map.Entry<String, Map<String, String>> variant : variants.entrySet()) {
          Cost cost = run(variant.getValue(), events);
          if (round > 0) {
            costs.computeIfAbsent(variant.getKey(), none -> new ArrayList<>()).add(cost);
          }
        }
      }
      System.err.printf("%-28s %22s %22s%n", "ms for 1,000 events", "CPU of the hub", "clock");
      costs.forEach(ObserveSpeed::print);
      System.err.printf("%d spans reached the collector%n", collector.all().size());
    }
    System.exit(0);
  }

  private static Map<String, Map<String, String>> variants(String endpoint) {
    Map<String, String> quiet = Map.of("logging.level.hub.messages", "WARN");
    Map<String, Map<String, String>> variants = new LinkedHashMap<>();
    variants.put("no lines, no traces", quiet);
    variants.put("lines, no traces", Map.of());
    for (String share : List.of("0.01", "1.0")) {
      Map<String, String> traced = new LinkedHashMap<>(quiet);
      traced.put("management.tracing.enabled", "true");
      traced.put("management.tracing.sampling.probability", share);
      traced.put("management.otlp.tracing.endpoint", endpoint);
      variants.put("no lines, traces " + share, traced);
    }
    return variants;
  }

  private static Cost run(Map<String, String> more, int events) throws Exception {
    PostgresServer.Database inventory = PostgresServer.fresh("inventory");
    PostgresServer.Database finance = PostgresServer.fresh("finance");
    RabbitNode node = RabbitNode.shared();
    TestHub.Settings settings =
        new TestHub.Settings()
            .roles("relay,finance")
            .database(inventory)
            .database(finance)
            .broker(node, node.newVirtualHost())
            .with("hub.start.wait", "60s");
    more.forEach(settings::with);
    try (TestHub hub = settings.start()) {
      var routes = hub.bean(CamelContext.class).getRouteController();
      routes.stopRoute("relay-outbox");
      new Outbox(inventory.ownerDataSource()).recordSales(events, "10.00", "7.00");
      long cpu = SYSTEM.getProcessCpuTime();
      long clock = System.nanoTime();
      routes.startRoute("relay-outbox");
      while (TestHub.journals(finance) < events) {
        Thread.sleep(20);
      }
      double thousands = events / 1_000.0 * 1_000_000;
      return new Cost(
          (SYSTEM.getProcessCpuTime() - cpu) / thousands, (System.nanoTime() - clock) / thousands);
    }
  }

  private static void print(String variant, List<Cost> costs) {
    double[] cpu = costs.stream().mapToDouble(Cost::cpu).sorted().toArray();
    double[] clock = costs.stream().mapToDouble(Cost::clock).sorted().toArray();
    System.err.printf("%-28s %22s %22s%n", variant, spread(cpu), spread(clock));
  }

  private static String spread(double[] sorted) {
    return "%.0f (%.0f to %.0f)"
        .formatted(sorted[sorted.length / 2], sorted[0], sorted[sorted.length - 1]);
  }
}
