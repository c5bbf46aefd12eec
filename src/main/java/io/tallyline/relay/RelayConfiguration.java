package io.tallyline.relay;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.mapping.Mappings;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The beans that the routes in {@code routes/inventory} name. */
@Configuration
@EnableConfigurationProperties(RelayProperties.class)
public class RelayConfiguration {
  @Bean
  RelayHealth relayHealth(RelayProperties properties, InstantSource clock, MeterRegistry meters) {
    return new RelayHealth(properties, clock, meters);
  }

  /** What {@code transacted} in a route stands for: one transaction of the inventory database. */
  @Bean
  SpringTransactionPolicy inventoryTransaction(
      @Qualifier("inventoryDataSource") DataSource inventory) {
    DataSourceTransactionManager transactions = new DataSourceTransactionManager(inventory);
    SpringTransactionPolicy policy = new SpringTransactionPolicy(transactions);
    policy.setPropagationBehaviorName("PROPAGATION_REQUIRED");
    return policy;
  }

  @Bean
  ClaimOutbox claimOutbox(
      @Qualifier("inventoryDataSource") DataSource inventory,
      RelayProperties properties,
      RelayHealth health) {
    return new ClaimOutbox(inventory, properties, health);
  }

  @Bean
  TranslateEvents translateEvents(Mappings mappings, InstantSource clock, MeterRegistry meters) {
    return new TranslateEvents(mappings, new OutboxDeadLetters(clock), meters);
  }

  @Bean
  PublishEvents publishEvents(
      ConfirmedPublisher publisher, ClaimOutbox outbox, RelayHealth health) {
    return new PublishEvents(publisher, outbox, health);
  }

  @Bean
  WatchUnrouted watchUnrouted(AmqpAdmin broker, MeterRegistry meters) {
    return new WatchUnrouted(broker, meters);
  }

  @Bean
  HearOutbox outboxEar(
      @Value("${hub.inventory.datasource.url}") String url,
      @Value("${hub.inventory.datasource.username}") String username,
      @Value("${hub.inventory.datasource.password:}") String password,
      ProducerTemplate camel) {
    return new HearOutbox(url, username, password, () -> wake(camel));
  }

  /** While Camel starts or stops there is nobody to wake, and polling comes anyway. */
  private static void wake(ProducerTemplate camel) {
    if (camel.getCamelContext().isStarted()) {
      camel.sendBody("direct:hear-outbox?failIfNoConsumers=false&block=false", "notified");
    }
  }
}
