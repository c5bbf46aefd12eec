package io.tallyline.ops.observe;

import io.tallyline.delivery.WatchBroker;
import io.tallyline.relay.RelayHealth;
import java.time.InstantSource;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Health: ready is a hub that can do the work of its roles. Nothing here asks a server while a
 * probe waits.
 */
@Configuration
@EnableConfigurationProperties(HealthProperties.class)
public class ObserveConfiguration {
  @Bean
  BrokerHealth brokerHealthIndicator(
      ObjectProvider<WatchBroker> broker, HealthProperties settings, InstantSource clock) {
    return new BrokerHealth(broker.getIfAvailable(), settings, clock);
  }

  /** The pools are those of this hub's roles, and no others. */
  @Bean(destroyMethod = "close")
  DatabasesHealth databasesHealthIndicator(
      Map<String, DataSource> databases, HealthProperties settings, InstantSource clock) {
    return new DatabasesHealth(databases, settings, clock);
  }

  @Bean
  RelaysHealth relaysHealthIndicator(
      ObjectProvider<RelayHealth> relays, HealthProperties settings, InstantSource clock) {
    return new RelaysHealth(relays.stream().toList(), settings, clock);
  }

  @Bean
  RoutesHealth routesHealthIndicator(CamelContext camel) {
    return new RoutesHealth(camel);
  }
}
