package io.tallyline.reconcile;

import io.tallyline.contracts.StartRefused;
import io.tallyline.replay.By;
import io.tallyline.replay.OnSchedule;
import io.tallyline.replay.ReplayRefused;
import io.tallyline.replay.Schedules;
import java.time.Instant;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The reconciliation that runs by itself, if hub.reconcile.schedule says when. */
final class ScheduleReconciliations implements OnSchedule, SmartInitializingSingleton {
  private static final String KIND = "reconcile";
  private static final String NAME = "ledger";
  private static final By SCHEDULE = new By("schedule:reconcile", "hub.reconcile.schedule");

  private static final Logger log = LoggerFactory.getLogger(ScheduleReconciliations.class);

  private final ReconcileLedger reconciliations;
  private final Schedules schedules;
  private final ReconcileProperties properties;
  private final TransactionTemplate transaction;

  ScheduleReconciliations(
      DataSource store,
      ReconcileLedger reconciliations,
      Schedules schedules,
      ReconcileProperties properties) {
    this.reconciliations = reconciliations;
    this.schedules = schedules;
    this.properties = properties;
    this.transaction = new TransactionTemplate(new DataSourceTransactionManager(store));
  }

  @Override
  public void afterSingletonsInstantiated() {
    String cron = properties.schedule().strip();
    try {
      transaction.executeWithoutResult(
          status -> {
            if (cron.isEmpty()) {
              schedules.remove(KIND, NAME);
            } else {
              schedules.put(KIND, NAME, cron, Schedules.zone(properties.zone()));
            }
          });
    } catch (ReplayRefused wrong) {
      throw new StartRefused(
          "REC-010",
          "hub.reconcile.schedule or hub.reconcile.zone is wrong: " + wrong.getMessage(),
          wrong);
    }
  }

  @Override
  public String kind() {
    return KIND;
  }

  /** From where the last one ended, so that no event falls between two. */
  @Override
  public void run(String name, Instant tick) {
    Instant earliest = tick.minus(properties.windowMost());
    Instant from =
        reconciliations
            .lastEnd(SCHEDULE.who())
            .filter(end -> end.isAfter(earliest) && end.isBefore(tick))
            .orElse(tick.minus(properties.window()));
    try {
      long id = reconciliations.run(from, tick, SCHEDULE);
      Reconciliation done = reconciliations.one(id);
      if (!done.isClean()) {
        log.warn(
            "REC-011 reconciliation {} of {} to {} found {} differences and {} accounts that do not agree: ./hub reconcile show {}",
            id,
            from,
            tick,
            done.found(),
            done.accountErrors(),
            id);
      }
    } catch (ReconcileRefused refused) {
      log.warn("{}", refused.getMessage());
    }
  }
}
