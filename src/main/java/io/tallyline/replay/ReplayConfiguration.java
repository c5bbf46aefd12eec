package io.tallyline.replay;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.audit.Audit;
import io.tallyline.eventstore.Events;
import io.tallyline.eventstore.Resends;
import io.tallyline.finance.DraftJournals;
import io.tallyline.finance.Ledger;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.quartz.Scheduler;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;

/** Replays and their schedules; {@code routes/operations/move-replays} names the worker. */
@Configuration
@EnableConfigurationProperties(ReplayProperties.class)
public class ReplayConfiguration {
  @Bean
  JudgeEvents judgeEvents(DraftJournals drafts, Ledger ledger) {
    return new JudgeEvents(drafts, ledger);
  }

  @Bean
  PreviewReplays previewReplays(
      Events events, JudgeEvents judgeEvents, ReplayProperties properties) {
    return new PreviewReplays(events, judgeEvents, properties);
  }

  @Bean
  Replays replays(
      @Qualifier("storeDataSource") DataSource store,
      Resends resends,
      Audit audit,
      ReplayProperties properties,
      InstantSource clock) {
    return new Replays(store, resends, audit, properties, clock);
  }

  @Bean
  MoveReplays moveReplays(
      @Qualifier("storeDataSource") DataSource store,
      Events events,
      Resends resends,
      JudgeEvents judgeEvents,
      Audit audit,
      ReplayProperties properties,
      InstantSource clock,
      MeterRegistry meters) {
    return new MoveReplays(store, events, resends, judgeEvents, audit, properties, clock, meters);
  }

  /** Those who run on schedules are asked at a tick: they themselves need the schedules. */
  @Bean
  SchedulerFactoryBean quartzScheduler(
      @Qualifier("storeDataSource") DataSource store, ObjectProvider<OnSchedule> runners) {
    return Schedules.scheduler(store, runners::stream);
  }

  @Bean
  Schedules schedules(Scheduler quartzScheduler) {
    return new Schedules(quartzScheduler);
  }

  @Bean
  ReplaySchedules replaySchedules(
      @Qualifier("storeDataSource") DataSource store,
      Replays replays,
      Schedules schedules,
      Audit audit,
      InstantSource clock) {
    return new ReplaySchedules(store, replays, schedules, audit, clock);
  }
}
