package io.tallyline.ops.desk;

import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.FailedAttempts;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.JdbcLedger;
import io.tallyline.finance.Ledger;
import io.tallyline.finance.ReadMessages;
import io.tallyline.mapping.Mappings;
import io.tallyline.ops.security.HttpProperties;
import io.tallyline.workbench.RouteTables;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The HTTP API of the role ops, and what it reads the ledger by. */
@Configuration
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
  TraceEndpoint traceEndpoint(Events events, FailedAttempts attempts, Ledger ledger) {
    return new TraceEndpoint(new Journey(events, attempts, ledger, ids -> List.of()));
  }

  @Bean
  LedgerEndpoint ledgerEndpoint(Ledger ledger, InstantSource clock) {
    return new LedgerEndpoint(ledger, clock);
  }
}
