package io.tallyline.finance;

import io.opentelemetry.api.trace.Span;
import io.tallyline.contracts.Names;
import io.tallyline.delivery.MessageLog;
import io.tallyline.delivery.Traces;
import java.time.Instant;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.amqp.core.MessageProperties;

/** The attempts of one batch, as lines and as spans: begun when it is read, ended with it. */
final class Attempted {
  private static final String NAME = "post-journals";

  private final Traces traces;

  Attempted(Traces traces) {
    this.traces = traces;
  }

  boolean isTraced() {
    return traces.isOn();
  }

  /** Before a message is read: reading is part of the attempt. */
  void begin(Delivery delivery, Instant now) {
    if (!traces.isOn()) {
      return;
    }
    MessageProperties properties = delivery.message().getMessageProperties();
    Span span = traces.consume(NAME, delivery.traceparent(), delivery.before().lastSpan(), now);
    Traces.set(span, Traces.MESSAGE_ID, properties.getMessageId());
    Traces.set(span, Traces.CORRELATION_ID, properties.getCorrelationId());
    Traces.set(span, Traces.DESTINATION, Names.JOURNAL_QUEUE);
    Traces.set(span, Traces.ROUTING_KEY, delivery.before().routingKey());
    span.setAttribute(Traces.ATTEMPT, (long) delivery.attempt());
    delivery.started(span);
  }

  /** After it has been read, when it is known what it is about. */
  void log(Delivery delivery) {
    MessageLog.attempted(
        delivery.about(), delivery.before().routingKey(), Names.JOURNAL_QUEUE, delivery.attempt());
  }

  /** When the batch is done, or goes back to its queue as it came. */
  void endWith(Exchange exchange, List<Delivery> deliveries) {
    exchange
        .getExchangeExtension()
        .addOnCompletion(
            new SynchronizationAdapter() {
              @Override
              public void onComplete(Exchange done) {
                deliveries.forEach(Attempted::end);
              }

              @Override
              public void onFailure(Exchange failed) {
                for (Delivery delivery : deliveries) {
                  Traces.failed(delivery.span(), "the batch went back to its queue");
                  delivery.span().end();
                }
              }
            });
  }

  private static void end(Delivery delivery) {
    Span span = delivery.span();
    Traces.set(span, Traces.EVENT_TYPE, delivery.event().name());
    Traces.set(span, Traces.OUTCOME, delivery.outcome());
    if (delivery.rejection() != null) {
      Traces.failed(span, String.valueOf(delivery.rejection().getMessage()));
    } else if (delivery.failure() != null) {
      Traces.failed(span, delivery.failure());
    }
    span.end();
  }
}
