package io.tallyline.ops.desk;

import io.tallyline.audit.AuditEntries;
import io.tallyline.audit.VerifyAudit;
import io.tallyline.deadletter.Approvals;
import io.tallyline.deadletter.BulkRetries;
import io.tallyline.deadletter.DeadLetterDesk;
import io.tallyline.eventstore.Events;
import io.tallyline.finance.Ledger;
import io.tallyline.ops.alerts.CurrentAlerts;
import io.tallyline.ops.security.HttpProperties;
import io.tallyline.ops.security.StartPage;
import io.tallyline.reconcile.ReconcileLedger;
import io.tallyline.replay.PreviewReplays;
import io.tallyline.replay.ReplaySchedules;
import io.tallyline.replay.Replays;
import java.time.InstantSource;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The pages of the desk, below {@code /desk}. */
@Configuration
class DeskPagesConfiguration {
  @Bean
  StartPage startPage() {
    return new StartPage("/desk");
  }

  @Bean
  Screens screens() {
    return new Screens();
  }

  @Bean
  WebMvcConfigurer screenArguments(Screens screens) {
    return new WebMvcConfigurer() {
      @Override
      public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(screens);
      }
    };
  }

  @Bean
  HomePages homePages(
      DeadLetterDesk letters,
      Approvals approvals,
      Replays replays,
      ReconcileLedger reconciliations,
      ObjectProvider<CurrentAlerts> alerts) {
    return new HomePages(letters, approvals, replays, reconciliations, alerts);
  }

  @Bean
  DeadLetterPages deadLetterPages(
      DeadLetterDesk letters, BulkRetries bulks, HttpProperties http, InstantSource clock) {
    return new DeadLetterPages(letters, bulks, http, clock);
  }

  @Bean
  BulkRetryPages bulkRetryPages(BulkRetries bulks, HttpProperties http) {
    return new BulkRetryPages(bulks, http);
  }

  @Bean
  ApprovalPages approvalPages(Approvals approvals, HttpProperties http) {
    return new ApprovalPages(approvals, http);
  }

  @Bean
  EventPages eventPages(
      Events events, Journey journey, Ledger ledger, HttpProperties http, InstantSource clock) {
    return new EventPages(events, journey, ledger, http, clock);
  }

  @Bean
  ReplayPages replayPages(
      Replays replays,
      ReplaySchedules schedules,
      PreviewReplays previews,
      HttpProperties http,
      InstantSource clock) {
    return new ReplayPages(replays, schedules, previews, http, clock);
  }

  @Bean
  ReconciliationPages reconciliationPages(
      ReconcileLedger reconciliations, HttpProperties http, InstantSource clock) {
    return new ReconciliationPages(reconciliations, http, clock);
  }

  @Bean
  AuditPages auditPages(AuditEntries entries, VerifyAudit verify, HttpProperties http) {
    return new AuditPages(entries, verify, http);
  }
}
