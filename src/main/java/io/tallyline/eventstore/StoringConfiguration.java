package io.tallyline.eventstore;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Names;
import io.tallyline.delivery.Breaker;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.DeliveryProperties;
import java.time.InstantSource;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The beans that the routes in {@code routes/hub} name, for the role store. */
@Configuration
public class StoringConfiguration {
  /** Writes as storing does, and is rolled back: a full disk answers every question but this. */
  private static final String WRITE =
      "INSERT INTO hub.resend (queue, routing_key, mark, properties, headers, body)"
          + " VALUES ('probe', 'probe', 'probe', '{}', '{}', '')";

  @Bean
  StoreEvents storeEvents(
      @Qualifier("storeDataSource") DataSource store, InstantSource clock, MeterRegistry meters) {
    return new StoreEvents(store, clock, meters);
  }

  @Bean
  RetainEvents retainEvents(
      @Qualifier("storeDataSource") DataSource store,
      EventStoreProperties properties,
      InstantSource clock) {
    return new RetainEvents(store, properties, clock);
  }

  /** The routePolicy of the routes that write into the hub's database. */
  @Bean(destroyMethod = "end")
  Breaker pauseEventsWhileStoreIsAway(
      @Qualifier("storeDataSource") DataSource store,
      EventStoreProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    return breaker("store-database-events", store, properties, clock, meters);
  }

  /** A breaker watches one route. */
  @Bean(destroyMethod = "end")
  Breaker pauseAttemptsWhileStoreIsAway(
      @Qualifier("storeDataSource") DataSource store,
      EventStoreProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    return breaker("store-database-attempts", store, properties, clock, meters);
  }

  /** The same, of dead letters. */
  @Bean(destroyMethod = "end")
  Breaker pauseWhileStoreIsAway(
      @Qualifier("storeDataSource") DataSource store,
      EventStoreProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    return breaker("store-database-dead-letters", store, properties, clock, meters);
  }

  private static Breaker breaker(
      String name,
      DataSource store,
      EventStoreProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    var jdbc = new JdbcTemplate(store);
    var transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
    return new Breaker(
        name,
        () ->
            transaction.executeWithoutResult(
                status -> {
                  status.setRollbackOnly();
                  jdbc.update(WRITE);
                }),
        properties.probeInterval(),
        properties.pauseMost(),
        clock,
        meters);
  }

  @Bean(destroyMethod = "close")
  SendResends sendResends(
      @Qualifier("storeDataSource") DataSource store,
      ConnectionFactory connections,
      DeliveryProperties delivery,
      EventStoreProperties properties,
      MeterRegistry meters) {
    return new SendResends(
        store,
        new ConfirmedPublisher(connections, "resends", delivery.confirmTimeout()),
        Set.of(Names.JOURNAL_QUEUE, Names.OUTBOX_RETRY_QUEUE, Names.FINANCE_OUTBOX_RETRY_QUEUE),
        properties.resendBatch(),
        meters);
  }
}
