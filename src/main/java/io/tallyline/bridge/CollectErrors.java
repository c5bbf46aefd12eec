package io.tallyline.bridge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.StartRefused;
import io.tallyline.delivery.DeadLetters;
import io.tallyline.delivery.PublishFailed;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * Moves what MassTransit's consumers gave up from their {@code _error} queues into the dead
 * letters, confirmed before it is acknowledged: body, properties and MassTransit's own headers as
 * they are, and what these say in the hub's words.
 */
public final class CollectErrors {
  private static final Logger log = LoggerFactory.getLogger(CollectErrors.class);
  private static final int MOST_RETRIES = 1_000_000;

  private final DeadLetters deadLetters;
  private final InstantSource clock;
  private final MeterRegistry meters;

  /**
   * @param errorQueues those that the route reads
   * @throws StartRefused BRI-003 if one of them is no error queue
   */
  public CollectErrors(
      List<String> errorQueues,
      DeadLetters deadLetters,
      InstantSource clock,
      MeterRegistry meters) {
    for (String queue : errorQueues) {
      if (queue.length() <= MassTransit.ERROR_SUFFIX.length()
          || !queue.endsWith(MassTransit.ERROR_SUFFIX)) {
        throw new StartRefused(
            "BRI-003",
            "hub.bridge.masstransit.error-queues names '%s', which is no error queue: those end in %s. Correct the name."
                .formatted(queue, MassTransit.ERROR_SUFFIX));
      }
    }
    this.deadLetters = deadLetters;
    this.clock = clock;
    this.meters = meters;
  }

  /**
   * @throws PublishFailed if the broker did not confirm: the batch stays on the error queue
   */
  public void collect(List<Message> messages) throws PublishFailed {
    List<DeadLetters.Failure> failures = new ArrayList<>(messages.size());
    messages.forEach(message -> failures.add(failure(message)));
    deadLetters.publish(failures);
    failures.forEach(this::report);
  }

  private DeadLetters.Failure failure(Message message) {
    MessageProperties properties = message.getMessageProperties();
    Instant at = time(Envelope.header(properties, MassTransit.FAULT_TIMESTAMP));
    return new DeadLetters.Failure(
        message,
        Reason.EXHAUSTED,
        error(properties),
        MassTransit.DEAD_QUEUE,
        properties.getConsumerQueue(),
        Objects.requireNonNullElse(properties.getReceivedRoutingKey(), ""),
        attempts(Envelope.header(properties, MassTransit.FAULT_RETRY_COUNT)),
        at,
        at);
  }

  private static String error(MessageProperties properties) {
    String exception = Envelope.header(properties, MassTransit.FAULT_EXCEPTION_TYPE);
    String said = Envelope.header(properties, MassTransit.FAULT_MESSAGE);
    if (exception == null && said == null) {
      return "BRI-020 MassTransit gave up on it and does not say why.";
    }
    String consumer = Envelope.header(properties, MassTransit.FAULT_CONSUMER_TYPE);
    return "BRI-020 MassTransit's consumer%s failed with %s: %s"
        .formatted(
            consumer == null ? "" : " " + consumer,
            exception == null ? "an exception" : exception,
            said == null ? "" : said);
  }

  /** The first attempt, and the retries after it. */
  private static int attempts(@Nullable String retries) {
    try {
      return retries == null
          ? 1
          : 1 + Math.max(0, Math.min(MOST_RETRIES, Integer.parseInt(retries.strip())));
    } catch (NumberFormatException unreadable) {
      return 1;
    }
  }

  private Instant time(@Nullable String timestamp) {
    try {
      if (timestamp != null) {
        return OffsetDateTime.parse(timestamp.strip()).toInstant();
      }
    } catch (DateTimeException unreadable) {
      log.debug("MassTransit's {} is not readable", MassTransit.FAULT_TIMESTAMP, unreadable);
    }
    return clock.instant();
  }

  private void report(DeadLetters.Failure failure) {
    log.warn(
        "Message {} of {} is in {}: {}",
        failure.message().getMessageProperties().getMessageId(),
        failure.queue(),
        failure.deadQueue(),
        Fields.shown(failure.error()));
    meters
        .counter("hub.bridge.messages", "queue", failure.queue(), "outcome", "collected")
        .increment();
  }
}
