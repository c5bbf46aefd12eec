package io.tallyline.bridge;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.tallyline.contracts.Names;
import io.tallyline.contracts.Reason;
import io.tallyline.contracts.Rejected;
import io.tallyline.delivery.ConfirmedPublisher;
import io.tallyline.delivery.Outgoing;
import io.tallyline.delivery.PublishFailed;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;

/**
 * Gives a dead letter that came from an error queue back to the MassTransit endpoint that gave it
 * up, as it was before it failed: without the headers that tell of the failure, MassTransit's and
 * the hub's.
 *
 * <p>Where it goes is in a header that anybody could have written, so it must be the endpoint whose
 * error queue the hub took it from: nobody sends a message into another queue this way.
 */
public final class ReturnToEndpoint {
  private static final int PERSISTENT = 2;

  private final ConfirmedPublisher publisher;

  public ReturnToEndpoint(ConfirmedPublisher publisher) {
    this.publisher = publisher;
  }

  /**
   * Returns when the message is safe in its endpoint's queue; only then may the dead letter go.
   *
   * @param dead as it is in the dead-letter queue
   * @return the name of the queue
   * @throws Rejected BRI-021 if it did not come from an error queue, or does not say where to
   * @throws PublishFailed if the queue is not there, or the broker did not confirm
   */
  public String back(Message dead) throws Rejected, PublishFailed {
    Outgoing outgoing = of(dead);
    publisher.publish(List.of(outgoing));
    return outgoing.routingKey();
  }

  static Outgoing of(Message dead) throws Rejected {
    MessageProperties original = dead.getMessageProperties();
    Map<String, Object> headers = new HashMap<>();
    original
        .getHeaders()
        .forEach(
            (name, value) -> {
              if (!isOfTheFailure(name)) {
                headers.put(name, value);
              }
            });
    var properties =
        new BasicProperties.Builder()
            .contentType(original.getContentType())
            .contentEncoding(original.getContentEncoding())
            .headers(headers)
            .deliveryMode(PERSISTENT)
            .priority(original.getPriority())
            .correlationId(original.getCorrelationId())
            .messageId(original.getMessageId())
            .timestamp(original.getTimestamp())
            .type(original.getType())
            .appId(original.getAppId())
            .build();
    return new Outgoing("", endpoint(original), properties, dead.getBody(), true);
  }

  private static boolean isOfTheFailure(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith(MassTransit.FAULT_PREFIX.toLowerCase(Locale.ROOT))
        || lower.equals(MassTransit.REASON.toLowerCase(Locale.ROOT))
        || lower.startsWith(Names.HUB_PREFIX)
        // Written by brokers on the way; by the copying ones a sender could reach other queues.
        || lower.startsWith("x-death")
        || lower.startsWith("x-first-death-")
        || lower.startsWith("x-last-death-")
        || lower.equals("x-delivery-count")
        || lower.equals("cc")
        || lower.equals("bcc");
  }

  private static String endpoint(MessageProperties dead) throws Rejected {
    String errorQueue = Objects.requireNonNullElse(Envelope.header(dead, Names.HUB_QUEUE), "");
    String address = Envelope.header(dead, MassTransit.FAULT_INPUT_ADDRESS);
    String endpoint = address == null ? null : lastSegment(address);
    if (endpoint == null || endpoint.isEmpty()) {
      throw new Rejected(
          Reason.EXHAUSTED,
          "BRI-021",
          "it cannot be returned: its header %s names no queue (%s). Send it to its endpoint by hand."
              .formatted(
                  MassTransit.FAULT_INPUT_ADDRESS,
                  address == null ? "absent" : Fields.shown(withoutLogin(address))));
    }
    if (!errorQueue.equals(endpoint + MassTransit.ERROR_SUFFIX)) {
      throw new Rejected(
          Reason.EXHAUSTED,
          "BRI-021",
          "it cannot be returned to '%s': it was taken from '%s', which is not that endpoint's error queue. Send it to its endpoint by hand."
              .formatted(Fields.shown(endpoint), Fields.shown(errorQueue)));
    }
    return endpoint;
  }

  /** Of {@code rabbitmq://host/vhost/orders?durable=true} it is {@code orders}. */
  private static @Nullable String lastSegment(String address) {
    try {
      var uri = new URI(address.strip());
      // MassTransit's short addresses, as in queue:orders, have no path.
      String path = uri.isOpaque() ? uri.getSchemeSpecificPart() : uri.getPath();
      int query = path.indexOf('?');
      String plain = query < 0 ? path : path.substring(0, query);
      return plain.substring(plain.lastIndexOf('/') + 1);
    } catch (URISyntaxException notAnAddress) {
      return null;
    }
  }

  private static String withoutLogin(String address) {
    return address.replaceAll("//[^/@]*@", "//");
  }
}
