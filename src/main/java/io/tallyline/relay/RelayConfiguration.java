package io.tallyline.relay;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Names;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.FailedPayloads;
import io.tallyline.delivery.Traces;
import io.tallyline.delivery.WatchQueues;
import io.tallyline.mapping.Mappings;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Declarables;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;

/** The beans that the routes in {@code routes/inventory} name: the relay of its outbox. */
@Configuration
@EnableConfigurationProperties(RelayProperties.class)
public class RelayConfiguration {
  @Bean
  RelayHealth relayHealth(RelayProperties properties, InstantSource clock, MeterRegistry meters) {
    return new RelayHealth(RelayedOutbox.INVENTORY, properties, clock, meters);
  }

  /** What {@code transacted} in a route stands for: one transaction of the inventory database. */
  @Bean
  SpringTransactionPolicy inventoryTransaction(
      @Qualifier("inventoryDataSource") DataSource inventory) {
    return transaction(inventory);
  }

  @Bean
  ClaimOutbox claimOutbox(
      @Qualifier("inventoryDataSource") DataSource inventory,
      RelayProperties properties,
      @Qualifier("relayHealth") RelayHealth health) {
    return new ClaimOutbox(RelayedOutbox.INVENTORY, inventory, properties, health);
  }

  @Bean
  RelayMeters relayMeters(MeterRegistry meters) {
    return new RelayMeters(RelayedOutbox.INVENTORY, meters);
  }

  @Bean
  TranslateEvents translateEvents(
      Mappings mappings,
      InstantSource clock,
      @Qualifier("relayMeters") RelayMeters meters,
      Traces traces) {
    return translate(RelayedOutbox.INVENTORY, mappings, clock, meters, traces);
  }

  @Bean
  PublishEvents publishEvents(
      ConfirmedPublisher publisher,
      @Qualifier("claimOutbox") ClaimOutbox rows,
      @Qualifier("relayHealth") RelayHealth health,
      @Qualifier("relayMeters") RelayMeters meters,
      FailedPayloads payloads,
      InstantSource clock) {
    RelayedRows told = new RelayedRows(RelayedOutbox.INVENTORY, meters, payloads);
    return new PublishEvents(RelayedOutbox.INVENTORY, publisher, rows, health, told, clock);
  }

  /** Of the route retry-outbox. */
  @Bean
  RetryEvents retryEvents(
      @Qualifier("translateEvents") TranslateEvents translate,
      ConfirmedPublisher publisher,
      DeadLetters deadLetters,
      @Qualifier("relayMeters") RelayMeters meters,
      FailedPayloads payloads,
      InstantSource clock) {
    RelayedRows told = new RelayedRows(RelayedOutbox.INVENTORY, meters, payloads);
    return new RetryEvents(RelayedOutbox.INVENTORY, translate, publisher, deadLetters, told, clock);
  }

  @Bean
  WatchOutbox watchOutbox(
      @Qualifier("inventoryDataSource") DataSource inventory,
      @Qualifier("claimOutbox") ClaimOutbox rows,
      @Qualifier("relayHealth") RelayHealth health,
      CamelContext camel,
      RelayProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    return new WatchOutbox(
        RelayedOutbox.INVENTORY, inventory, rows, health, camel, properties, clock, meters);
  }

  /** Of every module but finance, whose hub watches its own. */
  @Bean
  WatchQueues watchQueues(
      AmqpAdmin broker, ObjectProvider<Declarables> topology, MeterRegistry meters) {
    return new WatchQueues(
        broker, topology::stream, name -> !name.startsWith(Names.FINANCE_QUEUES), meters);
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
    return new HearOutbox(
        RelayedOutbox.INVENTORY, url, username, password, () -> wake(camel, "hear-outbox"));
  }

  /** Of a data source, which must be the same object that the statements of the route use. */
  static SpringTransactionPolicy transaction(DataSource database) {
    SpringTransactionPolicy policy =
        new SpringTransactionPolicy(new DataSourceTransactionManager(database));
    policy.setPropagationBehaviorName("PROPAGATION_REQUIRED");
    return policy;
  }

  static TranslateEvents translate(
      RelayedOutbox outbox,
      Mappings mappings,
      InstantSource clock,
      RelayMeters meters,
      Traces traces) {
    return new TranslateEvents(
        outbox, mappings, new OutboxDeadLetters(outbox, clock), meters, clock, traces);
  }

  /** While Camel starts or stops there is nobody to wake, and polling comes anyway. */
  static void wake(ProducerTemplate camel, String route) {
    if (camel.getCamelContext().isStarted()) {
      camel.sendBody("direct:" + route + "?failIfNoConsumers=false&block=false", "notified");
    }
  }
}
