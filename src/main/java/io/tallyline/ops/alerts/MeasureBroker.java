package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.tallyline.contracts.StartRefused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads how busy the broker is, and its alarms, from its own Prometheus endpoint (the plugin {@code
 * rabbitmq_prometheus}). The management API has no CPU figure. Busy is the CPU time of the whole
 * Erlang machine by wall clock and by schedulers online, between two readings: 1 is every processor
 * that it may use.
 */
final class MeasureBroker implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(MeasureBroker.class);

  private static final String RUNTIME = "erlang_vm_statistics_runtime_milliseconds";
  private static final String WALL_CLOCK = "erlang_vm_statistics_wallclock_time_milliseconds";
  private static final String SCHEDULERS = "erlang_vm_schedulers_online";
  private static final String MEMORY = "rabbitmq_alarms_memory_used_watermark";
  private static final String DISK = "rabbitmq_alarms_free_disk_space_watermark";

  private static final Pattern NODE =
      Pattern.compile("^rabbitmq_identity_info\\{.*?rabbitmq_node=\"([^\"]+)\".*");
  private static final Pattern FIGURE =
      Pattern.compile(
          "^(%s)(?:\\{[^}]*})? ([0-9.eE+]+)(?: .*)?$"
              .formatted(String.join("|", RUNTIME, WALL_CLOCK, SCHEDULERS, MEMORY, DISK)));

  private final AlertProperties.Broker properties;
  private final HttpClient http;
  private final MultiGauge cpu;
  private final MultiGauge alarms;
  private final Map<URI, Reading> before = new HashMap<>();
  private final Map<URI, String> failing = new HashMap<>();

  /** What one node said. */
  private record Reading(String node, Map<String, Double> figures) {
    double get(String name) {
      return figures.getOrDefault(name, Double.NaN);
    }

    /** NaN if the node was restarted in between. */
    double cpuSince(Reading before) {
      double ran = get(RUNTIME) - before.get(RUNTIME);
      double passed = get(WALL_CLOCK) - before.get(WALL_CLOCK);
      return passed > 0 && ran >= 0 ? ran / passed / get(SCHEDULERS) : Double.NaN;
    }
  }

  /**
   * @throws StartRefused OPS-203 if a url cannot be read from
   */
  MeasureBroker(AlertProperties.Broker properties, MeterRegistry meters) {
    properties.metricsUrls().forEach(MeasureBroker::check);
    this.properties = properties;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(properties.timeout())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.cpu =
        MultiGauge.builder("hub.ops.broker.cpu")
            .baseUnit("ratio")
            .description("How busy a broker node keeps the processors that it may use, 0 to 1")
            .register(meters);
    this.alarms =
        MultiGauge.builder("hub.ops.broker.alarm")
            .description("1 while a broker node has this alarm, else 0")
            .register(meters);
  }

  private static void check(URI url) {
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getRawUserInfo() != null) {
      throw new StartRefused(
          "OPS-203",
          "hub.alerts.broker.metrics-urls has a url that is not http(s)://host:port/path without"
              + " a user. Correct the setting.");
    }
  }

  /** Reads every node once. A node that does not answer has no figures, which is not "fine". */
  @Override
  public void run() {
    List<Row<?>> busy = new ArrayList<>();
    List<Row<?>> alarmed = new ArrayList<>();
    for (URI url : properties.metricsUrls()) {
      try {
        Reading reading = read(url);
        Reading last = before.put(url, reading);
        Tags node = Tags.of("node", reading.node());
        if (last != null) {
          busy.add(Row.of(node, reading.cpuSince(last)));
        }
        alarmed.add(Row.of(node.and("alarm", "memory"), reading.get(MEMORY)));
        alarmed.add(Row.of(node.and("alarm", "disk"), reading.get(DISK)));
        answered(url);
      } catch (IOException failed) {
        before.remove(url);
        failed(url, failed);
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    cpu.register(busy, true);
    alarms.register(alarmed, true);
  }

  private void answered(URI url) {
    if (failing.remove(url) != null) {
      log.info("The broker's figures at {} can be read again.", url.getAuthority());
    }
  }

  private void failed(URI url, IOException failed) {
    String why = failed.getClass().getSimpleName() + ": " + failed.getMessage();
    if (!why.equals(failing.put(url, why))) {
      log.warn(
          "OPS-215 the broker's figures cannot be read from {} ({}); its CPU and alarms are"
              + " unknown.",
          url.getAuthority(),
          why);
    }
  }

  /** The whole answer within the time limit. */
  private Reading read(URI url) throws IOException, InterruptedException {
    CompletableFuture<Reading> answer =
        http.sendAsync(
                HttpRequest.newBuilder(url).timeout(properties.timeout()).build(),
                HttpResponse.BodyHandlers.ofInputStream())
            .thenApplyAsync(response -> parse(url, response));
    try {
      return answer.get(2 * properties.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      throw cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause);
    } catch (TimeoutException late) {
      answer.cancel(true);
      throw new IOException("no whole answer in time", late);
    }
  }

  private Reading parse(URI url, HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        throw new IllegalStateException("status " + response.statusCode());
      }
      byte[] text = body.readNBytes((int) properties.largestAnswer().toBytes());
      Reading reading = parse(url.getAuthority(), text);
      if (!reading.figures().containsKey(RUNTIME)) {
        throw new IllegalStateException("the answer has no " + RUNTIME);
      }
      return reading;
    } catch (IOException broken) {
      throw new IllegalStateException(broken.getMessage(), broken);
    }
  }

  private static Reading parse(String otherwise, byte[] text) throws IOException {
    String node = otherwise;
    Map<String, Double> figures = new HashMap<>();
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new java.io.ByteArrayInputStream(text), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher figure = FIGURE.matcher(line);
        Matcher identity = NODE.matcher(line);
        if (figure.matches()) {
          figures.put(figure.group(1), Double.parseDouble(figure.group(2)));
        } else if (identity.matches()) {
          node = identity.group(1);
        }
      }
    }
    return new Reading(node, figures);
  }
}
