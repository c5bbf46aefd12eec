package io.tallyline.replay;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.quartz.DisallowConcurrentExecution;
import org.quartz.Job;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one kind of job that Quartz keeps; its name stands in the database, so it stays. */
@DisallowConcurrentExecution
public final class RunOnSchedule implements Job {
  private static final Logger log = LoggerFactory.getLogger(RunOnSchedule.class);

  private final Supplier<Stream<OnSchedule>> runners;

  RunOnSchedule(Supplier<Stream<OnSchedule>> runners) {
    this.runners = runners;
  }

  @Override
  public void execute(JobExecutionContext context) {
    JobKey schedule = context.getJobDetail().getKey();
    try {
      runners
          .get()
          .filter(runner -> runner.kind().equals(schedule.getGroup()))
          .forEach(
              runner -> runner.run(schedule.getName(), context.getScheduledFireTime().toInstant()));
    } catch (RuntimeException failed) {
      // Quartz would tell it with a stack trace of its own, and the next tick comes in any case.
      log.error(
          "RPL-012 schedule {} of kind {} failed at its tick of {}: {}",
          schedule.getName(),
          schedule.getGroup(),
          context.getScheduledFireTime().toInstant(),
          failed.getMessage());
    }
  }
}
