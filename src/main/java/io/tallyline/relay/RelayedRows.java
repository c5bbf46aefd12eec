package io.tallyline.relay;

import io.tallyline.delivery.FailedPayloads;
import io.tallyline.delivery.MessageLog;
import io.tallyline.delivery.MessageLog.About;
import io.tallyline.delivery.Traceparent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Tells what became of the rows of a batch, once its transaction has committed: counts, spans and a
 * line for each.
 */
final class RelayedRows {
  private final RelayedOutbox outbox;
  private final RelayMeters meters;
  private final FailedPayloads payloads;

  RelayedRows(RelayedOutbox outbox, RelayMeters meters, FailedPayloads payloads) {
    this.outbox = outbox;
    this.meters = meters;
    this.payloads = payloads;
  }

  void tell(OutboxBatch batch) {
    meters.count(batch, batch.confirmedAt());
    boolean lines = MessageLog.showsPublished();
    for (int i = 0; i < batch.size(); i++) {
      OutboxRow row = batch.rows().get(i);
      OutboxBatch.Translated translated = batch.translated().get(i);
      if (translated.error() != null) {
        dead(row, translated);
      } else if (lines) {
        MessageLog.published(about(row, translated), translated.what(), outbox.name(), row.seq());
      }
      RelaySpans.end(translated, batch.confirmedAt());
    }
  }

  private void dead(OutboxRow row, OutboxBatch.Translated translated) {
    About about = about(row, translated);
    MessageLog.failed(
        about,
        "Row %d of the %s outbox is in %s: %s"
            .formatted(
                row.seq(), outbox.name(), outbox.deadQueue(), translated.error().getMessage()));
    @Nullable String payload = row.payload();
    if (payload != null && payloads.isOn()) {
      payloads.log(about, payload.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static About about(OutboxRow row, OutboxBatch.Translated translated) {
    return new About(
        row.eventId().toString(),
        row.correlationId(),
        translated.span(),
        Traceparent.valid(row.traceparent()));
  }
}
