package io.tallyline.delivery;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The W3C header of that name, which says to what trace a message belongs. */
public final class Traceparent {
  private static final int TRACE_ID = 3;
  private static final int SPAN_ID = 36;
  private static final int FLAGS = 53;
  private static final int LENGTH = 55;
  private static final Pattern FORM =
      Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.{0,256})?");

  private Traceparent() {}

  /** As it came, if it is one; else null: what somebody made up harms nothing. */
  public static @Nullable String valid(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    String text = value.toString();
    return text.length() >= LENGTH && FORM.matcher(text).matches() && !text.startsWith("ff")
        ? text
        : null;
  }

  /**
   * Where it points to; an invalid context, which starts a trace of its own, if nowhere.
   *
   * @param valid what {@link #valid} returned
   */
  static SpanContext context(@Nullable String valid) {
    if (valid == null) {
      return SpanContext.getInvalid();
    }
    return SpanContext.createFromRemoteParent(
        valid.substring(TRACE_ID, SPAN_ID - 1),
        valid.substring(SPAN_ID, FLAGS - 1),
        TraceFlags.fromHex(valid, FLAGS),
        TraceState.getDefault());
  }

  /** For whoever comes next. */
  static String of(SpanContext context) {
    return "00-"
        + context.getTraceId()
        + "-"
        + context.getSpanId()
        + "-"
        + context.getTraceFlags().asHex();
  }

  /**
   * @param valid what {@link #valid} returned
   */
  static @Nullable String traceId(@Nullable String valid) {
    return valid == null ? null : valid.substring(TRACE_ID, SPAN_ID - 1);
  }
}
