package io.tallyline.ops.desk;

import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.VerifyAudit;
import io.tallyline.deadletter.Approvals;
import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.FailedAttempts;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.JdbcLedger;
import io.tallyline.finance.Ledger;
import io.tallyline.finance.ReadMessages;
import io.tallyline.mapping.Mappings;
import io.tallyline.ops.security.HttpProperties;
import io.tallyline.reconcile.ExportReconciliation;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.replay.PreviewReplays;
import io.tallyline.replay.ReplaySchedules;
import io.tallyline.replay.Replays;
import io.tallyline.workbench.RouteTables;
import java.nio.file.Path;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The HTTP API of the role ops, and what it reads the ledger by. */
@Configuration
@Import(DeskPagesConfiguration.class)
public class DeskConfiguration {
  @Bean
  Ledger ledger(@Qualifier("financeDataSource") DataSource finance) {
    return new JdbcLedger(finance);
  }

  /** By the same table as posting, though that may run in another process. */
  @Bean
  DraftJournals draftJournals(Mappings mappings, @Value("${hub.routes-directory}") Path routes) {
    return new DraftJournals(
        mappings, RouteTables.text(routes, ReadMessages.TABLE), "routes/**, " + ReadMessages.TABLE);
  }

  @Bean
  AnswerProblems answerProblems() {
    return new AnswerProblems();
  }

  @Bean
  EventsEndpoint eventsEndpoint(Events events, HttpProperties http) {
    return new EventsEndpoint(events, http);
  }

  @Bean
  Journey journey(
      Events events,
      FailedAttempts attempts,
      Ledger ledger,
      DeadLetterDesk desk,
      BulkRetries bulks,
      AuditEntries audit) {
    return new Journey(events, attempts, ledger, new FindDeadLetters(desk, bulks, audit));
  }

  @Bean
  TraceEndpoint traceEndpoint(Journey journey) {
    return new TraceEndpoint(journey);
  }

  @Bean
  LedgerEndpoint ledgerEndpoint(Ledger ledger, InstantSource clock) {
    return new LedgerEndpoint(ledger, clock);
  }

  @Bean
  DeadLettersEndpoint deadLettersEndpoint(DeadLetterDesk desk, HttpProperties http) {
    return new DeadLettersEndpoint(desk, http);
  }

  @Bean
  BulkRetriesEndpoint bulkRetriesEndpoint(BulkRetries bulks, HttpProperties http) {
    return new BulkRetriesEndpoint(bulks, http);
  }

  @Bean
  ApprovalsEndpoint approvalsEndpoint(Approvals approvals, HttpProperties http) {
    return new ApprovalsEndpoint(approvals, http);
  }

  @Bean
  ReplaysEndpoint replaysEndpoint(
      Replays replays, PreviewReplays previews, HttpProperties http, InstantSource clock) {
    return new ReplaysEndpoint(replays, previews, http, clock);
  }

  @Bean
  ReplaySchedulesEndpoint replaySchedulesEndpoint(ReplaySchedules schedules) {
    return new ReplaySchedulesEndpoint(schedules);
  }

  @Bean
  ReconciliationsEndpoint reconciliationsEndpoint(
      ReconcileLedger reconciliations, ExportReconciliation export, HttpProperties http) {
    return new ReconciliationsEndpoint(reconciliations, export, http);
  }

  @Bean
  AuditEndpoint auditEndpoint(AuditEntries entries, VerifyAudit verify, HttpProperties http) {
    return new AuditEndpoint(entries, verify, http);
  }
}
