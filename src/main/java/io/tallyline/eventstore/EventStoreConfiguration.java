package io.tallyline.eventstore;

import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reading the event store and asking for messages to be sent again: for store and operations. */
@Configuration
@EnableConfigurationProperties(EventStoreProperties.class)
public class EventStoreConfiguration {
  @Bean
  JdbcEvents events(@Qualifier("storeDataSource") DataSource store, InstantSource clock) {
    return new JdbcEvents(store, clock);
  }

  @Bean
  FailedAttempts failedAttempts(
      @Qualifier("storeDataSource") DataSource store,
      EventStoreProperties properties,
      InstantSource clock) {
    return new FailedAttempts(store, clock, properties.keepAttempts());
  }

  @Bean
  JdbcResends resends(@Qualifier("storeDataSource") DataSource store) {
    return new JdbcResends(store);
  }
}
