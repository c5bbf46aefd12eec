package io.tallyline.finance;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.Breaker;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.DeliveryProperties;
import io.tallyline.delivery.FailedPayloads;
import io.tallyline.delivery.Traces;
import io.tallyline.delivery.WaitQueues;
import io.tallyline.delivery.WatchQueues;
import io.tallyline.mapping.Mappings;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Declarables;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The beans that the routes in {@code routes/finance} name. */
@Configuration
@EnableConfigurationProperties(FinanceProperties.class)
public class FinanceConfiguration {
  /** Writes as posting does, and is rolled back: a full disk answers every question but this. */
  private static final String WRITE =
      "INSERT INTO finance.outbox_event (aggregate_type, aggregate_id, event_type, payload)"
          + " VALUES ('Probe', 'probe', 'Probe', '{}')";

  /**
   * @throws StartRefused FIN-021 if the messages that may be in flight do not fit the heap
   */
  static void checkHeap(DeliveryProperties properties, long heapBytes) {
    long inFlight = (long) properties.prefetch() * Names.LARGEST_BODY_BYTES;
    if (inFlight > heapBytes) {
      throw new StartRefused(
          "FIN-021",
          "hub.delivery.prefetch is %d; as many messages of %d MiB need %d MiB, but the heap has %d MiB. Raise HUB_HEAP, or lower hub.delivery.prefetch to %d, and hub.delivery.batch-size to no more than that."
              .formatted(
                  properties.prefetch(),
                  Names.LARGEST_BODY_BYTES >> 20,
                  inFlight >> 20,
                  heapBytes >> 20,
                  Math.max(1, heapBytes / Names.LARGEST_BODY_BYTES)));
    }
  }

  @Bean
  JdbcJournals journals(
      @Qualifier("financeDataSource") DataSource finance, DeliveryProperties delivery) {
    checkHeap(delivery, Runtime.getRuntime().maxMemory());
    return new JdbcJournals(finance, new DataSourceTransactionManager(finance));
  }

  @Bean
  FinanceMeters financeMeters(MeterRegistry meters) {
    return new FinanceMeters(meters);
  }

  /** All of finance's queues, its own outbox's among them. */
  @Bean
  WatchQueues watchJournalQueues(
      AmqpAdmin broker, ObjectProvider<Declarables> topology, MeterRegistry meters) {
    return new WatchQueues(
        broker, topology::stream, name -> name.startsWith(Names.FINANCE_QUEUES), meters);
  }

  @Bean
  ReadMessages readMessages(
      Mappings mappings, FinanceMeters meters, InstantSource clock, Traces traces) {
    return new ReadMessages(mappings, meters, clock, traces);
  }

  /** The routePolicy of post-journals: the consumer pauses while the finance database is away. */
  @Bean(destroyMethod = "end")
  Breaker pauseWhileFinanceIsAway(
      @Qualifier("financeDataSource") DataSource finance,
      FinanceProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    var jdbc = new JdbcTemplate(finance);
    var transaction = new TransactionTemplate(new DataSourceTransactionManager(finance));
    return new Breaker(
        "finance-database",
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
  PostJournals postJournals(
      Journals journals,
      Breaker pauseWhileFinanceIsAway,
      FinanceProperties properties,
      FinanceMeters meters,
      InstantSource clock,
      Traces traces) {
    return new PostJournals(journals, pauseWhileFinanceIsAway, properties, meters, clock, traces);
  }

  @Bean
  RedeliverJournals redeliverJournals(
      WaitQueues waitQueues, InstantSource clock, FinanceMeters meters) {
    return new RedeliverJournals(waitQueues, clock, meters);
  }

  @Bean
  DeadLetterJournals deadLetterJournals(
      DeadLetters deadLetters,
      InstantSource clock,
      FinanceMeters meters,
      Traces traces,
      FailedPayloads payloads) {
    return new DeadLetterJournals(deadLetters, clock, meters, traces, payloads);
  }
}
