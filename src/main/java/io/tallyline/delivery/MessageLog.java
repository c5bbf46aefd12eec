package io.tallyline.delivery;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Lines about single messages: each publish, each attempt, each outcome, with everything to find
 * them again by. Loggers of their own, so that a hub under load can switch them off by level.
 */
public final class MessageLog {
  private static final Logger PUBLISHED = LoggerFactory.getLogger("hub.messages.published");
  private static final Logger ATTEMPTED = LoggerFactory.getLogger("hub.messages.attempted");
  private static final Logger OUTCOME = LoggerFactory.getLogger("hub.messages.outcome");

  /** AMQP's own bound of an id; a database has none. */
  private static final int LONGEST = 255;

  private MessageLog() {}

  /**
   * Who a line is about. Whatever a sender made up is printed, shortened and encoded.
   *
   * @param traceparent valid or null; what the span does not tell is taken from it
   */
  public record About(
      @Nullable String eventId,
      @Nullable String correlationId,
      Span span,
      @Nullable String traceparent) {

    LoggingEventBuilder on(LoggingEventBuilder line) {
      SpanContext context = span.getSpanContext();
      boolean traced = context.isValid();
      add(line, "eventId", eventId);
      add(line, "correlationId", correlationId);
      add(line, "traceId", traced ? context.getTraceId() : Traceparent.traceId(traceparent));
      add(line, "spanId", traced ? context.getSpanId() : null);
      return line;
    }

    private static void add(LoggingEventBuilder line, String key, @Nullable String value) {
      if (value != null) {
        line.addKeyValue(key, Printable.bounded(value, LONGEST));
      }
    }
  }

  /** Whether publishes are logged: a hub that does not want them should not prepare them. */
  public static boolean showsPublished() {
    return PUBLISHED.isInfoEnabled();
  }

  public static boolean showsAttempts() {
    return ATTEMPTED.isInfoEnabled();
  }

  public static boolean showsOutcomes() {
    return OUTCOME.isInfoEnabled();
  }

  /** The broker has confirmed it and the outbox is clear of it. */
  public static void published(About message, String what, String outbox, long seq) {
    message
        .on(PUBLISHED.atInfo())
        .log("published {} from row {} of the {} outbox", what, seq, outbox);
  }

  /** A consumer begins with it. */
  public static void attempted(About message, String what, String queue, int attempt) {
    message.on(ATTEMPTED.atInfo()).log("attempt {} of {} from {}", attempt, what, queue);
  }

  /** It went well. */
  public static void settled(About message, String what, String outcome) {
    message.on(OUTCOME.atInfo()).log("{} {}", outcome, what);
  }

  /** It did not: it waits, or is a dead letter. */
  public static void failed(About message, String sentence) {
    message.on(OUTCOME.atLevel(Level.WARN)).log(sentence);
  }
}
