package io.tallyline.delivery;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.InstantSource;
import java.util.stream.Collectors;
import org.apache.camel.component.springrabbit.SpringRabbitMQComponent;
import org.apache.camel.spi.ComponentCustomizer;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/** The beans that let messages travel. A role that needs no broker does not import this. */
@Configuration
@EnableConfigurationProperties({DeliveryProperties.class, LogProperties.class})
@Import(Topology.class)
public class Delivery {
  /** Retrying is {@link DeclareTopology}'s and the connections' own: here it would only be slow. */
  @Bean
  RabbitAdmin amqpAdmin(ConnectionFactory connections, DeliveryProperties settings) {
    var admin = new RabbitAdmin(connections);
    admin.setRetryTemplate(null);
    // Else it would declare everything again with each connection.
    admin.setAutoStartup(settings.declare());
    return admin;
  }

  @Bean
  DeclareTopology declareTopology(
      RabbitAdmin admin,
      RabbitConnectionDetails broker,
      DeliveryProperties settings,
      ObjectProvider<Declarables> topology) {
    String where =
        broker.getAddresses().stream()
            .map(address -> address.host() + ":" + address.port())
            .collect(Collectors.joining(", "));
    Runnable step =
        settings.declare() ? admin::initialize : new FindTopology(admin, topology, where)::now;
    return new DeclareTopology(step, where);
  }

  @Bean
  ConfirmedPublisher confirmedPublisher(
      ConnectionFactory connections, DeliveryProperties settings) {
    return new ConfirmedPublisher(connections, "events", settings.confirmTimeout());
  }

  /** On a channel of its own, so that dead letters do not queue behind a relay's batches. */
  @Bean
  DeadLetters deadLetters(ConnectionFactory connections, DeliveryProperties settings) {
    return new DeadLetters(
        new ConfirmedPublisher(connections, "dead-letters", settings.confirmTimeout()));
  }

  @Bean
  Ladders ladders(DeliveryProperties settings, Environment environment) {
    return new Ladders(settings, environment);
  }

  /** On a channel of its own, like the dead letters. */
  @Bean
  WaitQueues waitQueues(
      ConnectionFactory connections, DeliveryProperties settings, Ladders ladders) {
    return new WaitQueues(
        new ConfirmedPublisher(connections, "wait-queues", settings.confirmTimeout()), ladders);
  }

  /** Before the first connection is made, or it would not be seen. */
  @Bean
  WatchBroker watchBroker(
      ConnectionFactory connections, InstantSource clock, MeterRegistry meters) {
    var watch = new WatchBroker(clock, meters);
    connections.addConnectionListener(watch);
    return watch;
  }

  /** Spring's own switch decides, so that there is one. */
  @Bean
  Traces traces(
      ObjectProvider<OpenTelemetry> telemetry,
      @Value("${management.tracing.enabled:false}") boolean enabled) {
    return enabled ? Traces.of(telemetry.getObject()) : Traces.OFF;
  }

  @Bean
  FailedPayloads failedPayloads(LogProperties settings) {
    return new FailedPayloads(settings);
  }

  @Bean
  BatchListenerContainerFactory batchListenerContainerFactory(DeliveryProperties settings) {
    return new BatchListenerContainerFactory(settings);
  }

  /** Every route that consumes from the broker gets batches, without a setting to forget. */
  @Bean
  ComponentCustomizer batchesFromTheBroker(BatchListenerContainerFactory factory) {
    return ComponentCustomizer.forType(
        SpringRabbitMQComponent.class,
        component -> {
          component.setListenerContainerFactory(factory);
          component.setHeaderFilterStrategy(new InboundHeaders());
        });
  }
}
