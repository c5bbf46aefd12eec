package io.tallyline.replay;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.quartz.CronExpression;
import org.quartz.CronScheduleBuilder;
import org.quartz.CronTrigger;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.jdbcjobstore.PostgreSQLDelegate;
import org.springframework.scheduling.quartz.SchedulerFactoryBean;

/**
 * Cron schedules with a time zone, kept by Quartz in the hub's database: a tick happens in one of
 * the hubs; one that no hub was there for happens once, late. Changes join the caller's
 * transaction.
 */
public final class Schedules {
  /** Most ticks that one call foretells. */
  public static final int MOST = 100;

  private static final int CRON_FIELDS_LEAST = 6;
  private static final int CRON_FIELDS_MOST = 7;
  private static final String NAME = "tallyline";

  private final Scheduler scheduler;

  Schedules(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** The scheduler of one hub; the database makes them one. */
  static SchedulerFactoryBean scheduler(DataSource store, Supplier<Stream<OnSchedule>> runners) {
    Properties quartz = new Properties();
    quartz.setProperty("org.quartz.scheduler.instanceId", "AUTO");
    quartz.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    // A change becomes visible when its transaction ends, after Quartz was told of it.
    quartz.setProperty("org.quartz.scheduler.idleWaitTime", "5000");
    quartz.setProperty("org.quartz.threadPool.threadCount", "2");
    quartz.setProperty("org.quartz.jobStore.class", QuartzStore.class.getName());
    quartz.setProperty(
        "org.quartz.jobStore.driverDelegateClass", PostgreSQLDelegate.class.getName());
    quartz.setProperty("org.quartz.jobStore.tablePrefix", "hub.qrtz_");
    quartz.setProperty("org.quartz.jobStore.useProperties", "true");
    quartz.setProperty("org.quartz.jobStore.isClustered", "true");
    quartz.setProperty("org.quartz.jobStore.clusterCheckinInterval", "10000");
    SchedulerFactoryBean factory = new SchedulerFactoryBean();
    factory.setSchedulerName(NAME);
    factory.setDataSource(store);
    factory.setQuartzProperties(quartz);
    factory.setJobFactory((fired, scheduler) -> new RunOnSchedule(runners));
    factory.setWaitForJobsToCompleteOnShutdown(true);
    return factory;
  }

  /**
   * Makes or replaces a schedule; the same one again stays untouched, with the tick it is due for.
   *
   * @throws ReplayRefused RPL-004 for the expression
   */
  public void put(String kind, String name, String cron, ZoneId zone) {
    CronExpression expression = expression(cron, zone);
    JobDetail job =
        JobBuilder.newJob(RunOnSchedule.class).withIdentity(name, kind).storeDurably(false).build();
    CronTrigger trigger =
        TriggerBuilder.newTrigger()
            .withIdentity(name, kind)
            .withSchedule(
                CronScheduleBuilder.cronSchedule(expression)
                    .inTimeZone(TimeZone.getTimeZone(zone))
                    .withMisfireHandlingInstructionFireAndProceed())
            .build();
    quartz(
        () -> {
          Trigger there = scheduler.getTrigger(trigger.getKey());
          boolean same =
              there instanceof CronTrigger before
                  && before.getCronExpression().equals(trigger.getCronExpression())
                  && before.getTimeZone().hasSameRules(trigger.getTimeZone());
          if (!same) {
            scheduler.scheduleJob(job, Set.of(trigger), true);
          }
          return null;
        });
  }

  public void remove(String kind, String name) {
    quartz(() -> scheduler.deleteJob(JobKey.jobKey(name, kind)));
  }

  /** No ticks until it is resumed; a run that has begun goes on. */
  public void pause(String kind, String name) {
    quartz(
        () -> {
          scheduler.pauseTrigger(TriggerKey.triggerKey(name, kind));
          return null;
        });
  }

  public void resume(String kind, String name) {
    quartz(
        () -> {
          scheduler.resumeTrigger(TriggerKey.triggerKey(name, kind));
          return null;
        });
  }

  /** When it ticks next; empty if there is no such schedule. */
  public Optional<Instant> nextTick(String kind, String name) {
    Trigger trigger = quartz(() -> scheduler.getTrigger(TriggerKey.triggerKey(name, kind)));
    return Optional.ofNullable(trigger).map(Trigger::getNextFireTime).map(Date::toInstant);
  }

  /**
   * The next ticks of an expression.
   *
   * @param count 1 to {@link #MOST}
   * @throws ReplayRefused RPL-004 for the expression
   */
  public static List<Instant> ticks(String cron, ZoneId zone, Instant after, int count) {
    CronExpression expression = expression(cron, zone);
    List<Instant> ticks = new ArrayList<>();
    Date at = Date.from(after);
    while (ticks.size() < Math.min(count, MOST)) {
      at = expression.getNextValidTimeAfter(at);
      if (at == null) {
        break;
      }
      ticks.add(at.toInstant());
    }
    return ticks;
  }

  /**
   * A time zone by its name, for example {@code Europe/Berlin}.
   *
   * @throws ReplayRefused RPL-005 there is none
   */
  public static ZoneId zone(String name) {
    try {
      return ZoneId.of(name.strip());
    } catch (DateTimeException unknown) {
      throw new ReplayRefused(
          "RPL-005",
          "'%s' is no time zone; names look like Europe/Berlin or UTC. Correct it."
              .formatted(name));
    }
  }

  private static CronExpression expression(String cron, ZoneId zone) {
    String text = cron.strip();
    int fields = text.isEmpty() ? 0 : text.split("\\s+").length;
    if (fields < CRON_FIELDS_LEAST || fields > CRON_FIELDS_MOST) {
      throw refused(
          cron,
          "it has %d fields and needs 6 (second minute hour day-of-month month day-of-week) or 7 (and year), one of the two days being ?"
              .formatted(fields));
    }
    CronExpression expression;
    try {
      expression = new CronExpression(text);
    } catch (java.text.ParseException | RuntimeException wrong) {
      throw refused(cron, String.valueOf(wrong.getMessage()));
    }
    expression.setTimeZone(TimeZone.getTimeZone(zone));
    if (expression.getNextValidTimeAfter(new Date()) == null) {
      throw refused(cron, "it never comes again");
    }
    return expression;
  }

  private static ReplayRefused refused(String cron, String why) {
    return new ReplayRefused(
        "RPL-004",
        "'%s' is no schedule: %s. '0 30 2 * * ?' is every night at 02:30.".formatted(cron, why));
  }

  private interface Call<T> {
    @Nullable T call() throws SchedulerException;
  }

  private static <T> @Nullable T quartz(Call<T> call) {
    try {
      return call.call();
    } catch (SchedulerException failed) {
      throw new IllegalStateException(failed.getMessage(), failed);
    }
  }
}
