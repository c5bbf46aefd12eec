package io.tallyline.deadletter;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.audit.AuditEntries;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Ledger;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans of the dead-letter desk, in two parts for two roles. */
@Configuration
public class DeadLetterConfiguration {

  /** For the role store: empties the dead queues. */
  @Configuration
  public static class Taking {
    @Bean
    TakeDeadLetters takeDeadLetters(
        @Qualifier("storeDataSource") DataSource store, InstantSource clock, MeterRegistry meters) {
      return new TakeDeadLetters(store, clock, meters);
    }
  }

  /** For the role ops: what people do, and what follows from it. */
  @Configuration
  @EnableConfigurationProperties(DeadLetterProperties.class)
  public static class Working {
    @Bean
    JdbcDeadLetters storedDeadLetters(@Qualifier("storeDataSource") DataSource store) {
      return new JdbcDeadLetters(store);
    }

    @Bean
    JdbcApprovals storedApprovals(@Qualifier("storeDataSource") DataSource store) {
      return new JdbcApprovals(store);
    }

    @Bean
    JdbcBulkRetries storedBulkRetries(@Qualifier("storeDataSource") DataSource store) {
      return new JdbcBulkRetries(store);
    }

    @Bean
    DeskTransactions deskTransactions(@Qualifier("storeDataSource") DataSource store, Audit audit) {
      return new DeskTransactions(store, audit);
    }

    @Bean
    PreviewRetries previewRetries(
        JdbcDeadLetters letters,
        DraftJournals drafts,
        Ledger ledger,
        DeadLetterProperties properties) {
      return new PreviewRetries(letters, drafts, ledger, properties.previewMost());
    }

    @Bean
    DeadLetterDesk deadLetterDesk(
        JdbcDeadLetters letters,
        JdbcApprovals approvals,
        PreviewRetries previews,
        Resends resends,
        Events events,
        AuditEntries audit,
        DeskTransactions transactions,
        DeadLetterProperties properties,
        InstantSource clock) {
      return new DeadLetterDesk(
          letters, approvals, previews, resends, events, audit, transactions, properties, clock);
    }

    @Bean
    BulkRetries bulkRetries(
        JdbcBulkRetries bulks,
        JdbcDeadLetters letters,
        JdbcApprovals approvals,
        PreviewRetries previews,
        DeskTransactions transactions,
        DeadLetterProperties properties,
        InstantSource clock) {
      return new BulkRetries(bulks, letters, approvals, previews, transactions, properties, clock);
    }

    @Bean
    Approvals approvals(
        JdbcApprovals rows,
        JdbcBulkRetries bulkRows,
        DeadLetterDesk desk,
        BulkRetries bulks,
        DeskTransactions transactions,
        InstantSource clock) {
      return new Approvals(rows, bulkRows, desk, bulks, transactions, clock);
    }

    @Bean
    RunBulkRetries runBulkRetries(
        @Qualifier("storeDataSource") DataSource store,
        JdbcBulkRetries bulks,
        JdbcDeadLetters letters,
        Resends resends,
        DeskTransactions transactions,
        DeadLetterProperties properties,
        InstantSource clock) {
      return new RunBulkRetries(store, bulks, letters, resends, transactions, properties, clock);
    }

    @Bean
    SettleRetries settleRetries(
        JdbcDeadLetters letters,
        PreviewRetries previews,
        Ledger ledger,
        Events events,
        Resends resends,
        Approvals approvals,
        DeadLetterProperties properties,
        InstantSource clock,
        MeterRegistry meters) {
      return new SettleRetries(
          letters, previews, ledger, events, resends, approvals, properties, clock, meters);
    }
  }
}
