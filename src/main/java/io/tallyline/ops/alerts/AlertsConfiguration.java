package io.tallyline.ops.alerts;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.ops.alerts.WatchHub.Watch;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.mail.javamail.JavaMailSender;

/** What is measured for alerts, which the hub evaluates itself unless told not to. */
@Configuration
@EnableConfigurationProperties(AlertProperties.class)
@Import(AlertsConfiguration.InHub.class)
public class AlertsConfiguration {
  private static final Duration PEER_TIMEOUT = Duration.ofSeconds(3);

  /** Figures that Prometheus wants too, so measured in any case. */
  @Bean
  WatchHub watchMeasures(
      AlertProperties properties,
      HealthEndpoint health,
      SslBundles bundles,
      Environment environment,
      InstantSource clock,
      MeterRegistry meters) {
    List<Watch> watches = new ArrayList<>();
    watches.add(
        new Watch("alerts-readiness", new MeasureReadiness(health, meters), properties.interval()));
    watches.add(
        new Watch(
            "alerts-certificates",
            new MeasureCertificates(
                bundles, PeersWithTls.of(environment, PEER_TIMEOUT), clock, meters),
            properties.certificateInterval()));
    if (!properties.broker().metricsUrls().isEmpty()) {
      watches.add(
          new Watch(
              "alerts-broker",
              new MeasureBroker(properties.broker(), meters),
              properties.interval()));
    }
    return new WatchHub(watches);
  }

  /** For those who run no Prometheus. */
  @Configuration
  @ConditionalOnBooleanProperty(name = "hub.alerts.enabled", matchIfMissing = true)
  @Import(AlertsEndpoint.class)
  static class InHub {
    @Bean
    @ConditionalOnProperty("hub.alerts.webhook.url")
    SendWebhook webhook(AlertProperties properties, InstantSource clock)
        throws NoSuchAlgorithmException {
      return new SendWebhook(
          properties.webhook(), clock, SendWebhook.machineNames(), SSLContext.getDefault());
    }

    @Bean
    Receivers alertReceivers(
        AlertProperties properties,
        ObjectProvider<SendWebhook> webhook,
        ObjectProvider<JavaMailSender> mail) {
      List<NotificationQueue> queues = new ArrayList<>();
      webhook.ifAvailable(
          hook ->
              queues.add(
                  new NotificationQueue(
                      hook,
                      properties.queueSize(),
                      properties.webhook().attempts(),
                      properties.webhook().retryDelay())));
      if (!properties.mail().to().isEmpty()) {
        queues.add(
            new NotificationQueue(
                new SendMail(mail.getIfAvailable(), properties.mail()),
                properties.queueSize(),
                properties.mail().attempts(),
                properties.mail().retryDelay()));
      }
      return new Receivers(queues);
    }

    @Bean
    MeterReadings meterReadings(AlertProperties properties, MeterRegistry meters) {
      List<AlertRule> rules = AlertRules.of(properties);
      return new MeterReadings(
          meters,
          Condition.metrics(rules.stream().map(AlertRule::condition)).map(Metric::name).toList(),
          rules.stream()
              .map(rule -> rule.condition().window())
              .max(Duration::compareTo)
              .orElse(Duration.ZERO));
    }

    @Bean
    EvaluateAlerts evaluateAlerts(
        AlertProperties properties,
        MeterReadings readings,
        Receivers receivers,
        MeterRegistry meters) {
      List<AlertRule> rules = AlertRules.of(properties);
      var alerts =
          new EvaluateAlerts(
              rules, readings, properties.resolveAfter(), properties.mostFiring(), receivers);
      for (AlertRule rule : rules) {
        Gauge.builder("hub.ops.alerts", alerts, all -> all.firing(rule.id()))
            .description("Alerts that fire")
            .tag("alert", rule.id())
            .tag("severity", rule.severity().label())
            .register(meters);
      }
      return alerts;
    }

    @Bean
    WatchHub watchAlerts(
        AlertProperties properties,
        MeterReadings readings,
        EvaluateAlerts alerts,
        InstantSource clock) {
      Runnable look =
          () -> {
            var now = clock.instant();
            readings.look(now);
            alerts.evaluate(now);
          };
      return new WatchHub(List.of(new Watch("alerts", look, properties.interval())));
    }
  }

  /** Everybody who is told, the log first. */
  record Receivers(List<NotificationQueue> queues) implements Consumer<AlertChange>, AutoCloseable {
    @Override
    public void accept(AlertChange change) {
      LogAlerts.write(change);
      queues.forEach(queue -> queue.add(change));
    }

    @Override
    public void close() {
      queues.forEach(NotificationQueue::close);
    }
  }
}
