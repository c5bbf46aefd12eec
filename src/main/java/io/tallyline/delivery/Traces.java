package io.tallyline.delivery;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of a message's way through the hub. Switched off it hands out the one span that
 * does nothing, and no step needs to ask.
 *
 * <p>Parents are given, never taken from the thread: a batch holds messages of many traces.
 * Attributes are names and ids, never a payload.
 */
public final class Traces {
  /** Makes nothing. */
  public static final Traces OFF = new Traces(null);

  /** The event's id. */
  public static final AttributeKey<String> MESSAGE_ID =
      AttributeKey.stringKey("messaging.message.id");

  public static final AttributeKey<String> CORRELATION_ID =
      AttributeKey.stringKey("messaging.message.conversation_id");
  public static final AttributeKey<String> DESTINATION =
      AttributeKey.stringKey("messaging.destination.name");
  public static final AttributeKey<String> ROUTING_KEY =
      AttributeKey.stringKey("messaging.rabbitmq.destination.routing_key");
  public static final AttributeKey<String> EVENT_TYPE = AttributeKey.stringKey("hub.event.type");
  public static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("hub.outcome");
  public static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("hub.attempt");

  /** Most characters of an attribute. */
  private static final int LONGEST = 256;

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("messaging.operation.type");
  private static final AttributeKey<String> DATABASE = AttributeKey.stringKey("db.system.name");
  private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");

  private final @Nullable Tracer tracer;

  private Traces(@Nullable Tracer tracer) {
    this.tracer = tracer;
  }

  /** Makes spans and has them exported. */
  public static Traces of(OpenTelemetry telemetry) {
    return new Traces(telemetry.getTracer("io.tallyline"));
  }

  public boolean isOn() {
    return tracer != null;
  }

  /**
   * A message on its way out.
   *
   * @param traceparent of who caused it, valid or null
   */
  public Span publish(String name, @Nullable String traceparent, Instant since) {
    return tracer == null
        ? Span.getInvalid()
        : messaging(tracer, name, SpanKind.PRODUCER, "send")
            .setParent(parent(Traceparent.context(traceparent)))
            .setStartTimestamp(since)
            .startSpan();
  }

  /** A message on its way to a dead queue, because of what happened in another span. */
  public Span deadLetter(Span because, String queue) {
    return tracer == null
        ? Span.getInvalid()
        : messaging(tracer, "dead-letter", SpanKind.PRODUCER, "send")
            .setParent(parent(because.getSpanContext()))
            .setAttribute(DESTINATION, queue)
            .startSpan();
  }

  /**
   * One attempt of a consumer.
   *
   * @param traceparent of who published it, valid or null
   * @param before of the attempt before this one, linked; valid or null
   */
  public Span consume(
      String name, @Nullable String traceparent, @Nullable String before, Instant since) {
    if (tracer == null) {
      return Span.getInvalid();
    }
    SpanBuilder span =
        messaging(tracer, name, SpanKind.CONSUMER, "process")
            .setParent(parent(Traceparent.context(traceparent)))
            .setStartTimestamp(since);
    SpanContext linked = Traceparent.context(before);
    return linked.isValid() ? span.addLink(linked).startSpan() : span.startSpan();
  }

  /** A transaction in a database, on behalf of another span. */
  public Span transaction(String name, Span of, String database) {
    return tracer == null
        ? Span.getInvalid()
        : tracer
            .spanBuilder(name)
            .setSpanKind(SpanKind.CLIENT)
            .setParent(parent(of.getSpanContext()))
            .setAttribute(DATABASE, "postgresql")
            .setAttribute(NAMESPACE, database)
            .startSpan();
  }

  private static SpanBuilder messaging(
      Tracer tracer, String name, SpanKind kind, String operation) {
    return tracer
        .spanBuilder(name)
        .setSpanKind(kind)
        .setAttribute(SYSTEM, "rabbitmq")
        .setAttribute(OPERATION, operation);
  }

  private static Context parent(SpanContext context) {
    return Context.root().with(Span.wrap(context));
  }

  /** What the next one continues; {@code otherwise} where nothing was made. */
  public static @Nullable String traceparent(Span span, @Nullable String otherwise) {
    SpanContext context = span.getSpanContext();
    return context.isValid() ? Traceparent.of(context) : otherwise;
  }

  /** Marks it as failed; the words are ours, bounded, and name no payload. */
  public static void failed(Span span, String why) {
    if (span.isRecording()) {
      span.setStatus(StatusCode.ERROR, SetAside.error(why));
    }
  }

  /** An attribute that may be missing. */
  public static void set(Span span, AttributeKey<String> key, @Nullable String value) {
    if (value != null && span.isRecording()) {
      span.setAttribute(key, Printable.bounded(Printable.text(value), LONGEST));
    }
  }
}
