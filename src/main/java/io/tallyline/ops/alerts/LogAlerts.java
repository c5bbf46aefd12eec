package io.tallyline.ops.alerts;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every alert is a line in the log, whoever else is told. */
final class LogAlerts {
  private static final Logger log = LoggerFactory.getLogger(LogAlerts.class);

  private LogAlerts() {}

  static void write(AlertChange change) {
    String line = change.sentence().replaceAll("\\p{Cntrl}", " ");
    if (!change.firing()) {
      log.info(line);
    } else if (change.severity() == Severity.CRITICAL) {
      log.error(line);
    } else {
      log.warn(line);
    }
  }
}
