package io.tallyline.bridge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.DeclareTopology;
import io.tallyline.delivery.DeliveryProperties;
import io.tallyline.delivery.Ladders;
import io.tallyline.delivery.WaitQueues;
import io.tallyline.mapping.Mappings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that the routes in {@code routes/bridge} name. */
@Configuration
@EnableConfigurationProperties(BridgeProperties.class)
public class BridgeConfiguration {
  private static final int AMQP_PORT = 5672;

  @Bean
  BridgeTopology bridgeTopology(DeliveryProperties settings, Ladders ladders) {
    return new BridgeTopology(settings, ladders);
  }

  /** The routePolicy of both ways: their tables say which exchanges there must be. */
  @Bean
  DeclareTypes declareMassTransitTypes(
      BridgeTopology topology,
      DeclareTopology declare,
      @Value("${hub.start.wait:60s}") Duration longestWait) {
    return new DeclareTypes(topology, declare, longestWait);
  }

  @Bean
  ReadEnvelopes readEnvelopes(Mappings mappings, @Value("${hub.mappings-directory}") Path folder) {
    return new ReadEnvelopes(mappings, folder);
  }

  @Bean
  WriteEnvelopes writeEnvelopes(
      Mappings mappings,
      @Value("${hub.mappings-directory}") Path folder,
      RabbitConnectionDetails broker,
      InstantSource clock) {
    return new WriteEnvelopes(mappings, folder, address(broker), clock);
  }

  /** {@code rabbitmq://host:port/virtual-host/}; what is usual is left out, as MassTransit does. */
  private static String address(RabbitConnectionDetails broker) {
    RabbitConnectionDetails.Address first = broker.getFirstAddress();
    String port = first.port() == AMQP_PORT ? "" : ":" + first.port();
    String virtualHost = broker.getVirtualHost();
    String path =
        virtualHost == null || virtualHost.equals("/")
            ? ""
            : URLEncoder.encode(virtualHost, StandardCharsets.UTF_8).replace("+", "%20") + "/";
    return "rabbitmq://" + first.host() + port + "/" + path;
  }

  /**
   * On a channel of its own, so that bridge and relay need not take turns. Who asks for a publisher
   * by its type alone gets the other one.
   */
  @Bean(defaultCandidate = false)
  ConfirmedPublisher bridgePublisher(ConnectionFactory connections, DeliveryProperties settings) {
    return new ConfirmedPublisher(connections, "bridge", settings.confirmTimeout());
  }

  @Bean
  PublishCrossings publishCrossings(
      @Qualifier("bridgePublisher") ConfirmedPublisher publisher, MeterRegistry meters) {
    return new PublishCrossings(publisher, meters);
  }

  @Bean
  RedeliverCrossings redeliverCrossings(
      WaitQueues waitQueues, InstantSource clock, MeterRegistry meters) {
    return new RedeliverCrossings(waitQueues, clock, meters);
  }

  @Bean
  DeadLetterCrossings deadLetterCrossings(
      DeadLetters deadLetters, InstantSource clock, MeterRegistry meters) {
    return new DeadLetterCrossings(deadLetters, clock, meters);
  }

  @Bean
  CollectErrors collectErrors(
      BridgeProperties properties,
      DeadLetters deadLetters,
      InstantSource clock,
      MeterRegistry meters) {
    return new CollectErrors(properties.errorQueues(), deadLetters, clock, meters);
  }

  @Bean
  ReturnToEndpoint returnToEndpoint(@Qualifier("bridgePublisher") ConfirmedPublisher publisher) {
    return new ReturnToEndpoint(publisher);
  }
}
