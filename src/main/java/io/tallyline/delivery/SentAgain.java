package io.tallyline.delivery;

import io.tallyline.contracts.Names;
import java.util.Map;
import java.util.Set;
import org.springframework.amqp.core.Message;

/**
 * A message on its way to one queue for a second time. Body, properties and headers go along as
 * they do to a wait queue, see {@link WaitQueues}; it starts with no failure behind it.
 */
public final class SentAgain {
  private static final String DEFAULT_EXCHANGE = "";

  private SentAgain() {}

  /**
   * @param queue gets it, and nobody else
   * @param returns queues that are bound to hub.return by their own names, where the hub's own
   *     headers are believed; another is addressed through the default exchange
   * @param routingKey the key it was first routed by
   * @param mark who asked for it
   */
  public static Outgoing to(
      String queue, Set<String> returns, String routingKey, String mark, Message message) {
    Map<String, Object> headers = KeptHeaders.waiting(message).headers();
    headers.put(Names.HUB_MARK, mark);
    headers.put(Names.HUB_ROUTING_KEY, routingKey);
    return SetAside.outgoing(
        returns.contains(queue) ? Names.RETURN_EXCHANGE : DEFAULT_EXCHANGE,
        queue,
        message,
        headers);
  }
}
