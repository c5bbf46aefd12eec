package io.tallyline.ops;

import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Keeps Spring Boot from logging a stack trace where the command prints one sentence. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ReportFailedStart implements SpringBootExceptionReporter {
  ReportFailedStart(ConfigurableApplicationContext context) {}

  @Override
  public boolean reportException(Throwable failure) {
    return FailedStart.sentence(failure).isPresent();
  }
}
