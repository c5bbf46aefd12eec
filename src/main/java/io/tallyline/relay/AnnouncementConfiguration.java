package io.tallyline.relay;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.DeliveryProperties;
import io.tallyline.delivery.FailedPayloads;
import io.tallyline.delivery.Traces;
import io.tallyline.mapping.Mappings;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that the route {@code announce-journals} names: the relay of finance's own outbox. */
@Configuration
@EnableConfigurationProperties(RelayProperties.class)
public class AnnouncementConfiguration {
  @Bean
  RelayHealth announcementHealth(
      RelayProperties properties, InstantSource clock, MeterRegistry meters) {
    return new RelayHealth(RelayedOutbox.FINANCE, properties, clock, meters);
  }

  /** What {@code transacted} in the route stands for: one transaction of the finance database. */
  @Bean
  SpringTransactionPolicy financeTransaction(@Qualifier("financeDataSource") DataSource finance) {
    return RelayConfiguration.transaction(finance);
  }

  @Bean
  ClaimOutbox claimAnnouncements(
      @Qualifier("financeDataSource") DataSource finance,
      RelayProperties properties,
      @Qualifier("announcementHealth") RelayHealth health) {
    return new ClaimOutbox(RelayedOutbox.FINANCE, finance, properties, health);
  }

  @Bean
  RelayMeters announcementMeters(MeterRegistry meters) {
    return new RelayMeters(RelayedOutbox.FINANCE, meters);
  }

  @Bean
  TranslateEvents translateAnnouncements(
      Mappings mappings,
      InstantSource clock,
      @Qualifier("announcementMeters") RelayMeters meters,
      Traces traces) {
    return RelayConfiguration.translate(RelayedOutbox.FINANCE, mappings, clock, meters, traces);
  }

  /**
   * On a channel of its own, so that announcements and inventory's batches need not take turns. Who
   * asks for a publisher by its type alone gets the other one.
   */
  @Bean(defaultCandidate = false)
  ConfirmedPublisher announcementPublisher(
      ConnectionFactory connections, DeliveryProperties settings) {
    return new ConfirmedPublisher(connections, "announcements", settings.confirmTimeout());
  }

  @Bean
  PublishEvents publishAnnouncements(
      @Qualifier("announcementPublisher") ConfirmedPublisher publisher,
      @Qualifier("claimAnnouncements") ClaimOutbox rows,
      @Qualifier("announcementHealth") RelayHealth health,
      @Qualifier("announcementMeters") RelayMeters meters,
      FailedPayloads payloads,
      InstantSource clock) {
    RelayedRows told = new RelayedRows(RelayedOutbox.FINANCE, meters, payloads);
    return new PublishEvents(RelayedOutbox.FINANCE, publisher, rows, health, told, clock);
  }

  /** Of the route retry-announcements. */
  @Bean
  RetryEvents retryAnnouncements(
      @Qualifier("translateAnnouncements") TranslateEvents translate,
      @Qualifier("announcementPublisher") ConfirmedPublisher publisher,
      DeadLetters deadLetters,
      @Qualifier("announcementMeters") RelayMeters meters,
      FailedPayloads payloads,
      InstantSource clock) {
    RelayedRows told = new RelayedRows(RelayedOutbox.FINANCE, meters, payloads);
    return new RetryEvents(RelayedOutbox.FINANCE, translate, publisher, deadLetters, told, clock);
  }

  @Bean
  WatchOutbox watchAnnouncements(
      @Qualifier("financeDataSource") DataSource finance,
      @Qualifier("claimAnnouncements") ClaimOutbox rows,
      @Qualifier("announcementHealth") RelayHealth health,
      CamelContext camel,
      RelayProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    return new WatchOutbox(
        RelayedOutbox.FINANCE, finance, rows, health, camel, properties, clock, meters);
  }

  @Bean
  HearOutbox announcementEar(
      @Value("${hub.finance.datasource.url}") String url,
      @Value("${hub.finance.datasource.username}") String username,
      @Value("${hub.finance.datasource.password:}") String password,
      ProducerTemplate camel) {
    return new HearOutbox(
        RelayedOutbox.FINANCE,
        url,
        username,
        password,
        () -> RelayConfiguration.wake(camel, "hear-journal-announcements"));
  }
}
