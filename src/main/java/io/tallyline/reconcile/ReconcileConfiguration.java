package io.tallyline.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.eventstore.Events;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Ledger;
import io.tallyline.replay.Replays;
import io.tallyline.replay.Schedules;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reconciliations, by hand and on their schedule. */
@Configuration
@EnableConfigurationProperties(ReconcileProperties.class)
public class ReconcileConfiguration {
  @Bean(destroyMethod = "close")
  ReconcileLedger reconcileLedger(
      @Qualifier("storeDataSource") DataSource store,
      Events events,
      DraftJournals drafts,
      Ledger ledger,
      Replays replays,
      Audit audit,
      ReconcileProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    var books =
        new CompareWindow.Books(events, drafts, ledger, new JdbcFailures(store), properties, clock);
    return new ReconcileLedger(store, books, replays, audit, meters);
  }

  @Bean
  ExportReconciliation exportReconciliation(ReconcileLedger reconcileLedger) {
    return new ExportReconciliation(reconcileLedger);
  }

  @Bean
  ScheduleReconciliations scheduleReconciliations(
      @Qualifier("storeDataSource") DataSource store,
      ReconcileLedger reconcileLedger,
      Schedules schedules,
      ReconcileProperties properties) {
    return new ScheduleReconciliations(store, reconcileLedger, schedules, properties);
  }
}
