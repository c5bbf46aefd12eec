package io.tallyline.eventstore;

import io.tallyline.contracts.Names;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/** Messages as the consumer of the event store gets them. */
final class Received {
  static final String SALES = "inventory.sales-transaction-created.v1";

  private Received() {}

  static Message message(String key, String id, String aggregate, String correlation, String body) {
    MessageProperties properties = new MessageProperties();
    properties.setReceivedExchange(Names.EVENTS_EXCHANGE);
    properties.setReceivedRoutingKey(key);
    properties.setMessageId(id);
    properties.setCorrelationId(correlation);
    properties.setContentType("application/json");
    properties.setTimestamp(Date.from(Instant.parse("2026-05-04T03:02:01Z")));
    properties.setHeader(Names.CLOUD_EVENTS_PREFIX + "subject", aggregate);
    properties.setHeader(Names.CLOUD_EVENTS_PREFIX + "time", "2026-05-04T03:02:01.123456Z");
    return new Message(body.getBytes(StandardCharsets.UTF_8), properties);
  }

  static Message sale(int number) {
    return message(
        SALES,
        "message-" + number,
        "sale-" + number,
        "request-" + number % 3,
        "{\"n\":" + number + "}");
  }
}
