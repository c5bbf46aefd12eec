package io.tallyline.relay;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.tallyline.delivery.Traceparent;
import io.tallyline.delivery.Traces;
import java.time.Instant;
import java.util.List;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** The spans of one outbox's rows, from claim to confirm; children of who recorded the row. */
final class RelaySpans {
  private static final String NAME = "relay";
  private static final AttributeKey<String> OUTBOX = AttributeKey.stringKey("hub.outbox");

  private final RelayedOutbox outbox;
  private final Traces traces;

  RelaySpans(RelayedOutbox outbox, Traces traces) {
    this.outbox = outbox;
    this.traces = traces;
  }

  Span start(OutboxRow row, Instant claimedAt) {
    if (!traces.isOn()) {
      return Span.getInvalid();
    }
    Span span = traces.publish(NAME, Traceparent.valid(row.traceparent()), claimedAt);
    Traces.set(span, Traces.MESSAGE_ID, row.eventId().toString());
    Traces.set(span, Traces.CORRELATION_ID, row.correlationId());
    Traces.set(span, Traces.EVENT_TYPE, row.eventType());
    Traces.set(span, OUTBOX, outbox.name());
    return span;
  }

  /** Whatever happens to the batch, no span of it is left open. */
  void endAtTheLatest(List<OutboxBatch.Translated> translated) {
    if (!traces.isOn()) {
      return;
    }
    TransactionSynchronizationManager.registerSynchronization(
        new TransactionSynchronization() {
          @Override
          public void afterCompletion(int status) {
            if (status != STATUS_COMMITTED) {
              translated.forEach(row -> Traces.failed(row.span(), "the batch was rolled back"));
            }
            translated.forEach(row -> row.span().end());
          }
        });
  }

  /** Once the transaction has committed. */
  static void end(OutboxBatch.Translated row, Instant confirmedAt) {
    Span span = row.span();
    if (!span.isRecording()) {
      return;
    }
    Traces.set(span, Traces.DESTINATION, row.messages().get(0).exchange());
    Traces.set(span, Traces.ROUTING_KEY, row.messages().get(0).routingKey());
    if (row.error() == null) {
      Traces.set(span, Traces.OUTCOME, "published");
    } else {
      Traces.set(span, Traces.OUTCOME, row.error().reason().text());
      Traces.failed(span, String.valueOf(row.error().getMessage()));
    }
    span.end(confirmedAt);
  }
}
